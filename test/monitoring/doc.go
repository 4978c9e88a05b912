// Package monitoring holds the dashboard, the alerts and docs/metrics.md against the running
// manager, with Prometheus' own parser and engine. It is a module of its own because of these.
package monitoring
