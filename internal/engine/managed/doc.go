// Package managed is what all of the engine knows of a managed object: its kind, the backend behind it, the intent noted
// on it, and the outcome of a pass.
package managed
