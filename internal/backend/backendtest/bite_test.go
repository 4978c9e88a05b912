package backendtest_test

import (
	"context"
	"iter"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
)

type (
	driver      = backend.Driver[backend.AppEntitlement]
	observation = backend.Observation[backend.AppEntitlement]
)

// forgetful makes remotes that have no ownership marker.
type forgetful struct {
	driver
	all *backendtest.Memory[backend.AppEntitlement]
}

func (d forgetful) Create(ctx context.Context, ref backend.Ref, desired backend.AppEntitlement) (observation, error) {
	obs, err := d.driver.Create(ctx, ref, desired)
	for _, id := range d.all.IDs() {
		d.all.Mark(id, backend.Mark{})
	}
	return obs, err
}

// blind takes every error for an absence.
type blind struct{ driver }

func (d blind) Observe(ctx context.Context, ref backend.Ref) (observation, error) {
	obs, err := d.driver.Observe(ctx, ref)
	if err != nil {
		return observation{ID: ref.ID, ParentID: ref.ParentID}, nil
	}
	return obs, nil
}

// eager creates again where the first answer was lost.
type eager struct{ driver }

func (d eager) Create(ctx context.Context, ref backend.Ref, desired backend.AppEntitlement) (observation, error) {
	obs, err := d.driver.Create(ctx, ref, desired)
	if backend.ClassOf(err) == backend.OutcomeUnknown {
		return d.driver.Create(ctx, ref, desired)
	}
	return obs, err
}

// double creates everything twice.
type double struct{ driver }

func (d double) Create(ctx context.Context, ref backend.Ref, desired backend.AppEntitlement) (observation, error) {
	if obs, err := d.driver.Create(ctx, ref, desired); err != nil {
		return obs, err
	}
	return d.driver.Create(ctx, ref, desired)
}

// unfenced writes without asking.
type unfenced struct{ driver }

func (d unfenced) Update(ctx context.Context, seen observation, desired backend.AppEntitlement, changes backend.Changes) (observation, error) {
	return d.driver.Update(context.Background(), seen, desired, changes)
}

// lavish writes more than what changed.
type lavish struct{ driver }

func (d lavish) Update(ctx context.Context, seen observation, desired backend.AppEntitlement, changes backend.Changes) (observation, error) {
	desired.Description = backend.To("Written by the driver.")
	return d.driver.Update(ctx, seen, desired, append(changes, backend.Change{Path: "description"}))
}

// short lists all but the last row.
type short struct{ driver }

func (d short) ObserveMany(ctx context.Context, refs []backend.Ref) iter.Seq2[observation, error] {
	return func(yield func(observation, error) bool) {
		var last *observation
		for obs, err := range d.driver.ObserveMany(ctx, refs) {
			if err != nil {
				yield(obs, err)
				return
			}
			if last != nil && !yield(*last, nil) {
				return
			}
			last = &obs
		}
	}
}

// ownProcess runs a test in a process of its own, which knows by its environment what is broken.
func ownProcess(t *testing.T, test, environment string) (out string, err error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^"+test+"$")
	cmd.Env = append(os.Environ(), environment)
	raw, err := cmd.CombinedOutput()
	return string(raw), err
}

// TestTheSuiteBites runs the suite over broken drivers, each in a process of its own
// because the suite has to fail there.
func TestTheSuiteBites(t *testing.T) {
	const chosen = "BACKENDTEST_BROKEN_DRIVER"
	for name, c := range map[string]struct {
		broken func(*backendtest.Memory[backend.AppEntitlement]) driver
		// fails lists laws that it breaks.
		fails []string
	}{
		"sound": {broken: func(m *backendtest.Memory[backend.AppEntitlement]) driver { return m }},
		"forgets the mark": {
			broken: func(m *backendtest.Memory[backend.AppEntitlement]) driver { return forgetful{m, m} },
			fails:  []string{"the mark is found after a lost response", "the index shows every remote"}},
		"reports an error as absent": {
			broken: func(m *backendtest.Memory[backend.AppEntitlement]) driver { return blind{m} },
			fails:  []string{"a pause that the vendor asks for", "refused credentials are Unauthorized", "a cancelled context is honoured"}},
		"creates twice": {
			broken: func(m *backendtest.Memory[backend.AppEntitlement]) driver { return double{m} },
			fails:  []string{"the index shows every remote"}},
		"creates again after a lost answer": {
			broken: func(m *backendtest.Memory[backend.AppEntitlement]) driver { return eager{m} },
			fails:  []string{"the mark is found after a lost response"}},
		"updates without asking the fence": {
			broken: func(m *backendtest.Memory[backend.AppEntitlement]) driver { return unfenced{m} },
			fails:  []string{"a refused fence sends nothing"}},
		"writes a field too many": {
			broken: func(m *backendtest.Memory[backend.AppEntitlement]) driver { return lavish{m} },
			fails:  []string{"an update changes what it should"}},
		"lists a row too few": {
			broken: func(m *backendtest.Memory[backend.AppEntitlement]) driver { return short{m} },
			fails:  []string{"absent is not an error", "the index shows every remote", "a list row says the same", "what has a name is found"}},
	} {
		t.Run(name, func(t *testing.T) {
			switch os.Getenv(chosen) {
			case name:
				renamed := backend.AppEntitlement{DisplayName: backend.To("Payroll"), Description: backend.To("Reads payroll.")}
				sample := backendtest.Clone(renamed)
				sample.DisplayName = backend.To("Payroll read")
				backendtest.Run(t, backendtest.Suite[backend.AppEntitlement]{
					Open: func(t *testing.T) backendtest.Fixture[backend.AppEntitlement] {
						var memory *backendtest.Memory[backend.AppEntitlement]
						f := fixture("app-1", func(tenant *backendtest.Tenant) *backendtest.Memory[backend.AppEntitlement] {
							memory = tenant.Entitlements
							return memory
						})(t)
						f.Driver = c.broken(memory)
						return f
					},
					Desired: sample, Variations: map[string]backend.AppEntitlement{"another name": renamed},
				})
				return
			case "":
			default:
				return
			}
			out, err := ownProcess(t, "TestTheSuiteBites", chosen+"="+name)
			if sound := len(c.fails) == 0; (err == nil) != sound {
				t.Fatalf("the suite ended with %v:\n%s", err, out)
			}
			for _, law := range c.fails {
				if !strings.Contains(out, "--- FAIL: "+strings.ReplaceAll(t.Name()+"/"+law, " ", "_")) {
					t.Errorf("%q did not fail:\n%s", law, out)
				}
			}
		})
	}
}
