package tenantcheck_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/tenantcheck"
	"github.com/governance-operator/governance-operator/internal/vendors/probe"
)

// death is a network that ends at a call: not one byte leaves after it, as when the process is killed.
type death struct {
	at    int  // the call that is the last, counted from one
	after bool // it is carried out, and its answer is not heard
	die   context.CancelFunc

	mu    sync.Mutex
	calls []string
	dead  bool
}

var errDead = errors.New("the process is no more")

func (d *death) network(next http.RoundTripper) http.RoundTripper {
	return tripper(func(req *http.Request) (*http.Response, error) {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.dead {
			return nil, errDead
		}
		d.calls = append(d.calls, req.Method+" "+req.URL.Path)
		if len(d.calls) != d.at {
			return next.RoundTrip(req)
		}
		if d.after {
			if res, err := next.RoundTrip(req); err == nil {
				_ = res.Body.Close()
			}
		}
		d.dead = true
		d.die()
		return nil, errDead
	})
}

// TestAKilledCheckIsCleanedUp: whenever it dies, what is left is found by name and mark, and removed by another process.
func TestAKilledCheckIsCleanedUp(t *testing.T) {
	each(t, func(t *testing.T, s subject) {
		moments, writes := s.moments(t)
		if writes > 1 && len(moments) < 50 {
			t.Fatalf("only %d moments", len(moments))
		}
		for testing.Short() && len(moments) >= 100 {
			moments = slices.DeleteFunc(moments, func(m moment) bool { return m.at%2 == 0 })
		}
		t.Logf("%d moments, both sides of %d writes among them", len(moments), writes)
		server := s.begin(t)
		server.Configure(func(settings *sandbox.Settings) { settings.SoftDelete = false })
		before := stored(t, server)
		left := 0
		for _, m := range moments {
			ctx, cancel := context.WithCancel(t.Context())
			d := &death{at: m.at, after: m.after, die: cancel}
			o := s.options(server)
			o.Network = d.network
			if _, _, err := open(t, o).Run(ctx); err == nil {
				t.Fatalf("%v: it went on to its end", m)
			}
			cancel()
			cleaned, err := open(t, s.options(server)).Clean(t.Context(), "r1", func(things []probe.Thing) bool { return true })
			if err != nil {
				t.Fatalf("%v: %v", m, err)
			}
			left += len(cleaned)
			if diff := cmp.Diff(before, stored(t, server)); diff != "" {
				t.Fatalf("%v: something stayed (-before +after):\n%s", m, diff)
			}
		}
		if writes > 1 && left == 0 {
			t.Error("nothing was ever left: the deaths were none")
		}
		t.Logf("%d things were left behind in all, and removed", left)
	})
}

// moment is when a process dies: before a call leaves, or before its answer is heard.
type moment struct {
	at    int
	after bool
	call  string
}

func (m moment) String() string {
	side := "before"
	if m.after {
		side = "after"
	}
	return fmt.Sprintf("death %s call %d, %s", side, m.at, m.call)
}

// moments are both sides of every write of a check, and of every seventh read.
func (s subject) moments(t *testing.T) (out []moment, writes int) {
	t.Helper()
	server := s.begin(t)
	d := &death{}
	o := s.options(server)
	o.Network = d.network
	if _, _, err := open(t, o).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	classes := map[sandbox.Class]bool{sandbox.ClassWrite: true}
	for i, c := range server.Calls(0) {
		write := classes[c.Class]
		if write {
			writes++
		}
		if write || i%7 == 0 {
			out = append(out, moment{i + 1, false, c.Method + " " + c.Path}, moment{i + 1, true, c.Method + " " + c.Path})
		}
	}
	return out, writes
}

// TestAnInterruptedCheckRemovesWhatItMade: Ctrl-C ends the asking, not the removal.
func TestAnInterruptedCheckRemovesWhatItMade(t *testing.T) {
	each(t, func(t *testing.T, s subject) {
		server := s.begin(t)
		before := stored(t, server)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		o := s.options(server)
		interrupted := false
		o.Network = func(next http.RoundTripper) http.RoundTripper {
			return tripper(func(req *http.Request) (*http.Response, error) {
				res, err := next.RoundTrip(req)
				if made := req.Method == http.MethodPost && (req.URL.Path == catalogList || req.URL.Path == "/access-profiles/v1"); made && err == nil {
					interrupted = true
					cancel()
				}
				return res, err
			})
		}
		results, _, err := open(t, o).Run(ctx)
		if interrupted && err == nil {
			t.Error("it does not say that it was interrupted")
		}
		if len(results) == 0 {
			t.Error("what was found out is not told")
		}
		if diff := cmp.Diff(before, stored(t, server)); diff != "" {
			t.Errorf("something stayed (-before +after):\n%s", diff)
		}
	})
}

// TestATenantOfAnOperatorIsLeftAlone.
func TestATenantOfAnOperatorIsLeftAlone(t *testing.T) {
	each(t, func(t *testing.T, s subject) {
		server := s.begin(t)
		if s.operated == nil {
			t.Skip("nothing is made at this vendor")
		}
		s.operated(t, server)
		server.ResetCalls()
		_, _, err := open(t, s.options(server)).Run(t.Context())
		if !errors.Is(err, tenantcheck.ErrMarked) {
			t.Errorf("got %v, want that it is refused", err)
		}
		for _, c := range server.Calls(0) {
			if c.Class == sandbox.ClassWrite {
				t.Errorf("%s %s was sent all the same", c.Method, c.Path)
			}
		}
		o := s.options(server)
		o.ReadOnly = true
		if _, _, err := open(t, o).Run(t.Context()); err != nil {
			t.Errorf("reading alone: %v", err)
		}
		before := stored(t, server)
		o = s.options(server)
		o.BesideOperator = true
		if _, _, err := open(t, o).Run(t.Context()); err != nil {
			t.Errorf("told to go on: %v", err)
		}
		if _, err := open(t, s.options(server)).Clean(t.Context(), "", func([]probe.Thing) bool { return true }); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(before, stored(t, server)); diff != "" {
			t.Errorf("the operator's things are not as they were (-before +after):\n%s", diff)
		}
	})
}
