package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
)

const (
	entitlementKind = v1alpha1.KindAppEntitlement
	profileKind     = v1alpha1.KindAccessProfile
)

// budget is what the backend allows the manager to send.
type budget string

const (
	// unlimited is the most that a backend can be given: a thousand calls a second, ten thousand at once.
	unlimited budget = "unlimited"
	// usual leaves the fields unset: eight calls a second, twenty at once.
	usual budget = "default"
)

// population is what a world is filled with.
type population struct {
	kind    string
	n       int
	latency time.Duration
	budget  budget
}

func (p population) String() string {
	return fmt.Sprintf("%s %ss, latency %s, budget %s", thousands(p.n), p.kind, p.latency, p.budget)
}

// patience is how long the whole population may take.
func (p population) patience() time.Duration {
	each := 100 * time.Millisecond
	if p.budget == usual {
		each = 1200 * time.Millisecond
	}
	return 5*time.Minute + time.Duration(p.n)*each
}

// The names of objects begin with what they are there for.
const (
	backlogPrefix = "backlog-"
	firstPrefix   = "first-"
	streamPrefix  = "stream-"
	partPrefix    = "part-"
)

func objectName(prefix string, i int) string { return fmt.Sprintf("%s%05d", prefix, i) }

// parts is how many entitlements the profiles are made of, and partsEach how many are in one.
const (
	parts     = 20
	partsEach = 5
)

// named is a reference by name, id one by the vendor's id.
func named(name string) map[string]any { return map[string]any{"name": name} }
func id(kind, name string) map[string]any {
	return map[string]any{"id": conductorone.SeedID(kind, name)}
}

// entitlement has row fields only. The app alone is looked up by name: names are asked once for
// everybody, so one of them shows as well as eight what that costs.
func entitlement(name, displayName string) object {
	return object{kind: entitlementKind, name: name, spec: map[string]any{
		"app": named("GitHub"), "displayName": displayName, "description": "One of many, for the benchmark.",
		"conductorOne": map[string]any{
			"resource": map[string]any{"type": id("resource-type", "GitHub/Repository"), "id": conductorone.SeedID("resource", "GitHub/Repository/payments")},
			"purpose":  "Permission", "maxGrantDuration": "720h", "riskLevel": id("risk-level", "High"),
			"policies": map[string]any{
				"grant":   id("policy", "Manager approval"),
				"revoke":  id("policy", "Auto revoke"),
				"certify": id("policy", "Certify by manager"),
			},
		},
	}}
}

// profile gives five of the parts.
func profile(name, displayName string, i int) object {
	var refs []any
	for k := range partsEach {
		refs = append(refs, map[string]any{"ref": named(objectName(partPrefix, (i*3+k*4)%parts))})
	}
	return object{kind: profileKind, name: name, spec: map[string]any{
		"displayName": displayName, "description": "One of many, for the benchmark.", "requestable": true, "entitlements": refs,
	}}
}

// object returns the i-th object with a prefix.
func (p population) object(prefix string, i int) object {
	name := objectName(prefix, i)
	if p.kind == profileKind {
		return profile(name, "Benchmark "+name, i)
	}
	return entitlement(name, "Benchmark "+name)
}

func (p population) list() client.ObjectList {
	if p.kind == profileKind {
		return &v1alpha1.AccessProfileList{}
	}
	return &v1alpha1.AppEntitlementList{}
}

// object is something to apply.
type object struct {
	kind, name string
	spec       map[string]any
}

// apply applies an object as `kubectl apply --server-side` does.
func (t *tenant) apply(ctx context.Context, o object) error {
	if o.spec["backendRef"] == nil && reference.New(o.kind) != nil {
		o.spec["backendRef"] = named(backendName)
	}
	raw, err := json.Marshal(map[string]any{
		"apiVersion": v1alpha1.GroupVersion.String(), "kind": o.kind, "metadata": named(o.name), "spec": o.spec,
	})
	if err != nil {
		return err
	}
	var empty client.Object = &v1alpha1.GovernanceBackend{}
	if managed := reference.New(o.kind); managed != nil {
		empty = managed
	}
	empty.SetNamespace(t.namespace)
	empty.SetName(o.name)
	if err := t.c.Patch(ctx, empty, client.RawPatch(types.ApplyPatchType, raw), client.FieldOwner("benchmark"), client.ForceOwnership); err != nil {
		return fmt.Errorf("applying %s %s: %w", o.kind, o.name, err)
	}
	return nil
}

// applyAll applies n objects, several at once.
func (t *tenant) applyAll(ctx context.Context, n int, nth func(i int) object) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for i := range n {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error { return t.apply(ctx, nth(i)) })
	}
	return group.Wait()
}
