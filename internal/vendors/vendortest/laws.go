package vendortest

import (
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// Place is where a driver is held to the laws.
type Place struct {
	// ParentID is where remotes are made; empty where the kind has no parent.
	ParentID string
	// Existing is a remote that nobody has taken over yet, for a driver that cannot create.
	Existing string
	// Settles is how long until lists show everything and deletions are done; zero where
	// that is at once.
	Settles time.Duration
}

// OverHTTP opens drivers over sandboxes of their own, with hands on their faults.
func OverHTTP[D backend.Model](at Place, open func(*testing.T) Kept[D]) func(*testing.T) backendtest.Fixture[D] {
	return func(t *testing.T) backendtest.Fixture[D] {
		k := open(t)
		fixture := backendtest.Fixture[D]{
			Driver: k.Driver, ParentID: at.ParentID, Existing: at.Existing,
			LoseResponse: func() {
				k.Fault(sandbox.Fault{Method: "POST", Class: sandbox.ClassWrite, Kind: sandbox.FaultResetAfter, Count: 1})
			},
			Throttle: func(after time.Duration) {
				k.Fault(sandbox.Fault{Class: sandbox.ClassRead, Kind: sandbox.FaultStatus, Status: 429, RetryAfterSeconds: int(after / time.Second), Count: 1})
			},
			RefuseCredentials: func() {
				k.ExpireTokens()
				if _, err := k.RotateCredentials(); err != nil {
					t.Fatal(err)
				}
			},
		}
		if at.Settles > 0 {
			fixture.Settle = func() { k.Advance(at.Settles) }
		}
		return fixture
	}
}

// Varied gives every variation a copy of its own of what all start from.
func Varied[D backend.Model](desired D, changes map[string]func(*D)) map[string]D {
	out := map[string]D{}
	for name, change := range changes {
		model := backendtest.Clone(desired)
		change(&model)
		out[name] = model
	}
	return out
}
