package plan_test

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/plan"
)

func TestAFileHasNoStatus(t *testing.T) {
	p := newPlace(t)
	p.entitlement("dumped", "displayName: Dumped\n"+inPlatform())
	dumped := p.world.Get(p.ids[0]).DeepCopyObject().(*v1alpha1.AppEntitlement)
	fresh := newPlace(t)
	now := metav1.Now()
	dumped.DeletionTimestamp, dumped.Generation, dumped.UID = &now, 7, "of-a-cluster"
	dumped.Status = v1alpha1.AppEntitlementStatus{ManagedStatus: v1alpha1.ManagedStatus{Remote: &v1alpha1.RemoteStatus{ID: "theirs"}, Conditions: []metav1.Condition{
		{Type: v1alpha1.ConditionSynced, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonInSync, ObservedGeneration: 1},
		{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonInSync, ObservedGeneration: 1},
	}}}
	fresh.add(dumped)
	if made := fresh.must(); made.Summary[plan.Create] != 1 {
		t.Error(text(t, made, plan.View{Values: true, All: true}))
	}
}

func TestTheClustersCredentialDoesNotFollowAFile(t *testing.T) {
	for what, edit := range map[string]func(*v1alpha1.GovernanceBackendSpec){
		"spec.endpoint":    func(s *v1alpha1.GovernanceBackendSpec) { s.Endpoint = "https://evil.example" },
		"spec.vendor":      func(s *v1alpha1.GovernanceBackendSpec) { s.Vendor = "Veza" },
		"spec.credentials": func(s *v1alpha1.GovernanceBackendSpec) { s.Credentials.SecretRef.Name = "of-another" },
		"spec.caBundleRef": func(s *v1alpha1.GovernanceBackendSpec) { s.CABundleRef = &v1alpha1.CABundleRef{Name: "theirs"} },
	} {
		t.Run(what, func(t *testing.T) {
			p := newPlace(t)
			p.inCluster(1)
			b := p.world.Backends()[0].DeepCopyObject().(*v1alpha1.GovernanceBackend)
			edit(&b.Spec)
			p.world.Apply(b)
			_, err := plan.Use(p.world, nil, "operator")
			if err == nil || !strings.Contains(err.Error(), "team-a/prod") || !strings.Contains(err.Error(), what) {
				t.Errorf("%v", err)
			}
		})
	}
	p := newPlace(t)
	p.inCluster(1)
	b := p.world.Backends()[0].DeepCopyObject().(*v1alpha1.GovernanceBackend)
	b.Spec.Suspend = true
	p.world.Apply(b)
	if _, err := plan.Use(p.world, nil, "operator"); err != nil {
		t.Errorf("what goes nowhere else: %v", err)
	}
}

func TestAnObjectThatTheOperatorNeverSawIsLetGo(t *testing.T) {
	p := newPlace(t)
	p.inCluster(1)
	p.entitlement("never", "displayName: Never\n"+inPlatform())
	p.world.Delete(p.ids[1])
	made := p.must()
	if made.Summary[plan.Release] != 1 || made.Summary[plan.Nothing] != 1 || !made.Empty() {
		t.Error(text(t, made, plan.View{All: true}))
	}
}

func TestWhoMayUseAClusterBackendIsNotGuessed(t *testing.T) {
	p := newPlace(t)
	p.entitlement("reader", "displayName: Reader\n"+inPlatform())
	p.world.Get(p.ids[0]).(*v1alpha1.AppEntitlement).Spec.BackendRef.Kind = v1alpha1.KindClusterGovernanceBackend
	b := &v1alpha1.ClusterGovernanceBackend{ObjectMeta: metav1.ObjectMeta{Name: "prod"}}
	b.Spec.GovernanceBackendSpec = p.world.Backends()[0].(*v1alpha1.GovernanceBackend).Spec
	b.Spec.AllowedNamespaces = &v1alpha1.AllowedNamespaces{Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"team": "a"}}}
	p.add(b)
	p.change = func(o *plan.Options) { o.OperatorNamespace = "operator" }
	if made, err := p.plan(); err == nil || !strings.Contains(err.Error(), `namespace "team-a"`) {
		t.Errorf("%v, and a plan: %t", err, made != nil)
	}
	for team, want := range map[string]plan.Action{"a": plan.Create, "b": plan.Hold} {
		p.change = func(o *plan.Options) {
			o.OperatorNamespace = "operator"
			o.Beside = append(o.Beside, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace, Labels: map[string]string{"team": team}}})
		}
		if made := p.must(); made.Changes[0].Action != want {
			t.Errorf("of team %s it is %s", team, made.Changes[0].Action)
		}
	}
}
