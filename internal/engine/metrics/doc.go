// Package metrics declares the metrics of the engine.
package metrics
