package backendtest_test

import (
	"context"
	"fmt"
	"iter"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
)

// listed is a memory tenant of whose entitlements wrapped makes the driver.
func listed(wrapped func(*backendtest.Memory[backend.AppEntitlement]) driver) backendtest.ListSuite[backend.AppEntitlement] {
	return backendtest.ListSuite[backend.AppEntitlement]{
		Pages: 260, Long: 5_000,
		Open: func(t *testing.T) backendtest.Listed[backend.AppEntitlement] {
			tenant := newTenant()
			m := tenant.Entitlements
			m.Caps.DetailFields = []string{"owners"}
			parents, made := []string{"app-1", "app-2"}, 0
			put := func(mark backend.Mark) backendtest.Spot {
				made++
				parent := parents[made%len(parents)]
				id := m.Put(parent, mark, backend.AppEntitlement{DisplayName: backend.To(fmt.Sprintf("Entitlement %d", made)), Owners: backend.Set{"ada"}})
				return backendtest.Spot{ParentID: parent, ID: id}
			}
			synced := put(backend.Mark{})
			m.Change(synced.ID, func(r *backendtest.Remote) { r.Undeletable = true })
			there := func() []backendtest.Spot {
				var out []backendtest.Spot
				for _, parent := range parents {
					for obs, err := range m.ObserveMany(t.Context(), []backend.Ref{{ParentID: parent, Every: true}}) {
						if err == nil && obs.Exists {
							out = append(out, backendtest.SpotOf(obs))
						}
					}
				}
				return out
			}
			return backendtest.Listed[backend.AppEntitlement]{
				Driver: wrapped(m), There: there, Undeletable: []backendtest.Spot{synced},
				Add: func(n int) []backendtest.Spot {
					var out []backendtest.Spot
					for range n {
						out = append(out, put(backend.Mark{}))
					}
					return out
				},
				Mark:   put,
				Remove: func(s backendtest.Spot) { m.Remove(s.ID) },
				Refuse: func(skip int) {
					if skip > 0 {
						tenant.Inject(backendtest.Fault{Verb: backendtest.VerbListAll, Times: skip})
					}
					tenant.Inject(backendtest.Fault{Verb: backendtest.VerbListAll, Before: backend.Errorf(backend.Terminal, "forbidden")})
				},
				Calls: func() int { return tenant.Calls(backendtest.VerbListAll, backendtest.VerbObserve) },
				Cost:  func() int { return (len(there()) + 99) / 100 },
			}
		},
	}
}

func TestAMemoryTenantListsEverything(t *testing.T) {
	backendtest.RunList(t, listed(func(m *backendtest.Memory[backend.AppEntitlement]) driver { return m }))
}

type (
	// list is a list of everything, and remade what is made of one.
	list   = func(context.Context, backend.ListOptions) iter.Seq2[observation, error]
	remade = func(ctx context.Context, o backend.ListOptions, all list) iter.Seq2[observation, error]
)

// through is a driver whose list is made of that of another one.
type through struct {
	driver
	made remade
}

func (d through) ListAll(ctx context.Context, o backend.ListOptions) iter.Seq2[observation, error] {
	return d.made(ctx, o, d.driver.(backend.Lister[backend.AppEntitlement]).ListAll)
}

// rowwise is a list whose rows each go through a function, which returns what is yielded in place of it, and whether it goes on.
func rowwise(each func(n int, obs observation, err error) (out []observation, failed error, on bool)) remade {
	return func(ctx context.Context, o backend.ListOptions, all list) iter.Seq2[observation, error] {
		return func(yield func(observation, error) bool) {
			n := 0
			for obs, err := range all(ctx, o) {
				n++
				out, failed, on := each(n, obs, err)
				for _, obs := range out {
					if !yield(obs, nil) {
						return
					}
				}
				if failed != nil {
					yield(observation{}, failed)
				}
				if !on {
					return
				}
			}
		}
	}
}

// TestTheLawsOfAListBite runs them over broken lists, each in a process of its own because they have to fail there.
func TestTheLawsOfAListBite(t *testing.T) {
	const chosen = "BACKENDTEST_BROKEN_LIST"
	as := func(obs observation) []observation { return []observation{obs} }
	for name, c := range map[string]struct {
		made  remade
		fails string
	}{
		"takes an error for the end": {
			made: rowwise(func(_ int, obs observation, err error) ([]observation, error, bool) {
				return as(obs)[:min(1, len(obs.ID))], nil, err == nil
			}),
			fails: "an error is never an end"},
		"leaves out what cannot be deleted": {
			made: rowwise(func(_ int, obs observation, err error) ([]observation, error, bool) {
				if obs.Undeletable {
					return nil, err, err == nil
				}
				return as(obs)[:min(1, len(obs.ID))], err, err == nil
			}),
			fails: "everything that the vendor has is listed"},
		"shows what other clusters have as nobody's": {
			made: rowwise(func(_ int, obs observation, err error) ([]observation, error, bool) {
				if obs.Mark.Cluster != "0123456789ab" {
					obs.Mark = backend.Mark{}
				}
				return as(obs)[:min(1, len(obs.ID))], err, err == nil
			}),
			fails: "everything that the vendor has is listed"},
		"shows a row twice": {
			made: rowwise(func(n int, obs observation, err error) ([]observation, error, bool) {
				if n == 150 {
					return []observation{obs, obs}, err, err == nil
				}
				return as(obs)[:min(1, len(obs.ID))], err, err == nil
			}),
			fails: "what is there throughout is listed once"},
		"reads details that nobody asked for": {
			made: func(ctx context.Context, _ backend.ListOptions, all list) iter.Seq2[observation, error] {
				return all(ctx, backend.ListOptions{DetailFields: nil})
			},
			fails: "detail fields are read for each"},
		"reads all before it shows any": {
			made: func(ctx context.Context, o backend.ListOptions, all list) iter.Seq2[observation, error] {
				return func(yield func(observation, error) bool) {
					var rows []observation
					for obs, err := range all(ctx, o) {
						if err != nil {
							yield(obs, err)
							return
						}
						rows = append(rows, obs)
					}
					for _, obs := range rows {
						if !yield(obs, nil) {
							return
						}
					}
				}
			},
			fails: "a cancelled context ends it"},
		"keeps what it showed": {
			made: func(ctx context.Context, o backend.ListOptions, all list) iter.Seq2[observation, error] {
				var kept []observation
				return func(yield func(observation, error) bool) {
					for obs, err := range all(ctx, o) {
						kept = append(kept, obs)
						if !yield(obs, err) {
							return
						}
					}
					runtime.KeepAlive(kept)
				}
			},
			fails: "what is kept does not grow"},
		"forgets its context": {
			made: func(ctx context.Context, o backend.ListOptions, all list) iter.Seq2[observation, error] {
				return all(context.WithoutCancel(ctx), o)
			},
			fails: "a cancelled context ends it"},
	} {
		t.Run(name, func(t *testing.T) {
			switch os.Getenv(chosen) {
			case name:
				backendtest.RunList(t, listed(func(m *backendtest.Memory[backend.AppEntitlement]) driver { return through{m, c.made} }))
				return
			case "":
			default:
				return
			}
			out, err := ownProcess(t, "TestTheLawsOfAListBite", chosen+"="+name)
			if err == nil || !strings.Contains(out, "--- FAIL: "+strings.ReplaceAll(t.Name()+"/"+c.fails, " ", "_")) {
				t.Errorf("%q did not fail (%v):\n%s", c.fails, err, out)
			}
		})
	}
}
