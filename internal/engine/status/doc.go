// Package status is the last step of a pass: it writes down what became of it. It is the only writer of conditions, events
// and status, and says when the object comes again.
package status
