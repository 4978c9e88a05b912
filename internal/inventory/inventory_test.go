package inventory_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/inventory"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	conductoronefake "github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	sailpointfake "github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
	"github.com/governance-operator/governance-operator/internal/sandbox/sandboxes"
	vezafake "github.com/governance-operator/governance-operator/internal/sandbox/veza"
	"github.com/governance-operator/governance-operator/internal/tenancy"
	"github.com/governance-operator/governance-operator/internal/vendors"
	"github.com/governance-operator/governance-operator/internal/vendors/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/veza"
)

const thisCluster = "0123456789ab"

// tenant is a sandbox, and a cluster with a backend for it.
type tenant struct {
	*sandbox.Server
	t       *testing.T
	backend *v1alpha1.GovernanceBackend
	cluster client.Client
}

func begin(t *testing.T, of sandboxes.Sandbox) *tenant {
	t.Helper()
	server, err := sandbox.Start(sandbox.Options{Vendor: of.New()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	h := &tenant{Server: server, t: t, backend: &v1alpha1.GovernanceBackend{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "prod"}}}
	h.backend.Spec.Vendor, h.backend.Spec.Endpoint = v1alpha1.Vendor(of.Vendor), server.URL
	h.backend.Spec.RequestsPerSecond, h.backend.Spec.Burst = backend.To(int32(1000)), backend.To(int32(1000))
	h.backend.Spec.Credentials.SecretRef = &v1alpha1.LocalObjectRef{Name: "credentials"}
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "credentials"}, Data: map[string][]byte{}}
	for key, value := range of.Secret(server.Credentials()) {
		secret.Data[key] = []byte(value)
	}
	scheme := runtime.NewScheme()
	if err := errors.Join(v1alpha1.AddToScheme(scheme), corev1.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	h.cluster = fake.NewClientBuilder().WithScheme(scheme).WithObjects(h.backend, secret).Build()
	return h
}

// visit opens the tenant as the command does.
func (h *tenant) visit() tenancy.Visitor {
	h.t.Helper()
	v, err := tenancy.Entrance{Client: h.cluster, Vendors: vendors.All(), UserAgent: "test"}.Visit(h.t.Context(), h.backend)
	if err != nil {
		h.t.Fatal(err)
	}
	return v
}

// named is a profile that can be made at the vendor, and where.
func named(vendor, name string) (parentID string, p backend.AccessProfile) {
	p.DisplayName = &name
	switch vendor {
	case "SailPoint":
		source := sailpointfake.SeedID("source", "Workday")
		p.Owners, p.Block = backend.Owners{sailpointfake.SeedID("identity", "ada@corp.example")}, &sailpoint.ProfileBlock{SourceID: &source}
		return source, p
	case "Veza":
		kind := vezafake.SeedID("type", "Profile")
		p.Block = &veza.ProfileBlock{ProfileTypeID: &kind}
		return kind, p
	}
	return "", p
}

// made makes a profile at the vendor with this ownership marker.
func (h *tenant) made(v tenancy.Visitor, name string, mark backend.Mark) backend.Observation[backend.AccessProfile] {
	h.t.Helper()
	parent, p := named(string(h.backend.Spec.Vendor), name)
	obs, err := v.Tenant.AccessProfiles().Create(h.t.Context(), backend.Ref{ParentID: parent, Key: p.Key(), Mark: mark}, p)
	if err != nil {
		h.t.Fatal(err)
	}
	return obs
}

// bound is an object of the cluster that has a remote.
func bound(name string, v tenancy.Visitor, parentID, id string) *v1alpha1.AccessProfile {
	obj := &v1alpha1.AccessProfile{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: name}}
	obj.Status.Remote = &v1alpha1.RemoteStatus{ID: id, ParentID: parentID, TenantID: v.ID.ID}
	return obj
}

