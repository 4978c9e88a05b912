//go:build chaos

package main

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// atPoint ends or freezes this process when it reaches a named point of the write path for
// the n-th time, as CHAOS_POINT says: "created:3:KILL" or "claimed:1:STOP". The crash suite
// builds the manager with the tag "chaos" for it.
func atPoint() func(point string) {
	words := strings.Split(os.Getenv("CHAOS_POINT"), ":")
	if len(words) != 3 {
		return nil
	}
	nth, err := strconv.ParseInt(words[1], 10, 64)
	if err != nil {
		return nil
	}
	signal := syscall.SIGKILL
	if words[2] == "STOP" {
		signal = syscall.SIGSTOP
	}
	var reached atomic.Int64
	return func(point string) {
		if point == words[0] && reached.Add(1) == nth {
			_ = syscall.Kill(os.Getpid(), signal)
		}
	}
}
