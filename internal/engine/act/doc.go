// Package act is the third step of a pass: it does what the plan says, with at most one logical write. Before the first byte
// it asks again what would make the write unforgivable, and notes on the object what it is about to do.
package act
