package sandbox

import (
	"maps"
	"net/http"
	"sync"
	"time"
)

// Call is one request the vendor got. Status is zero while it is in progress, and for good when its connection was
// dropped. Body is what was sent, for reads and writes; requests for tokens hold secrets and are not kept.
type Call struct {
	Seq      int64     `json:"seq"`
	Time     time.Time `json:"time"`
	Method   string    `json:"method"`
	Path     string    `json:"path"`
	Query    string    `json:"query,omitempty"`
	Route    string    `json:"route"`
	Class    Class     `json:"class"`
	Status   int       `json:"status"`
	Tenant   string    `json:"tenant"`
	Duration float64   `json:"durationMS"`
	Fault    string    `json:"fault,omitempty"`
	Early    bool      `json:"early,omitempty"`
	Body     string    `json:"body,omitempty"`
}

// Counts sums up calls since the last reset. Refused counts answers 429 and 5xx; Early counts calls that came before the
// time a Retry-After had asked for, but for its first 0.8 seconds: they may have been sent before it was read.
type Counts struct {
	Routes  map[string]int `json:"routes"`
	Reads   int            `json:"reads"`
	Writes  int            `json:"writes"`
	Tokens  int            `json:"tokens"`
	Refused int            `json:"refused"`
	Early   int            `json:"early"`
}

// Rejection is a request that broke the vendor's contract: an unknown property, a wrong type, a forbidden mask.
type Rejection struct {
	Time    time.Time `json:"time"`
	Tenant  string    `json:"tenant"`
	Method  string    `json:"method"`
	Path    string    `json:"path"`
	Route   string    `json:"route"`
	Message string    `json:"message"`
}

const (
	maxCalls    = 100_000
	maxCallBody = 16 << 10
)

// callLog remembers calls. Only the newest are kept; counts cover all of them.
type callLog struct {
	mu         sync.Mutex
	seq        int64
	calls      []*Call
	counts     Counts
	rejections []Rejection
}

func (l *callLog) begin(call Call, body []byte) *Call {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seq++
	call.Seq = l.seq
	if call.Class != ClassToken {
		call.Body = string(body[:min(len(body), maxCallBody)])
	}
	if len(l.calls) >= maxCalls {
		l.calls = append([]*Call(nil), l.calls[maxCalls/2:]...)
	}
	l.calls = append(l.calls, &call)
	if l.counts.Routes == nil {
		l.counts.Routes = map[string]int{}
	}
	l.counts.Routes[call.Method+" "+call.Route]++
	switch call.Class {
	case ClassRead:
		l.counts.Reads++
	case ClassWrite:
		l.counts.Writes++
	case ClassToken:
		l.counts.Tokens++
	case ClassAny: // No call's own.
	}
	if call.Early {
		l.counts.Early++
	}
	return &call
}

func (l *callLog) end(call *Call, status int, fault string, took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	call.Status, call.Fault = status, fault
	call.Duration = float64(took.Microseconds()) / 1000
	if status == http.StatusTooManyRequests || status >= http.StatusInternalServerError {
		l.counts.Refused++
	}
}

func (l *callLog) reject(r Rejection) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rejections = append(l.rejections, r)
}

func (l *callLog) since(seq int64) []Call {
	l.mu.Lock()
	defer l.mu.Unlock()
	found := []Call{}
	for _, call := range l.calls {
		if call.Seq > seq {
			found = append(found, *call)
		}
	}
	return found
}

func (l *callLog) summary() Counts {
	l.mu.Lock()
	defer l.mu.Unlock()
	counts := l.counts
	counts.Routes = maps.Clone(counts.Routes)
	if counts.Routes == nil {
		counts.Routes = map[string]int{}
	}
	return counts
}

func (l *callLog) rejected() []Rejection {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]Rejection{}, l.rejections...)
}

// reset forgets calls and counts. Sequence numbers go on, so that a reader of the log never sees one twice.
func (l *callLog) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls, l.counts = nil, Counts{}
}

func (l *callLog) resetRejections() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rejections = nil
}
