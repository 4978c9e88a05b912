package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
)

// machine is where and when the figures were measured.
type machine struct {
	cores         int
	model, memory string
	goVersion     string
	commit        string
	load          string
	date          time.Time
}

func thisMachine() machine {
	m := machine{cores: runtime.NumCPU(), goVersion: runtime.Version(), date: time.Now().UTC()}
	m.model = procLine("/proc/cpuinfo", "model name")
	m.memory = procLine("/proc/meminfo", "MemTotal")
	if raw, err := os.ReadFile("/proc/loadavg"); err == nil {
		m.load, _, _ = strings.Cut(string(raw), " ")
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				m.commit = s.Value[:min(12, len(s.Value))]
			case s.Key == "vcs.modified" && s.Value == "true":
				m.commit += " with changes"
			}
		}
	}
	return m
}

// mostLoad is the load from which on a machine does something else, too.
const mostLoad = 1

// busy reports whether it does. A machine that does not tell its load is taken at its word.
func (m machine) busy() bool {
	load, err := strconv.ParseFloat(m.load, 64)
	return err == nil && load >= mostLoad
}

// procLine returns the first value with that name.
func procLine(path, name string) string {
	raw, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(raw)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.Join(strings.Fields(value), " ")
		}
	}
	return ""
}

func (m machine) String() string {
	text := fmt.Sprintf("%d cores", m.cores)
	for _, more := range []string{m.model, m.memory} {
		if more != "" {
			text += ", " + more
		}
	}
	text += fmt.Sprintf("; %s on %s/%s; %s", m.goVersion, runtime.GOOS, runtime.GOARCH, m.date.Format("2006-01-02 15:04 UTC"))
	if m.commit != "" {
		text += "; commit " + m.commit
	}
	if m.load != "" {
		text += "; load before the run " + m.load
	}
	return text
}
