package fleet

import (
	"time"

	"k8s.io/apimachinery/pkg/util/resourceversion"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// Memory is what the process remembers of an object; a restart forgives it.
type Memory struct {
	Repeated  int    // how often in a row the same write was sent
	Write     string // that write
	AskedFor  string // the generation and request that it was sent for
	Failures  int    // retryable errors in a row
	Writes    int    // writes in a row that left something to do
	Stuck     int    // passes in a row that ended for the same reason
	StuckFor  string // that reason
	PollAt    time.Time
	Refused   bool // the event about a refused status was sent
	Copied    bool // the event about a copied intent was sent
	Names     naming
	Wrote     []string  // what is in the spec of an object without a memory, nil while it is not known
	detailsAt time.Time // when the detail fields are read next
	version   string    // that our last patch made
	versionAt time.Time
	ReadyFor  int64 // the generation that was Ready last
	Drift     drifting
	Missed    Missed
	Doubt     Doubt
	Narrowed  string // what was looked for last of a spec that waits, and is as it should be
}

// naming is what the process remembers of an object's names.
type naming struct {
	verdicts map[backend.Name]reference.Verdict // that the next pass takes over
	Since    time.Time                          // when the names of askedFor were asked first
	AskedFor string
	Refused  time.Time // when a refusal made us ask last
}

// Missed is the first complete list after the window of an attempt that does not show its remote.
type Missed struct {
	Attempt int64
	Date    time.Time // the vendor's clock
	Again   time.Time // ours: from when a list is late enough to be the second
}

// drifting is what the process remembers of an object that drifted.
type drifting int

// DoubtsUnsaid is how often in a row a vendor may fail in one way, which may be a mistake of the spec, before that is said.
const DoubtsUnsaid = 3

// Doubt is what a process remembers of failures that may be mistakes of the spec.
type Doubt struct {
	Text    string // what the vendor failed with; empty where another process saw it
	Times   int
	Message string // what was said of it
	Until   time.Time
}

// Said reports whether it was said that the spec may be mistaken.
func (d *Doubt) Said() bool { return d.Times >= DoubtsUnsaid }

// Stored notes the version of the object that a patch of ours made.
func (m *Memory) Stored(version string, at time.Time) { m.version, m.versionAt = version, at }

// Lags reports whether the cache does not show our last write yet. A pass over such an object would
// know less than we do: it would look for a remote that it is bound to, and its patch would conflict.
func (m *Memory) Lags(version string, now time.Time) bool {
	if m.version == "" || now.Sub(m.versionAt) > lagLimit {
		return false
	}
	order, err := resourceversion.CompareResourceVersion(version, m.version)
	return err == nil && order < 0
}

// LagAgain is how soon a pass comes back whose object was older than what we wrote last, and
// lagLimit how long a cache that does not show it is waited for.
const (
	LagAgain = 20 * time.Millisecond
	lagLimit = 10 * time.Second
)

// How far it is with the drift.
const (
	DriftNone drifting = iota
	DriftSeen
	DriftWritten // and something was sent against it
)
