package sandbox

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"sync"
	"time"
)

// FaultKind says what goes wrong.
type FaultKind string

// The kinds of faults.
const (
	// FaultStatus answers Status without doing anything.
	FaultStatus FaultKind = "status"
	// FaultStatusAfter does what was asked, then answers Status.
	FaultStatusAfter FaultKind = "statusAfter"
	// FaultResetBefore drops the connection without doing anything.
	FaultResetBefore FaultKind = "resetBefore"
	// FaultResetAfter does what was asked, then drops the connection.
	FaultResetAfter FaultKind = "resetAfter"
	// FaultHold does what was asked, then holds the response until Release or until the client goes away.
	FaultHold FaultKind = "hold"
	// FaultHoldBefore holds the request; it is done after Release, and never if the client goes away first.
	FaultHoldBefore FaultKind = "holdBefore"
	// FaultLatency waits for Delay, then goes on.
	FaultLatency FaultKind = "latency"
	// FaultExpireTokens expires every token issued so far, then goes on.
	FaultExpireTokens FaultKind = "expireTokens"
)

var faultKinds = []FaultKind{FaultStatus, FaultStatusAfter, FaultResetBefore, FaultResetAfter, FaultHold, FaultHoldBefore, FaultLatency, FaultExpireTokens}

// Fault is a rule. It applies to calls that match all of Method, PathPattern and Class; empty matches everything. Rules are
// tried in the order they were added: latency and expireTokens add up, of the others the first that matches wins.
type Fault struct {
	Method string `json:"method,omitempty"`
	// PathPattern is a regular expression searched for in the path.
	PathPattern string    `json:"pathPattern,omitempty"`
	Class       Class     `json:"class,omitempty"`
	Kind        FaultKind `json:"kind"`
	// Status is the answer of the status kinds; 503 when zero.
	Status int `json:"status,omitempty"`
	// RetryAfterSeconds adds a Retry-After header to the status kinds.
	RetryAfterSeconds int `json:"retryAfterSeconds,omitempty"`
	// Body replaces the vendor's error body, as it is.
	Body string `json:"body,omitempty"`
	// Skip is how many calls that match go on as if there were no such rule, before it applies to any.
	Skip int `json:"skip,omitempty"`
	// Count is how many calls the rule applies to before it is dropped; zero means for ever.
	Count int `json:"count,omitempty"`
	// Probability is the share of matching calls the rule applies to; zero means all.
	Probability float64  `json:"probability,omitempty"`
	Delay       Duration `json:"delay,omitempty"`
}

type faultRule struct {
	Fault
	path *regexp.Regexp
}

// faults is the list of rules and the calls they hold.
type faults struct {
	mu      sync.Mutex
	rules   []*faultRule
	release chan struct{}
	held    int
}

// add appends a rule. It reports a rule that could never apply.
func (f *faults) add(fault Fault) error {
	if !slices.Contains(faultKinds, fault.Kind) {
		return fmt.Errorf("unknown fault kind %q", fault.Kind)
	}
	if !slices.Contains([]Class{"", ClassAny, ClassRead, ClassWrite, ClassToken}, fault.Class) {
		return fmt.Errorf("unknown class %q", fault.Class)
	}
	if fault.Probability < 0 || fault.Probability > 1 {
		return fmt.Errorf("probability %v is not between 0 and 1", fault.Probability)
	}
	if fault.Status != 0 && (fault.Status < 200 || fault.Status > 599) {
		return fmt.Errorf("status %d is not between 200 and 599", fault.Status)
	}
	path, err := regexp.Compile(fault.PathPattern)
	if err != nil {
		return fmt.Errorf("path pattern: %w", err)
	}
	if fault.Status == 0 && (fault.Kind == FaultStatus || fault.Kind == FaultStatusAfter) {
		fault.Status = http.StatusServiceUnavailable
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules = append(f.rules, &faultRule{Fault: fault, path: path})
	return nil
}

func (f *faults) list() []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := []Fault{}
	for _, rule := range f.rules {
		list = append(list, rule.Fault)
	}
	return list
}

func (f *faults) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules = nil
}

// verdict is what the rules do to one call.
type verdict struct {
	delay        time.Duration
	expireTokens bool
	final        *Fault
}

func (f *faults) decide(method, path string, class Class, chance func() float64) verdict {
	f.mu.Lock()
	defer f.mu.Unlock()
	var v verdict
	kept := f.rules[:0:0]
	for _, rule := range f.rules {
		passing := rule.Kind == FaultLatency || rule.Kind == FaultExpireTokens
		if (!passing && v.final != nil) || !rule.matches(method, path, class) || (rule.Probability > 0 && chance() >= rule.Probability) {
			kept = append(kept, rule)
			continue
		}
		if rule.Skip > 0 {
			rule.Skip--
			kept = append(kept, rule)
			continue
		}
		switch rule.Kind {
		case FaultLatency:
			v.delay += time.Duration(rule.Delay)
		case FaultExpireTokens:
			v.expireTokens = true
		default:
			fault := rule.Fault
			v.final = &fault
		}
		if rule.Count == 0 {
			kept = append(kept, rule)
		} else if rule.Count > 1 {
			rule.Count--
			kept = append(kept, rule)
		}
	}
	f.rules = kept
	return v
}

func (r *faultRule) matches(method, path string, class Class) bool {
	return (r.Method == "" || r.Method == method) &&
		(r.Class == "" || r.Class == ClassAny || r.Class == class) &&
		r.path.MatchString(path)
}

// hold waits until release is called or one of the channels closes. It reports whether it was released.
func (f *faults) hold(gone, closing <-chan struct{}) bool {
	f.mu.Lock()
	if f.release == nil {
		f.release = make(chan struct{})
	}
	release := f.release
	f.held++
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		f.held--
		f.mu.Unlock()
	}()
	select {
	case <-release:
		return true
	case <-gone:
		return false
	case <-closing:
		return false
	}
}

func (f *faults) releaseAll() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	held := f.held
	if f.release != nil {
		close(f.release)
		f.release = nil
	}
	return held
}

func (f *faults) holding() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.held
}
