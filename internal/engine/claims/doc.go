// Package claims knows which object of this cluster has, or wants, which remote: of several that
// want one, one goes first. It holds what objects say, and its callers tell which of it counts.
package claims
