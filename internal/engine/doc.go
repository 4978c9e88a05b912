// Package engine is the one reconcile loop of every managed kind: gather facts, ask
// one pure function, do at most one logical write, write down what happened.
//
// The decision table is in decide.go, the settle table in effects.go; both are the
// design's, row by row.
package engine
