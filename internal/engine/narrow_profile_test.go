package engine_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine"
	"github.com/governance-operator/governance-operator/internal/engine/fleet"
	"github.com/governance-operator/governance-operator/internal/engine/safety"
	"github.com/governance-operator/governance-operator/internal/kinds"
)

// bundle is an access profile in a world of its own, and the entitlements that it may refer to.
type bundle struct {
	*world
	client client.WithWatch
	r      *engine.Reconciler[*v1alpha1.AccessProfile, backend.AccessProfile]
}

var bundleKey = types.NamespacedName{Namespace: namespace, Name: "bundle"}

// inBundle is born with entries, by name and by reference: everything is there, and in sync.
func inBundle(t *testing.T, entries []v1alpha1.EntitlementRef, scenario func(b *bundle)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &bundle{world: newWorld(t)}
		b.client = fake.NewClientBuilder().WithScheme(scheme()).WithStatusSubresource(&v1alpha1.AccessProfile{}, &v1alpha1.AppEntitlement{}).Build()
		b.r = engine.NewReconciler(kinds.AccessProfile(), fleet.Options{
			Client: b.client, Live: b.client, Events: b.events, Backends: b, ClusterID: cluster,
			Limits: &safety.Limits{Behind: b.leaving}, Lease: func() error { return nil },
		})
		b.world.r = engine.NewReconciler(kinds.AppEntitlement(), fleet.Options{Client: b.client, Limits: &safety.Limits{Behind: b.leaving}})
		b.tenant.Profiles.Caps.Narrows = map[string]backend.Narrowing{
			"entitlements": {Fewer: true}, "requestable": {Open: []string{"true"}}, "inherits": {Fewer: true},
		}
		for _, name := range []string{"Read", "Write", "Admin"} {
			b.knows(name)
			b.entitlement(name, "id of "+name)
		}
		obj := &v1alpha1.AccessProfile{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "bundle", Generation: 1, UID: "uid-bundle", CreationTimestamp: metav1.Now()}}
		obj.Spec.BackendRef = v1alpha1.BackendRef{Kind: v1alpha1.KindGovernanceBackend, Name: "prod"}
		obj.Spec.DisplayName, obj.Spec.Requestable, obj.Spec.Entitlements = "Bundle", backend.To(true), entries
		if err := b.client.Create(t.Context(), obj); err != nil {
			t.Fatal(err)
		}
		b.run()
		b.wantRefs("")
		time.Sleep(time.Minute)
		scenario(b)
	})
}

// knows lets the vendor know an entitlement of app-1 by a name.
func (b *bundle) knows(name string) {
	b.tenant.Names[backend.Name{Kind: backend.NameEntitlement, ParentID: app, Name: name}] = []backend.Match{{ID: "id of " + name, Name: name}}
}

func (b *bundle) forgets(name string) {
	delete(b.tenant.Names, backend.Name{Kind: backend.NameEntitlement, ParentID: app, Name: name})
}

