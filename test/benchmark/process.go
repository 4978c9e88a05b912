package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// usage is what a process has taken so far, as Linux tells it.
type usage struct {
	cpu time.Duration
	// resident and peak are bytes of memory.
	resident, peak int64
}

// clockTick is the unit of times in /proc: a hundredth of a second on every Linux.
const clockTick = 10 * time.Millisecond

func usageOf(p *process) (u usage, err error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.PID()))
	if err != nil {
		return u, fmt.Errorf("reading what the manager takes: %w", err)
	}
	// The name of the process is in parentheses and may hold anything.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	for _, field := range fields[11:13] { // utime and stime, the 14th and 15th of all.
		ticks, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return u, fmt.Errorf("reading the manager's CPU time: %w", err)
		}
		u.cpu += time.Duration(ticks) * clockTick
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.PID()))
	if err != nil {
		return u, fmt.Errorf("reading what the manager takes: %w", err)
	}
	for line := range strings.Lines(string(status)) {
		name, rest, _ := strings.Cut(line, ":")
		var kilobytes int64
		if name == "VmRSS" || name == "VmHWM" {
			if kilobytes, err = strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64); err != nil {
				return u, fmt.Errorf("reading the manager's memory: %w", err)
			}
		}
		switch name {
		case "VmRSS":
			u.resident = kilobytes << 10
		case "VmHWM":
			u.peak = kilobytes << 10
		}
	}
	return u, nil
}
