package doctor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/config/crd"
)

var present = time.Date(2030, 6, 1, 12, 0, 0, 0, time.UTC)

// world is a cluster in which all is well, until a test changes it.
type world struct {
	definitions []*apiextensionsv1.CustomResourceDefinition
	manager     *appsv1.Deployment
	lease       *coordinationv1.Lease
	hook        *admissionv1.ValidatingWebhookConfiguration
	service     *corev1.Service
	slice       *discoveryv1.EndpointSlice
	backend     *v1alpha1.GovernanceBackend
	more        []client.Object
	// mayNot are "verb resource" of a user or, behind "manager ", of the manager. hidden are resources that cannot be read.
	mayNot, hidden []string
	// own: what is hidden can be read in the namespace of the user.
	own bool
	// ahead is how far this machine's clock is ahead of the server's.
	ahead   time.Duration
	version string
}

func healthy(t *testing.T) *world {
	t.Helper()
	definitions, err := crd.Definitions()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range definitions {
		d.Status.Conditions = []apiextensionsv1.CustomResourceDefinitionCondition{{Type: apiextensionsv1.Established, Status: apiextensionsv1.ConditionTrue}}
	}
	w := &world{definitions: definitions, version: "v1.2.3"}
	system := metav1.ObjectMeta{Namespace: "system", Name: "governance"}
	w.manager = &appsv1.Deployment{ObjectMeta: system, Status: appsv1.DeploymentStatus{AvailableReplicas: 2}}
	w.manager.Spec.Replicas = new(int32(2))
	w.manager.Spec.Template.Labels = map[string]string{partOf: product}
	w.manager.Spec.Template.Spec = corev1.PodSpec{ServiceAccountName: "governance", Containers: []corev1.Container{{Name: "sidecar"}, {Name: "manager", Image: "registry:5000/governance-operator:v1.2.3", Args: []string{"--leader-elect"}}}}
	renewed := metav1.NewMicroTime(present.Add(-3 * time.Second))
	w.lease = &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Namespace: "system", Name: leaseName}, Spec: coordinationv1.LeaseSpec{HolderIdentity: new("pod-1"), LeaseDurationSeconds: new(int32(15)), RenewTime: &renewed}}
	w.hook = &admissionv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: "hooks"}, Webhooks: []admissionv1.ValidatingWebhook{{
		Name: "a.x", FailurePolicy: new(admissionv1.Ignore), ClientConfig: admissionv1.WebhookClientConfig{CABundle: []byte("ca"), Service: &admissionv1.ServiceReference{Namespace: "system", Name: "webhook"}},
		Rules: []admissionv1.RuleWithOperations{{Rule: admissionv1.Rule{APIGroups: []string{v1alpha1.GroupVersion.Group}}}},
	}, {Name: "other.x", Rules: []admissionv1.RuleWithOperations{{Rule: admissionv1.Rule{APIGroups: []string{"apps"}}}}}}}
	w.service = &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "system", Name: "webhook"}}
	w.slice = &discoveryv1.EndpointSlice{ObjectMeta: metav1.ObjectMeta{Namespace: "system", Name: "webhook-1", Labels: map[string]string{discoveryv1.LabelServiceName: "webhook"}}, Endpoints: []discoveryv1.Endpoint{{Conditions: discoveryv1.EndpointConditions{Ready: new(true)}}}}
	w.backend = &v1alpha1.GovernanceBackend{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "prod", Generation: 1}}
	w.backend.Spec.ResyncInterval = "10m"
	at := metav1.NewTime(present.Add(-5 * time.Minute))
	w.backend.Status.Counts = []v1alpha1.KindCount{{Kind: "AccessProfile", Managed: 3, LastSweepAt: &at}}
	w.backend.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue, Reason: "Authenticated", ObservedGeneration: 1, LastTransitionTime: metav1.NewTime(present.Add(-time.Hour))}}
	return w
}