// has counts the remotes of each kind by a dump.
func has(h *tenant) map[string]int {
	switch dump := h.Dump().(type) {
	case conductoronefake.Dump:
		return map[string]int{"AppEntitlement": len(dump.Entitlements), "AccessProfile": len(dump.AccessProfiles), "AccessReview": len(dump.Reviews)}
	case sailpointfake.Dump:
		aggregated := slices.DeleteFunc(dump.Entitlements, func(e sailpointfake.EntitlementDump) bool { return e.Pending })
		return map[string]int{"AppEntitlement": len(aggregated), "AccessProfile": len(dump.Profiles), "AccessReview": len(dump.Campaigns)}
	case vezafake.Dump:
		groups := slices.DeleteFunc(dump.Entities, func(e map[string]any) bool { return e["type"] == "OktaUser" })
		return map[string]int{"AppEntitlement": len(groups), "AccessProfile": len(dump.Profiles), "AccessReview": len(dump.Certifications)}
	}
	return nil
}

// TestCountsAddUpToWhatTheVendorHas at every vendor, whoever made it, and nothing is written for it.
func TestCountsAddUpToWhatTheVendorHas(t *testing.T) {
	for _, of := range sandboxes.All() {
		t.Run(of.Vendor, func(t *testing.T) {
			h := begin(t, of)
			v := h.visit()
			ours := h.made(v, "Ours", backend.Mark{Token: "OURSOURSOURSOURS", Owner: "team/ours", Cluster: thisCluster})
			h.made(v, "Left", backend.Mark{Token: "LEFTLEFTLEFTLEFT", Owner: "team/left", Cluster: thisCluster})
			h.made(v, "Being made", backend.Mark{Token: "MAKEMAKEMAKEMAKE", Owner: "team/making", Cluster: thisCluster})
			foreign := h.made(v, "Theirs", backend.Mark{Token: "THEIRSTHEIRSTHEI", Owner: "other/theirs", Cluster: "ba9876543210"})
			for i := range 3 {
				name := "By hand"
				if of.Vendor == "SailPoint" { // It has each name once.
					name = fmt.Sprintf("By hand %d", i)
				}
				if _, err := h.Server.Create("AccessProfile", "", map[string]any{map[bool]string{true: "displayName", false: "name"}[of.Vendor == "ConductorOne"]: name}); err != nil {
					t.Fatal(err)
				}
			}
			making := &v1alpha1.AccessProfile{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "making"}}
			making.Annotations = map[string]string{v1alpha1.AnnotationIntent: managed.Intent{Token: "MAKEMAKEMAKEMAKE", Attempt: 1, Owner: "team/making", Tenant: v.ID.ID}.Encode()}
			elsewhere := bound("elsewhere", v, ours.ParentID, "some-other-id")
			otherTenant := bound("in-another-tenant", v, foreign.ParentID, foreign.ID)
			otherTenant.Status.Remote.TenantID = "another"
			objects := []reference.Managed{bound("ours", v, ours.ParentID, ours.ID), bound("ours-too", v, ours.ParentID, ours.ID), making, elsewhere, otherTenant}
			h.ResetCalls()
			taken, err := inventory.Take(t.Context(), h.visit(), objects, inventory.Asked{Kinds: inventory.Kinds, Cluster: thisCluster})
			if err != nil || taken.Failed() != nil {
				t.Fatal(err, taken.Failed())
			}
			if n := h.Counts().Writes; n != 0 {
				t.Errorf("%d writes", n)
			}
			got := map[string]int{}
			for _, c := range taken.Counts {
				got[c.Kind] = c.Total
				if sum := c.ThisCluster + c.NoObject + c.OtherCluster + c.Unmarked; sum != c.Total {
					t.Errorf("%s: %d of %d are accounted for", c.Kind, sum, c.Total)
				}
			}
			if diff := cmp.Diff(has(h), got); diff != "" {
				t.Errorf("what is there and what is counted (-there +counted):\n%s", diff)
			}
			profiles := taken.Counts[1]
			want := inventory.Count{Kind: "AccessProfile", Total: profiles.Total, ThisCluster: 2, NoObject: 1, OtherCluster: 1, Unmarked: profiles.Total - 4, Namesakes: 3}
			if of.Vendor == "SailPoint" {
				want.Namesakes = 0
			}
			if diff := cmp.Diff(want, profiles); diff != "" {
				t.Errorf("profiles (-want +got):\n%s", diff)
			}
			said := map[string]string{}
			for _, i := range taken.Items {
				if i.Kind == "AccessProfile" && i.Manager != inventory.Unmarked {
					said[i.Name] = fmt.Sprintf("%s %s %s", i.Manager, i.Objects, i.Owner)
				}
			}
			if diff := cmp.Diff(map[string]string{
				"Ours": "ThisCluster [team/ours team/ours-too] team/ours", "Left": "NoObject [] team/left",
				"Being made": "ThisCluster [team/making] team/making", "Theirs": "OtherCluster [] other/theirs",
			}, said); diff != "" {
				t.Errorf("who has what (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAKindThatCannotBeListedIsReported and not taken for one of which there is nothing.
func TestAKindThatCannotBeListedIsReported(t *testing.T) {
	for _, of := range sandboxes.All() {
		t.Run(of.Vendor, func(t *testing.T) {
			h := begin(t, of)
			v := h.visit()
			if err := h.AddFault(sandbox.Fault{
				Class: sandbox.ClassRead, PathPattern: "/(catalogs|access-profiles/v1|access_profiles)$", Kind: sandbox.FaultStatus, Status: http.StatusForbidden,
			}); err != nil {
				t.Fatal(err)
			}
			taken, err := inventory.Take(t.Context(), v, nil, inventory.Asked{Kinds: inventory.Kinds, Cluster: thisCluster})
			if err != nil {
				t.Fatal(err)
			}
			failed := map[string]bool{}
			for _, c := range taken.Counts {
				if c.Failed != "" {
					failed[c.Kind] = true
				}
			}
			if diff := cmp.Diff([]string{"AccessProfile"}, slices.Sorted(maps.Keys(failed))); diff != "" || len(taken.Counts) != 3 {
				t.Errorf("failed (-want +got):\n%s of %d kinds", diff, len(taken.Counts))
			}
			if err := taken.Failed(); err == nil || !strings.Contains(err.Error(), "AccessProfile could not be listed") {
				t.Errorf("the inventory says of it: %v", err)
			}
		})
	}
}

func TestAPauseOfTheVendorEndsTheInventory(t *testing.T) {
	h := begin(t, sandboxes.All()[0])
	v := h.visit()
	if err := h.AddFault(sandbox.Fault{Class: sandbox.ClassRead, Kind: sandbox.FaultStatus, Status: http.StatusTooManyRequests, RetryAfterSeconds: 30, Skip: 2}); err != nil {
		t.Fatal(err)
	}
	h.ResetCalls()
	_, err := inventory.Take(t.Context(), v, nil, inventory.Asked{Kinds: inventory.Kinds, Cluster: thisCluster})
	if backend.ClassOf(err) != backend.Throttled {
		t.Errorf("it ended with %v", err)
	}
	if n := h.Counts().Reads; n != 3 {
		t.Errorf("%d calls, want the two before it and the one that was refused", n)
	}
}

// TestAVisitorIsNoGuestOfAnotherTenant: the backend says whose inventory is asked for.
func TestAVisitorIsNoGuestOfAnotherTenant(t *testing.T) {
	h := begin(t, sandboxes.All()[0])
	h.backend.Status.TenantID = "another-one"
	_, err := tenancy.Entrance{Client: h.cluster, Vendors: vendors.All(), UserAgent: "test"}.Visit(t.Context(), h.backend)
	if err == nil || !strings.Contains(err.Error(), `backend "prod" belongs to the tenant another-one, and`) {
		t.Errorf("it was let in: %v", err)
	}
}

// TestAVisitorWritesNothing, whatever is called.
func TestAVisitorWritesNothing(t *testing.T) {
	for _, of := range sandboxes.All() {
		t.Run(of.Vendor, func(t *testing.T) {
			h := begin(t, of)
			v := h.visit()
			parent, p := named(of.Vendor, "Never made")
			_, err := v.Tenant.AccessProfiles().Create(tenancy.Visiting(t.Context()), backend.Ref{ParentID: parent, Key: p.Key(), Mark: backend.Mark{Token: "NEVERNEVERNEVERN", Owner: "a/b", Cluster: thisCluster}}, p)
			if backend.ClassOf(err) != backend.Fenced || h.Counts().Writes != 0 {
				t.Errorf("%v, %d writes", err, h.Counts().Writes)
			}
		})
	}
}
