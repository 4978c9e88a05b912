// Package safety holds what would happen to far too many remotes of one backend at once, until people confirm it.
package safety
