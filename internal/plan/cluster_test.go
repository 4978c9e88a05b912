package plan_test

import (
	"fmt"
	"strings"
	"testing"

	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/plan"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// inCluster gives the objects the statuses that the operator would have written when it had made so many remotes.
func (p *place) inCluster(n int) {
	p.t.Helper()
	tenant := p.tenant()
	who, err := tenant.Identity(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	drive := tenant.AppEntitlements()
	for i := range n {
		name := fmt.Sprintf("e-%02d", i)
		mark := backend.Mark{Token: fmt.Sprintf("TOKENTOKENTOK%03d", i), Owner: namespace + "/" + name, Cluster: cluster}
		obs, err := drive.Create(p.t.Context(), backend.Ref{ParentID: github, Mark: mark}, p.model(name))
		if err != nil {
			p.t.Fatal(err)
		}
		p.entitlement(name, "displayName: "+name+"\n"+inPlatform())
		obj := p.world.Get(p.ids[len(p.ids)-1]).(*v1alpha1.AppEntitlement)
		controllerutil.AddFinalizer(obj, v1alpha1.Finalizer)
		obj.Annotations = map[string]string{v1alpha1.AnnotationIntent: managed.Intent{Token: mark.Token, Attempt: 1, Owner: mark.Owner, Tenant: who.ID, ParentID: github, Made: v1alpha1.CreationCreate}.Encode()}
		obj.Status.ClosedAttempt = 1
		obj.Status.Remote = &v1alpha1.RemoteStatus{ID: obs.ID, ParentID: github, TenantID: who.ID}
	}
	b := p.world.Backends()[0].(*v1alpha1.GovernanceBackend)
	b.Status.TenantID = who.ID
	apimeta.SetStatusCondition(&b.Status.Conditions, metav1.Condition{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonAuthenticated})
	p.change = func(o *plan.Options) { o.Statuses = true }
}

func TestASafetyLimitHoldsWhatThePlanDeletes(t *testing.T) {
	for _, c := range []struct{ all, deleted, goes, held int }{{14, 5, 5, 0}, {14, 14, 0, 14}} {
		p := newPlace(t)
		p.inCluster(c.all)
		for _, id := range p.ids[:c.deleted] {
			p.world.Delete(id)
		}
		made := p.must()
		if made.Summary[plan.Delete] != c.goes || made.Summary[plan.Hold] != c.held || made.Summary[plan.Nothing] != c.all-c.deleted {
			t.Errorf("%d of %d deleted: %s", c.deleted, c.all, made.Line())
		}
		if c.held > 0 && made.Changes[0].Reason != v1alpha1.ReasonMassDeletion {
			t.Errorf("held for %s", made.Changes[0].Reason)
		}
	}
}

func TestWhatIsSuspendedIsHeld(t *testing.T) {
	p := newPlace(t)
	p.inCluster(2)
	p.entitlement("e-00", "displayName: Renamed\nsuspend: true\n"+inPlatform())
	made := p.must()
	c := made.Changes[0]
	if c.Action != plan.Hold || c.Reason != v1alpha1.ReasonSuspended || !strings.Contains(c.Message, "Renamed") || !made.Empty() {
		t.Errorf("%+v", c)
	}
}

func TestAnObjectThatGoesFromTheFilesKeepsItsOwn(t *testing.T) {
	p := newPlace(t)
	p.inCluster(1)
	p.entitlement("e-00", "displayName: e-00\nmanagement: {deletion: Orphan}\n"+inPlatform())
	p.world.Delete(reference.Object{Kind: v1alpha1.KindAppEntitlement, Namespace: namespace, Name: "e-00"})
	made := p.must()
	if made.Summary[plan.Release] != 1 || !made.Empty() {
		t.Error(made.Line())
	}
}
