// Package mapping translates between the spec of a kind and its model, in both directions, by their declarations: the JSON path
// of a field of the spec is the path of a leaf of the model, and a field that names something at the vendor says in its tag
// what it names. What is no plain field stays with functions written by hand.
package mapping