// entitlement is an object of the name that has its remote.
func (b *bundle) entitlement(name, id string) {
	b.t.Helper()
	obj := &v1alpha1.AppEntitlement{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
	obj.Status.Remote = &v1alpha1.RemoteStatus{ID: id, ParentID: app, TenantID: "tenant-1"}
	if err := b.client.Create(context.Background(), obj); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bundle) deleteEntitlement(name string) {
	b.t.Helper()
	if err := b.client.Delete(context.Background(), &v1alpha1.AppEntitlement{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bundle) get() *v1alpha1.AccessProfile {
	b.t.Helper()
	obj := &v1alpha1.AccessProfile{}
	if err := b.client.Get(context.Background(), bundleKey, obj); err != nil {
		b.t.Fatal(err)
	}
	return obj
}

func (b *bundle) edit(change func(*v1alpha1.AccessProfileSpec)) {
	b.t.Helper()
	obj := b.get()
	change(&obj.Spec)
	obj.Generation++
	if err := b.client.Update(context.Background(), obj); err != nil {
		b.t.Fatal(err)
	}
	b.run()
}

func (b *bundle) run() {
	b.t.Helper()
	for range 40 {
		result, err := b.r.Reconcile(context.Background(), reconcile.Request{NamespacedName: bundleKey})
		if err != nil {
			b.t.Fatal(err)
		}
		if result.RequeueAfter == 0 || result.RequeueAfter > 20*time.Second {
			return
		}
		time.Sleep(result.RequeueAfter)
	}
}

// wantRefs compares the reason of ResolvedRefs; empty for none.
func (b *bundle) wantRefs(want string) {
	b.t.Helper()
	for _, c := range b.get().Status.Conditions {
		got := c.Reason
		if got == v1alpha1.ReasonResolved {
			got = ""
		}
		if c.Type == v1alpha1.ConditionResolvedRefs && got != want {
			b.t.Errorf("ResolvedRefs is %s (%s), want %q", c.Reason, c.Message, want)
		}
	}
}

// wantHas compares the entries at the vendor, and whether they can be asked for.
func (b *bundle) wantHas(requestable bool, names ...string) {
	b.t.Helper()
	actual, _, _ := b.tenant.Profiles.Has(b.get().Status.Remote.ID)
	want, got := backend.EntitlementSet{}, actual.Entitlements
	for _, name := range names {
		want = append(want, backend.EntitlementID{AppID: app, ID: "id of " + name})
	}
	if len(want.Minus(got)) > 0 || len(got.Minus(want)) > 0 {
		b.t.Errorf("entries are %v, want %v", got, want)
	}
	if backend.Value(actual.Requestable) != requestable {
		b.t.Errorf("requestable is %t, want %t", backend.Value(actual.Requestable), requestable)
	}
}

func named(name string) v1alpha1.EntitlementRef {
	return v1alpha1.EntitlementRef{App: &v1alpha1.NamedRef{ID: app}, Name: name}
}

func referred(name string) v1alpha1.EntitlementRef {
	return v1alpha1.EntitlementRef{Ref: &v1alpha1.LocalObjectRef{Name: name}}
}

func TestAnEntryIsTakenOutAlthoughAnObjectOfAnotherIsGone(t *testing.T) {
	for sentence, entries := range map[string][]v1alpha1.EntitlementRef{
		"by name":      {referred("Read"), named("Admin"), named("Write")},
		"by reference": {referred("Read"), referred("Admin"), named("Write")},
	} {
		t.Run(sentence, func(t *testing.T) {
			inBundle(t, entries, func(b *bundle) {
				b.deleteEntitlement("Read")
				b.run()
				b.wantRefs(v1alpha1.ReasonReferenceNotFound)
				b.wantHas(true, "Read", "Write", "Admin")
				b.edit(func(s *v1alpha1.AccessProfileSpec) {
					s.Entitlements = []v1alpha1.EntitlementRef{entries[0], entries[2]}
				})
				b.wantRefs(v1alpha1.ReasonReferenceNotFound)
				b.wantHas(true, "Read", "Write")
				if diff := cmp.Diff([]string{"entitlements"}, b.get().Status.Remote.Narrowed); diff != "" {
					t.Error(diff)
				}
				b.entitlement("Read", "id of Read")
				b.run()
				b.wantRefs("")
				b.wantHas(true, "Read", "Write")
			})
		})
	}
}

func TestAnEntryStaysWhileAnotherSpellingOfItMayBeMeant(t *testing.T) {
	inBundle(t, []v1alpha1.EntitlementRef{named("Read"), named("Admin")}, func(b *bundle) {
		b.deleteEntitlement("Admin") // It is about to be made, by the same commit.
		b.edit(func(s *v1alpha1.AccessProfileSpec) {
			s.Entitlements, s.Requestable = []v1alpha1.EntitlementRef{named("Read"), referred("Admin")}, backend.To(false)
		})
		b.wantRefs(v1alpha1.ReasonReferenceNotFound)
		b.wantHas(false, "Read", "Admin")

		// The name that was taken out is still known for what it meant when it comes back.
		b.forgets("Admin")
		b.edit(func(s *v1alpha1.AccessProfileSpec) { s.Entitlements[1] = named("Admin") })
		b.wantRefs("")
		b.wantHas(false, "Read", "Admin")
	})
}

func TestAnEntryThatComesBackIsWhatItWas(t *testing.T) {
	inBundle(t, []v1alpha1.EntitlementRef{named("Read"), referred("Write"), named("Admin")}, func(b *bundle) {
		b.deleteEntitlement("Write")
		b.edit(func(s *v1alpha1.AccessProfileSpec) { s.Entitlements = s.Entitlements[:2] })
		b.wantHas(true, "Read", "Write")
		b.forgets("Admin")
		b.tenant.Names[backend.Name{Kind: backend.NameEntitlement, ParentID: app, Name: "Admin"}] = []backend.Match{{ID: "another"}}
		b.entitlement("Write", "id of Write")
		b.edit(func(s *v1alpha1.AccessProfileSpec) { s.Entitlements = append(s.Entitlements, named("Admin")) })
		b.wantHas(true, "Read", "Write", "Admin")
	})
}

func TestAnEntryOfANameThatNobodyKnowsKeepsTheOthersIn(t *testing.T) {
	inBundle(t, []v1alpha1.EntitlementRef{named("Read"), named("Admin")}, func(b *bundle) {
		b.edit(func(s *v1alpha1.AccessProfileSpec) {
			s.Entitlements, s.Requestable = []v1alpha1.EntitlementRef{named("Read"), named("Administrator")}, backend.To(false)
		})
		b.wantRefs(v1alpha1.ReasonNameNotFound)
		b.wantHas(false, "Read", "Admin")
		b.edit(func(s *v1alpha1.AccessProfileSpec) { s.Entitlements = s.Entitlements[:1] })
		b.wantRefs("")
		b.wantHas(false, "Read")
	})
}

// TestOneIDInTwoAppsIsTwoEntitlements: in each app the built-in one has the same id.
func TestOneIDInTwoAppsIsTwoEntitlements(t *testing.T) {
	const other = "app-2"
	inBundle(t, nil, func(b *bundle) {
		b.tenant.Names[backend.Name{Kind: backend.NameApp, Name: "Other"}] = []backend.Match{{ID: other, Name: "Other"}}
		for place, name := range map[string]string{app: "Access here", other: "Access there"} {
			b.tenant.Names[backend.Name{Kind: backend.NameEntitlement, ParentID: place, Name: name}] = []backend.Match{{ID: "access", Name: name}}
		}
		b.edit(func(s *v1alpha1.AccessProfileSpec) {
			s.Entitlements = []v1alpha1.EntitlementRef{
				{App: &v1alpha1.NamedRef{ID: app}, Name: "Access here"}, {App: &v1alpha1.NamedRef{Name: "Other"}, Name: "Access there"},
			}
		})
		b.run()
		want := []v1alpha1.GrantedEntitlement{
			{ID: "access", ParentID: app, Name: "Access here"}, {ID: "access", ParentID: other, Name: "Access there"},
		}
		if diff := cmp.Diff(want, b.get().Status.Grants.Entitlements); diff != "" {
			t.Error(diff)
		}
	})
}
