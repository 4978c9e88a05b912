package backend

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Set is a list whose order and repetitions mean nothing. Nil is unset, empty is empty.
type Set []string

// MarshalJSON renders the set sorted and without repetitions.
func (s Set) MarshalJSON() ([]byte, error) {
	out := slices.Clone([]string(s))
	slices.Sort(out)
	return json.Marshal(slices.Compact(out))
}

// Owners are people of whom the first is the owner; the order of the rest means
// nothing. Nil is unset, empty is nobody.
type Owners []string

// MarshalJSON renders the first, then the rest sorted and without repetitions.
func (o Owners) MarshalJSON() ([]byte, error) {
	if len(o) == 0 {
		return json.Marshal([]string{})
	}
	rest := slices.Clone(o[1:])
	slices.Sort(rest)
	rest = slices.DeleteFunc(slices.Compact(rest), func(id string) bool { return id == o[0] })
	return json.Marshal(append([]string{o[0]}, rest...))
}

// EntitlementID names an entitlement: its id is relative to its app.
type EntitlementID struct {
	AppID string `json:"appID"`
	ID    string `json:"id"`
}

// InApp is the id behind that of its app, which tells it from one of the same id in another app.
func (e EntitlementID) InApp() string { return e.AppID + "/" + e.ID }

// EntitlementSet is a set of entitlements. Nil is unset, empty is empty.
type EntitlementSet []EntitlementID

// MarshalJSON renders the set sorted and without repetitions.
func (s EntitlementSet) MarshalJSON() ([]byte, error) {
	return json.Marshal(sortedPairs(s, func(a, b EntitlementID) int {
		return strings.Compare(a.InApp(), b.InApp())
	}))
}

// Minus returns the members of s that are not in other.
func (s EntitlementSet) Minus(other EntitlementSet) EntitlementSet {
	var out EntitlementSet
	for _, e := range s {
		if !slices.Contains(other, e) && !slices.Contains(out, e) {
			out = append(out, e)
		}
	}
	return out
}

// ResourceTypeID names a resource type in an app.
type ResourceTypeID struct {
	AppID          string `json:"appID"`
	ResourceTypeID string `json:"resourceTypeID"`
}

// ResourceTypeSet is a set of resource types. Nil is unset, empty is empty.
type ResourceTypeSet []ResourceTypeID

// MarshalJSON renders the set sorted and without repetitions.
func (s ResourceTypeSet) MarshalJSON() ([]byte, error) {
	return json.Marshal(sortedPairs(s, func(a, b ResourceTypeID) int {
		return strings.Compare(a.AppID+"/"+a.ResourceTypeID, b.AppID+"/"+b.ResourceTypeID)
	}))
}

func sortedPairs[T comparable](s []T, order func(a, b T) int) []T {
	out := slices.Clone(s)
	slices.SortFunc(out, order)
	out = slices.Compact(out)
	if out == nil {
		out = []T{}
	}
	return out
}

// Pairs are annotations. Only the keys that are set are managed; an empty value
// means that the key must be absent.
type Pairs map[string]string

// Compared leaves out the keys that nobody wants to be anything.
func (p Pairs) Compared(actual any) (want, have any) {
	there, _ := actual.(Pairs)
	return p.Managed(there)
}

// Duration is a span of time, or Unlimited.
type Duration struct {
	time.Duration
	Unlimited bool
}

// MarshalJSON renders the duration so that equal spans have equal texts.
func (d Duration) MarshalJSON() ([]byte, error) {
	if d.Unlimited {
		return json.Marshal("Unlimited")
	}
	return json.Marshal(d.String())
}

// Instant is a point in time; equal instants are equal whatever their zone and precision.
type Instant struct {
	time.Time
	// Day says of what a vendor has that only its date counts (UTC): the vendor moves the time
	// of day by itself.
	Day bool
}

// Compared leaves out the time of day where the vendor does not keep it.
func (t Instant) Compared(actual any) (want, have any) {
	there, _ := actual.(*Instant)
	switch {
	case there == nil:
		return t, nil
	case there.Day:
		return t.UTC().Format(time.DateOnly), there.UTC().Format(time.DateOnly)
	}
	return t, *there
}

// MarshalJSON renders the instant in UTC.
func (t Instant) MarshalJSON() ([]byte, error) {
	return json.Marshal(t.UTC().Format(time.RFC3339Nano))
}

// OrNull renders the zero value as null.
func OrNull[T comparable](v T) ([]byte, error) {
	var zero T
	if v == zero {
		return []byte("null"), nil
	}
	return json.Marshal(v)
}

// To returns a pointer to v.
func To[T any](v T) *T { return &v }

// Value returns what p points to, or the zero value.
func Value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