func (w *world) examine(t *testing.T) []Check {
	t.Helper()
	scheme, err := Scheme()
	if err != nil {
		t.Fatal(err)
	}
	builder := fake.NewClientBuilder().WithScheme(scheme)
	for _, d := range w.definitions {
		builder.WithObjects(d)
	}
	builder.WithObjects(w.manager, w.lease, w.hook, w.service, w.slice).WithObjects(w.more...)
	if w.backend != nil {
		builder.WithObjects(w.backend)
	}
	refused := func(obj any) error {
		for _, kind := range w.hidden {
			if strings.HasPrefix(fmt.Sprintf("%T", obj), "*v1."+kind) || strings.HasPrefix(fmt.Sprintf("%T", obj), "*v1alpha1."+kind) {
				return apierrors.NewForbidden(schema.GroupResource{Resource: kind}, "", errors.New("not you"))
			}
		}
		return nil
	}
	d := &Doctor{Namespace: "team", Version: w.version, Now: func() time.Time { return present.Add(w.ahead) }, ServerTime: func(context.Context) (time.Time, error) { return present, nil }}
	d.Client = builder.WithInterceptorFuncs(interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, obj client.Object, opts ...client.GetOption) error {
			if err := refused(obj); err != nil {
				return err
			}
			return c.Get(ctx, key, obj, opts...)
		},
		List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
			var options client.ListOptions
			options.ApplyOptions(opts)
			if err := refused(list); err != nil && (options.Namespace == "" || !w.own) {
				return err
			}
			return c.List(ctx, list, opts...)
		},
		Create: func(_ context.Context, _ client.WithWatch, obj client.Object, _ ...client.CreateOption) error {
			if err := refused(obj); err != nil {
				return err
			}
			allowed := func(whose string, a *authorizationv1.ResourceAttributes) bool {
				for _, not := range w.mayNot {
					if not == strings.TrimSpace(whose+inWords(a)) {
						return false
					}
				}
				return true
			}
			switch review := obj.(type) {
			case *authorizationv1.SelfSubjectAccessReview:
				review.Status.Allowed = allowed("", review.Spec.ResourceAttributes)
			case *authorizationv1.SubjectAccessReview:
				review.Status.Allowed = review.Spec.User == "system:serviceaccount:system:governance" && allowed("manager ", review.Spec.ResourceAttributes)
			default:
				return errors.New("it writes")
			}
			return nil
		},
		Update: func(context.Context, client.WithWatch, client.Object, ...client.UpdateOption) error {
			return errors.New("it writes")
		},
		Patch: func(context.Context, client.WithWatch, client.Object, client.Patch, ...client.PatchOption) error {
			return errors.New("it writes")
		},
	}).Build()
	checks, err := d.Examine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return checks
}

// lines are checks as one reads them.
func lines(checks []Check) (out []string) {
	for _, c := range checks {
		out = append(out, fmt.Sprintf("%s %s: %s", c.Level, c.Area, c.Says))
	}
	return out
}

