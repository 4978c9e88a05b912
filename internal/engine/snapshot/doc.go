// Package snapshot keeps the last list of each parent at a vendor, shared by all objects: it shows which remotes bear our
// mark, and it is the second witness that one is gone.
package snapshot
