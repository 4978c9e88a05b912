// Package probe is the vocabulary in which a driver says what it assumes of its vendor, and how a tenant is asked
// whether that holds there. The assumptions of a vendor stand beside its driver; internal/tenantcheck asks them.
package probe

import (
	"context"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// Verdict is what a tenant says of an assumption.
type Verdict string

// The verdicts.
const (
	Holds       Verdict = "holds"
	DoesNotHold Verdict = "does not hold"
	Unknown     Verdict = "could not tell"
)

// Effect is what asking does to a tenant.
type Effect string

// The effects.
const (
	Reads  Effect = "reads"
	Writes Effect = "writes"
	// Never: asking would reach people, or leave something that cannot be removed.
	Never Effect = "never asked"
)

// Need is something that the tenant's owner has to name.
type Need string

// The needs.
const (
	// NeedPlace is an app, or a source.
	NeedPlace Need = "--in"
	// NeedOwner is a person.
	NeedOwner Need = "--owner"
)

// Probe is one assumption.
type Probe struct {
	// ID names it: lower-case words with hyphens between them, unique at the vendor.
	ID string
	// Assumes is what is taken for true, as a sentence.
	Assumes string
	// Asks says how a tenant is asked, as a sentence.
	Asks string
	// Depends is what comes of it where it does not hold, as a sentence.
	Depends string
	Effect  Effect
	// Why says of what is never asked why not.
	Why string
	// Needs are what has to be named.
	Needs []Need
	// After are probes without which this one says nothing: where one of them does not hold, nobody could tell.
	After []string
	// Calls is how many calls it takes, and Lists the kinds of which it reads the whole list besides.
	Calls int
	Lists []string
	// Makes is what it makes, by name: how many of which kind. All of it is removed again.
	Makes []string
	// Overrides are the capabilities that are taken away from the operator where it does not hold.
	Overrides []backend.Override
	// Ask asks. Nil for what is never asked.
	Ask func(ctx context.Context, b *Bench) Answer
}

// Answer is what came of asking.
type Answer struct {
	Verdict Verdict
	// Code says why, in words of ours with hyphens between them: what a vendor says may hold names.
	Code string
	// Status is that of the answer that decided, zero where none did.
	Status int
}

// Yes is the answer of a tenant for which it holds.
func Yes() Answer { return Answer{Verdict: Holds} }

// No is the answer of a tenant for which it does not hold.
func No(code string, status int) Answer {
	return Answer{Verdict: DoesNotHold, Code: code, Status: status}
}

// Perhaps is the answer where it cannot be told.
func Perhaps(code string, status int) Answer {
	return Answer{Verdict: Unknown, Code: code, Status: status}
}

// If is Yes where ok, else No.
func If(ok bool, code string, status int) Answer {
	if ok {
		return Yes()
	}
	return No(code, status)
}

// Thing is something at a tenant that has a name or a mark of ours.
type Thing struct {
	// Kind is that of the operator's object: AppEntitlement, AccessProfile, AccessReview.
	Kind         string
	ID, ParentID string
	Name         string
	// Mark is the operator's, or a check's.
	Mark backend.Mark
	// Text is where a check leaves its sentence where marks may not read back.
	Text string
}

// Doer makes a call as the vendor's driver does.
type Doer func(ctx context.Context, call rest.Call, out any) (rest.Response, error)

// Vendor is what a check has to know of a vendor.
type Vendor struct {
	backend.Vendor
	// Probes are the assumptions, those that only read first.
	Probes []Probe
	// Doer is how a tenant that Open returned is called.
	Doer func(t backend.Tenant) Doer
	// Lists reads, by kind, everything that could have an ownership marker, with what could have been left by a check.
	Lists map[string]func(ctx context.Context, t backend.Tenant) ([]Thing, error)
	// Remove removes a thing and returns once it is gone, or says why not.
	Remove func(ctx context.Context, b *Bench, thing Thing) error
	// Prepare finds what was named, before anything is made. Nil where nothing is ever made.
	Prepare func(ctx context.Context, b *Bench, place, owner string) error
}

// Kinds in the order in which things are removed: what holds others goes before them.
var Kinds = []string{"AccessReview", "AccessProfile", "AppEntitlement"}