func TestAHealthyClusterIsOkInAllAreas(t *testing.T) {
	got := lines(healthy(t).examine(t))
	want := []string{
		"ok definitions: accessprofiles.governance-operator.io is that of version v1.2.3",
		"ok definitions: accessreviews.governance-operator.io is that of version v1.2.3",
		"ok definitions: appentitlements.governance-operator.io is that of version v1.2.3",
		"ok definitions: clustergovernancebackends.governance-operator.io is that of version v1.2.3",
		"ok definitions: governancebackends.governance-operator.io is that of version v1.2.3",
		"ok your rights: you may do all that the commands need in namespace team (16 rights)",
		"ok manager: system/governance: 2 of 2 replicas are available, of image registry:5000/governance-operator:v1.2.3",
		"ok manager: pod-1 leads, and renewed its lease 3s ago",
		"ok manager's rights: governance has what its role says (48 rights)",
		"ok webhook: hooks: 1 webhooks, with a caBundle each, whose service answers",
		"ok backends: governancebackend/prod -n team is Ready for 60m, and was swept 5m ago",
		"ok clocks: the clock of this machine agrees with that of the API server to within 1s",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// lose takes a field out of a definition of the cluster.
func lose(w *world, plural string, path ...string) {
	for _, d := range w.definitions {
		if d.Spec.Names.Plural != plural {
			continue
		}
		props := d.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties
		for _, step := range path[:len(path)-1] {
			props = props[step].Properties
		}
		delete(props, path[len(path)-1])
	}
}

func TestWhatIsWrongIsTold(t *testing.T) {
	before := lines(healthy(t).examine(t))
	for sentence, c := range map[string]struct {
		change func(*world)
		want   []string
		failed bool
	}{
		"a definition is missing": {func(w *world) { w.definitions = w.definitions[1:] }, []string{"fail definitions: accessprofiles.governance-operator.io is not there"}, true},
		"a definition is older": {func(w *world) {
			lose(w, "accessprofiles", "spec", "requestable")
			lose(w, "accessprofiles", "spec", "management", "removed")
		}, []string{"fail definitions: accessprofiles.governance-operator.io is older than version v1.2.3, and lacks spec.management.removed, spec.requestable"}, true},
		"a value is missing": {func(w *world) {
			creation := w.definitions[0].Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["spec"].Properties["management"].Properties["creation"]
			creation.Enum = creation.Enum[:3]
			w.definitions[0].Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["spec"].Properties["management"].Properties["creation"] = creation
		}, []string{"fail definitions: accessprofiles.governance-operator.io is older than version v1.2.3, and lacks spec.management.creation=CreateDuplicate"}, true},
		"a definition is newer": {func(w *world) {
			w.definitions[1].Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["spec"].Properties["later"] = apiextensionsv1.JSONSchemaProps{Type: "string"}
		}, []string{"warn definitions: accessreviews.governance-operator.io is newer than this command, and has spec.later"}, false},
		"a definition is not established": {func(w *world) { w.definitions[2].Status.Conditions = nil }, []string{"fail definitions: appentitlements.governance-operator.io is not established"}, true},
		"another version is served":       {func(w *world) { w.definitions[2].Spec.Versions[0].Name = "v9" }, []string{"fail definitions: appentitlements.governance-operator.io does not serve version v1alpha1"}, true},
		"definitions cannot be read":      {func(w *world) { w.hidden = []string{"CustomResourceDefinition"} }, []string{"unknown definitions: you may not read CustomResourceDefinitions"}, false},
		"the user may not patch":          {func(w *world) { w.mayNot = []string{"patch accessreviews in team"} }, []string{"warn your rights: in namespace team you may not patch accessreviews: governance reconcile, suspend, resume and orphan do not work"}, false},
		"the user may not read":           {func(w *world) { w.mayNot = []string{"list accessreviews in team"} }, []string{"fail your rights: in namespace team you may not list accessreviews"}, true},
		"the manager may not write":       {func(w *world) { w.mayNot = []string{"manager patch accessprofiles/status"} }, []string{"fail manager's rights: governance may not patch accessprofiles/status"}, true},
		"the manager may not lead":        {func(w *world) { w.mayNot = []string{"manager update leases in system"} }, []string{"fail manager's rights: governance may not update leases in system"}, true},
		"a manager of one namespace may not write there": {func(w *world) {
			w.manager.Spec.Template.Spec.Containers[1].Args = []string{"--leader-elect", "--watch-namespaces=a,b"}
			w.mayNot = []string{"manager patch accessprofiles in b", "manager list namespaces", "manager patch accessprofiles"}
		}, []string{"fail manager's rights: governance may not patch accessprofiles in b"}, true},
		"the rights of others are hidden": {func(w *world) { w.hidden = []string{"SubjectAccessReview"} }, []string{"unknown manager's rights: you may not read the rights of others (create subjectaccessreviews)"}, false},
		"there is no manager":             {func(w *world) { w.manager.Spec.Template.Labels = nil }, []string{"fail manager: there is no deployment of the operator"}, true},
		"deployments are hidden":          {func(w *world) { w.hidden = []string{"Deployment"} }, []string{"unknown manager: you may not read the deployments; name the operator's namespace by --operator-namespace"}, false},
		"no replica is available":         {func(w *world) { w.manager.Status.AvailableReplicas = 0 }, []string{"fail manager: system/governance: 0 of 2 replicas are available, of image registry:5000/governance-operator:v1.2.3"}, true},
		"one replica is missing":          {func(w *world) { w.manager.Status.AvailableReplicas = 1 }, []string{"warn manager: system/governance: 1 of 2 replicas are available, of image registry:5000/governance-operator:v1.2.3"}, false},
		"two managers serve all": {func(w *world) {
			second := w.manager.DeepCopy()
			second.Namespace = "system-two"
			w.more = append(w.more, second)
			w.mayNot = nil
		}, []string{"fail manager: 2 deployments serve all namespaces: system/governance and system-two/governance"}, true},
		"the command is of another version": {func(w *world) { w.version = "v1.3.0" }, []string{"warn manager: system/governance is of version v1.2.3, and this command of v1.3.0"}, false},
		"nobody leads":                      {func(w *world) { at := metav1.NewMicroTime(present.Add(-time.Minute)); w.lease.Spec.RenewTime = &at }, []string{`fail manager: nobody leads: the lease of "pod-1" was renewed 60s ago, and holds for 15s`}, true},
		"there is no lease":                 {func(w *world) { w.lease.Name = "another" }, []string{"warn manager: there is no lease governance-operator.governance-operator.io in system, or you may not read it: nobody is seen to lead"}, false},
		"two replicas elect nobody":         {func(w *world) { w.manager.Spec.Template.Spec.Containers[1].Args = []string{"--leader-elect=false"} }, []string{"fail manager: governance has 2 replicas and no leader election"}, true},
		"the webhook has no caBundle":       {func(w *world) { w.hook.Webhooks[0].ClientConfig.CABundle = nil }, []string{"warn webhook: hooks: 1 of 1 webhooks have no caBundle: nothing is refused when it is written (failurePolicy Ignore)"}, false},
		"the webhook has no endpoint":       {func(w *world) { w.slice.Endpoints[0].Conditions.Ready = new(false) }, []string{"warn webhook: hooks: the service system/webhook has no endpoint that is ready: nothing is refused when it is written (failurePolicy Ignore)"}, false},
		"a webhook that has to answer has no service": {func(w *world) {
			w.service.Name = "another"
			w.hook.Webhooks[0].FailurePolicy = nil
		}, []string{"fail webhook: hooks: there is no service system/webhook: nothing can be written (failurePolicy Fail)"}, true},
		"no webhook is installed": {func(w *world) { w.hook.Webhooks = w.hook.Webhooks[1:] }, []string{"ok webhook: none is installed: mistakes of a spec are shown in its status"}, false},
		"a backend is not Ready": {func(w *world) {
			w.backend.Status.Conditions[0].Status, w.backend.Status.Conditions[0].Reason, w.backend.Status.Conditions[0].Message = metav1.ConditionFalse, "Unauthorized", "401"
		}, []string{"fail backends: governancebackend/prod -n team is not Ready for 60m: Unauthorized: 401"}, true},
		"a backend is new":    {func(w *world) { w.backend.Generation = 2 }, []string{"warn backends: governancebackend/prod -n team was not handled by the operator yet"}, false},
		"sweeps are late":     {func(w *world) { w.backend.Spec.ResyncInterval = "1m" }, []string{"warn backends: governancebackend/prod -n team is Ready for 60m, and its last complete sweep was 5m ago, at an interval of 1m0s"}, false},
		"there is no backend": {func(w *world) { w.backend = nil }, []string{"warn backends: there is no backend"}, false},
		"this clock is slow": {func(w *world) {
			w.ahead = -2 * time.Minute
		}, []string{"fail clocks: the clock of this machine is 2m0s behind that of the API server"}, true},
		"this clock is a little fast": {func(w *world) {
			w.ahead = 10 * time.Second
		}, []string{"warn clocks: the clock of this machine is 10s ahead of that of the API server"}, false},
		"the manager's clock is fast": {func(w *world) { at := metav1.NewMicroTime(present.Add(20 * time.Second)); w.lease.Spec.RenewTime = &at }, []string{"warn clocks: the clock of the manager system/governance is 20s ahead of that of the API server"}, false},
	} {
		t.Run(sentence, func(t *testing.T) {
			w := healthy(t)
			c.change(w)
			checks := w.examine(t)
			var news []string
			for i, line := range lines(checks) {
				if !slices.Contains(before, line) && (checks[i].Level != OK || slices.Contains(c.want, line)) {
					news = append(news, line)
				}
			}
			if sentence == "two managers serve all" { // The account of the second one is nobody's.
				news = news[:1]
			}
			if diff := cmp.Diff(c.want, news); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if Failed(checks) != c.failed {
				t.Errorf("failed: %t", Failed(checks))
			}
			for _, check := range checks {
				if (check.Level == Warn || check.Level == Fail) != (check.Do != "") {
					t.Errorf("%q says %q to do", check.Says, check.Do)
				}
			}
		})
	}
}
