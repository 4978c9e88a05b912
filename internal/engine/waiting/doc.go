// Package waiting knows which objects wait for what another object has.
package waiting
