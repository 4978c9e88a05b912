package vendortest

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// Tenancy is what the laws of a list of everything must know of a kind at a sandbox.
type Tenancy[D backend.Model] struct {
	// Kind is that of the sandbox's console.
	Kind string
	// Parents are where remotes are made in turn; none where the kind has no parent.
	Parents []string
	// Object is the body of a remote that the console makes: the i-th of its test.
	Object func(i int, parentID string) map[string]any
	// Marked is a model that a driver creates, with a name of its own, and where; nil where none can bear an ownership marker.
	Marked func(name string) (parentID string, desired D)
	// There reads where every remote of the kind is from a dump of the sandbox.
	There func(dump any) []backendtest.Spot
	// Cost is how many calls the first list takes, given what is there.
	Cost func(there []backendtest.Spot) int
	// Own is the id that the driver has of what the console calls id, and Bare the other way; nil where both have one.
	Own, Bare func(id string) string
	// Undeletable are some that are there and cannot be deleted.
	Undeletable []backendtest.Spot
	// Settles is how long until lists show everything; zero where that is at once.
	Settles time.Duration
}

// ListedOverHTTP opens drivers over sandboxes of their own, with hands on what is there.
func ListedOverHTTP[D backend.Model](of Tenancy[D], open func(*testing.T) Kept[D]) func(*testing.T) backendtest.Listed[D] {
	return func(t *testing.T) backendtest.Listed[D] {
		k := open(t)
		k.Rejected = true // Something is refused on purpose in some laws.
		made := 0
		parents := of.Parents
		if len(parents) == 0 {
			parents = []string{""}
		}
		there := func() []backendtest.Spot { return of.There(k.Dump()) }
		out := backendtest.Listed[D]{
			Driver: k.Driver, There: there, Undeletable: of.Undeletable,
			Add: func(n int) []backendtest.Spot {
				var spots []backendtest.Spot
				for range n {
					parent := parents[made%len(parents)]
					id, err := k.Server.Create(of.Kind, parent, of.Object(made, parent))
					if err != nil {
						t.Fatal(err)
					}
					spots = append(spots, backendtest.Spot{ParentID: parent, ID: as(of.Own, id)})
					made++
				}
				return spots
			},
			Remove: func(s backendtest.Spot) {
				if err := k.Server.Delete(sandbox.Target{Kind: of.Kind, ParentID: s.ParentID, ID: as(of.Bare, s.ID)}); err != nil {
					t.Fatal(err)
				}
			},
			Refuse: func(skip int) {
				k.Fault(sandbox.Fault{Class: sandbox.ClassRead, Kind: sandbox.FaultStatus, Status: http.StatusForbidden, Skip: skip, Count: 1})
			},
			Calls: func() int { return k.Counts().Reads + k.Counts().Writes },
			Cost:  func() int { return of.Cost(there()) },
		}
		if of.Marked != nil {
			out.Mark = func(mark backend.Mark) backendtest.Spot {
				made++
				parent, desired := of.Marked("Marked " + strconv.Itoa(made))
				obs, err := k.Driver.Create(t.Context(), backend.Ref{ParentID: parent, Key: desired.Key(), Mark: mark}, desired)
				if err != nil {
					t.Fatal(err)
				}
				return backendtest.SpotOf(obs)
			}
		}
		if of.Settles > 0 {
			out.Settle = func() { k.Advance(of.Settles) }
		}
		return out
	}
}

func as(form func(string) string, id string) string {
	if form == nil {
		return id
	}
	return form(id)
}

// PagesOf is how many pages of a size hold that many rows; an empty list is a page, too.
func PagesOf(rows, size int) int { return max(1, (rows+size-1)/size) }
