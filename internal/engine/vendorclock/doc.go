// Package vendorclock carries the clock of each tenant forward from the last Date header that it sent.
package vendorclock
