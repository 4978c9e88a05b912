// Package engine is the one reconcile loop of every managed kind: gather facts, ask
// one pure function, do at most one logical write, write down what happened.
//
// The decision table is in decide.go. What is written down of each outcome is in
// effects.go.
package engine
