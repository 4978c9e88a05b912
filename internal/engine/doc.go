// Package engine is the one reconcile loop of every managed kind: gather facts, ask
// one pure function, do at most one logical write, write down what happened.
//
// What a pass does, and what follows from it, is decided by package decision.
package engine
