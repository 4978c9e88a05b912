// Package shares divides the workers of a kind: no namespace takes all of them, and within one no tenant does. Who finds none
// free waits in line without holding one.
package shares
