package bundle

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/doctor"
)

var present = time.Date(2030, 6, 1, 12, 0, 0, 0, time.UTC)

// planter makes secrets, each one of its own, and remembers them.
type planter struct{ all []string }

func (p *planter) secret() string {
	s := fmt.Sprintf("hunter%dTwo", len(p.all)+1)
	p.all = append(p.all, s)
	return s
}

// profile is an object with a secret wherever one can be written.
func (p *planter) profile() *v1alpha1.AccessProfile {
	at := metav1.NewTime(present.Add(-time.Hour))
	o := &v1alpha1.AccessProfile{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "payroll", UID: "u-1", Generation: 3, CreationTimestamp: at, Finalizers: []string{v1alpha1.Finalizer, p.secret() + "/x"}}}
	o.Annotations = map[string]string{
		"kubectl.kubernetes.io/last-applied-configuration": `{"spec":{"description":"` + p.secret() + `"}}`, v1alpha1.AnnotationIntent: p.secret(), p.secret(): "x",
		"governance-operator.io/" + p.secret(): "x", v1alpha1.AnnotationSuspendedBecause: p.secret(),
	}
	o.Labels = map[string]string{"app.kubernetes.io/name": p.secret(), p.secret(): "x"}
	o.ManagedFields = []metav1.ManagedFieldsEntry{{APIVersion: v1alpha1.GroupVersion.String(), FieldsType: "FieldsV1", Manager: p.secret(), Operation: "Apply", Time: &at, Subresource: "status", FieldsV1: metav1.NewFieldsV1(`{"f:` + p.secret() + `":{}}`)}}
	o.Spec.BackendRef.Name = "prod"
	o.Spec.DisplayName, o.Spec.Description = p.secret(), new(p.secret())
	o.Spec.Management = &v1alpha1.Management{Creation: v1alpha1.CreationAdopt}
	o.Spec.Entitlements = []v1alpha1.EntitlementRef{{Name: p.secret()}}
	o.Spec.ConductorOne = &v1alpha1.ConductorOneProfile{Annotations: v1alpha1.ConductorOneAnnotations{p.secret(): v1alpha1.ConductorOneAnnotation(p.secret())}}
	o.Status.Conditions = []metav1.Condition{{Type: "Synced", Status: "False", Reason: "RemoteExists", ObservedGeneration: 3, LastTransitionTime: at,
		Message: `remote "r-1" already exists and is marked by ` + p.secret() + ` of cluster "` + p.secret() + `"; spec.description: "` + p.secret() + `" password=` + p.secret() + " https://x:" + p.secret() + "@host"}}
	o.Status.Remote = &v1alpha1.RemoteStatus{ID: "r-1", TenantID: "t-1", URL: "https://console/" + p.secret(), Version: p.secret(), Digest: p.secret(), Changes: []string{"description", "conductorOne.annotations." + p.secret()}}
	o.Status.Resolved = []v1alpha1.ResolvedName{{Kind: "App", Name: p.secret(), ID: "a-1", Reason: "NameMoved", Message: "means " + p.secret()}}
	o.Status.AppliedInputs = []v1alpha1.AppliedInput{{Path: "description", Hash: p.secret()}}
	o.Status.LastHandledReconcileAt = p.secret()
	return o
}

func (p *planter) manager() *appsv1.Deployment {
	d := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: "system", Name: "governance", Annotations: map[string]string{"x": p.secret()}}}
	d.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"app": "governance"}}
	d.Spec.Template.Labels = map[string]string{"app.kubernetes.io/part-of": "governance-operator"}
	d.Spec.Template.Annotations = map[string]string{"x": p.secret()}
	d.Spec.Template.Spec.Containers = []corev1.Container{{
		Name: "manager", Image: "governance-operator:v1", Args: []string{"--leader-elect", "--operator-namespace=system", "--cluster-id=" + p.secret(), p.secret(), "-----" + p.secret(), "--resync-interval=10m"},
		Env:     []corev1.EnvVar{{Name: "HTTPS_PROXY", Value: "http://me:" + p.secret() + "@proxy"}, {Name: "KEY", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{Key: p.secret()}}}},
		EnvFrom: []corev1.EnvFromSource{{Prefix: p.secret()}}, Command: []string{p.secret()},
	}}
	return d
}

// sourceOf is a cluster with secrets everywhere.
func sourceOf(t *testing.T, p *planter) Source {
	t.Helper()
	scheme, err := doctor.Scheme()
	if err != nil {
		t.Fatal(err)
	}
	prod := &v1alpha1.GovernanceBackend{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "prod"}}
	prod.Spec.Endpoint, prod.Spec.Vendor = "https://"+p.secret()+".example", v1alpha1.VendorVeza
	prod.Status.TenantName, prod.Status.TenantID = p.secret(), "t-1"
	prod.Status.Conditions = []metav1.Condition{{Type: "Ready", Status: "False", Reason: "Unauthorized", Message: "401: " + p.secret()}}
	said := &corev1.Event{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "a"}, Reason: "RemoteExists", Message: `remote "r-1" is not ` + p.secret(), Count: 2, Type: "Warning",
		InvolvedObject: corev1.ObjectReference{APIVersion: v1alpha1.GroupVersion.String(), Kind: "AccessProfile", Namespace: "team", Name: "payroll"}, LastTimestamp: metav1.NewTime(present.Add(-time.Minute))}
	old := said.DeepCopy()
	old.Name, old.LastTimestamp = "b", metav1.NewTime(present.Add(-5*time.Hour))
	other := said.DeepCopy()
	other.Name, other.InvolvedObject.APIVersion, other.Message = "c", "v1", p.secret()
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "system", Name: "governance-1", Labels: map[string]string{"app": "governance"}, Annotations: map[string]string{"x": p.secret()}}}
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "credentials"}, StringData: map[string]string{"clientSecret": p.secret()}}
	settings := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "ca"}, Data: map[string]string{"ca.crt": p.secret()}}
	log := fmt.Sprintf(`{"level":"error","ts":"2030-06-01T11:59:00Z","caller":"engine/pass.go:12","msg":"remote was not found for %[1]s","AccessProfile":{"name":"payroll","namespace":"team"},"%[2]s":1,"error":"call: 401 %[3]s","ns":"%[4]s","logger":"%[5]s","id":"r-1","n":12345678}
panic: %[6]s
{"level":"%[7]s","ts":"%[8]s","caller":"%[9]s","reconcileID":"%[10]s","list":["%[11]s",{"a":"%[12]s"}]}
`, p.secret(), p.secret(), p.secret(), p.secret(), p.secret(), p.secret(), p.secret(), p.secret(), p.secret(), p.secret(), p.secret(), p.secret())
	metrics := fmt.Sprintf(`# HELP governance_operator_writes_total %[1]s
governance_operator_writes_total{backend="team/prod",vendor="%[2]s"} 3
governance_operator_escaped{a="\"%[3]s\"b"} 1
somebody_elses{a="b"} 1
`, p.secret(), p.secret(), p.secret())
	reader := fake.NewClientBuilder().WithScheme(scheme).WithReturnManagedFields().WithObjects(p.profile(), prod, said, old, other, pod, secret, settings, p.manager()).WithInterceptorFuncs(interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, obj client.Object, opts ...client.GetOption) error {
			if _, is := obj.(*corev1.Secret); is {
				t.Error("it reads a Secret")
			}
			return c.Get(ctx, key, obj, opts...)
		},
		List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
			switch list.(type) {
			case *corev1.SecretList, *corev1.ConfigMapList:
				t.Error("it lists Secrets or ConfigMaps")
			case *v1alpha1.AccessReviewList:
				return apierrors.NewForbidden(schema.GroupResource{Resource: "accessreviews"}, "", errors.New(p.secret()))
			}
			return c.List(ctx, list, opts...)
		},
	}).Build()
	reviewed := interceptor.NewClient(reader, interceptor.Funcs{Create: func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error {
		return apierrors.NewForbidden(schema.GroupResource{Resource: "reviews"}, "", errors.New("not you"))
	}})
	return Source{
		Client: reader, Since: 2 * time.Hour, Version: "v1", Now: func() time.Time { return present },
		Doctor: &doctor.Doctor{Client: reviewed, Version: "v1", Now: func() time.Time { return present }, ServerTime: func(context.Context) (time.Time, error) { return present, nil }},
		Logs: func(_ context.Context, namespace, pod string, since time.Duration) ([]byte, error) {
			if namespace != "system" || pod != "governance-1" || since != 2*time.Hour {
				t.Errorf("logs of %s/%s since %s", namespace, pod, since)
			}
			return []byte(log), nil
		},
		Metrics: func(context.Context, *corev1.Pod) ([]byte, error) { return []byte(metrics), nil },
	}
}

func TestNoSecretIsInABundle(t *testing.T) {
	p := &planter{}
	source := sourceOf(t, p)
	files, left, err := Collect(t.Context(), source)
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	if err := Write(&packed, files, present); err != nil {
		t.Fatal(err)
	}
	content := unpacked(t, &packed)
	if len(p.all) < 50 || len(content) != len(files) {
		t.Fatalf("%d secrets were planted, and %d of %d files are inside", len(p.all), len(content), len(files))
	}
	for name, text := range content {
		for _, secret := range p.all {
			if strings.Contains(strings.ToLower(text), strings.ToLower(secret)) {
				t.Errorf("%s has %s:\n%s", name, secret, text)
			}
		}
	}
	if diff := cmp.Diff([]string{"AccessReview objects (Forbidden)"}, left); diff != "" || !strings.Contains(content["README.txt"], "Not inside: AccessReview objects (Forbidden).") {
		t.Errorf("what could not be had (-want +got):\n%s\n%s", diff, content["README.txt"])
	}
}

func unpacked(t *testing.T, packed io.Reader) map[string]string {
	t.Helper()
	zipped, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	out, archive := map[string]string{}, tar.NewReader(zipped)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		out[strings.TrimPrefix(header.Name, "governance-bundle/")] = string(text)
	}
}

func TestABundleHasWhatHelps(t *testing.T) {
	files, _, err := Collect(t.Context(), sourceOf(t, &planter{}))
	if err != nil {
		t.Fatal(err)
	}
	content := map[string]string{}
	var names []string
	for _, f := range files {
		content[f.Name] = string(f.Content)
		names = append(names, f.Name)
	}
	if diff := cmp.Diff([]string{
		"README.txt", "doctor.jsonl", "events.jsonl", "logs/system_governance-1.log", "manager/system_governance.json", "metrics/system_governance-1.txt",
		"objects/AccessProfile.jsonl", "objects/AppEntitlement.jsonl", "objects/ClusterGovernanceBackend.jsonl", "objects/GovernanceBackend.jsonl",
	}, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for name, wants := range map[string][]string{
		"objects/AccessProfile.jsonl": {
			`"name":"payroll"`, `"generation":3`, `"creation":"Adopt"`, `"displayName":"string(11)"`, `"reason":"RemoteExists"`, `"id":"r-1"`, `"changes":["description","conductorOne.annotations.<11>"]`,
			`remote \"r-1\" already exists and is marked by`, `"kubectl.kubernetes.io/last-applied-configuration":"string(38)"`, `"finalizers":["governance-operator.io/finalizer","key(13)"]`,
		},
		"events.jsonl":                    {`"object":"AccessProfile/team/payroll"`, `"reason":"RemoteExists"`, `remote \"r-1\" is not`},
		"logs/system_governance-1.log":    {`"msg":"remote was not found for`, `"caller":"engine/pass.go:12"`, `"name":"payroll"`, `"id":"r-1"`},
		"manager/system_governance.json":  {`--leader-elect`, `--operator-namespace=system`, `--resync-interval=10m`, `HTTPS_PROXY: string(`, `KEY: by reference`},
		"metrics/system_governance-1.txt": {`governance_operator_writes_total{backend="team/prod",vendor="<`, "} 3\n"},
		"doctor.jsonl":                    {`"area":"backends"`},
	} {
		for _, want := range wants {
			if !strings.Contains(content[name], want) {
				t.Errorf("%s lacks %s:\n%s", name, want, content[name])
			}
		}
	}
	if n := strings.Count(content["events.jsonl"], "\n"); n != 1 {
		t.Errorf("%d events, want that of the last two hours and of our kinds:\n%s", n, content["events.jsonl"])
	}
	if strings.Contains(content["metrics/system_governance-1.txt"], "somebody_elses") {
		t.Error("there are metrics of others")
	}
}

func TestWordsThatNobodyKnowsStandAsTheirLength(t *testing.T) {
	r, err := newRedactor()
	if err != nil {
		t.Fatal(err)
	}
	r.know("payroll", "team/payroll", "r-1")
	for text, want := range map[string]string{
		`remote "r-1" already exists`:              `remote "r-1" already exists`,
		"spec.management.creation: choose Adopt":   "spec.management.creation: choose Adopt",
		"spec.entitlements[0].ref: hunter2":        "spec.entitlements[0].ref: <7>",
		"spec.secret9: no":                         "<12>: no",
		"since 2030-06-01T12:00:00Z, after 10m":    "since 2030-06-01T12:00:00Z, after 10m",
		"team/payroll and team/other":              "team/payroll and <10>",
		"4111111111111111 of 20":                   "<16> of 20",
		"ada.lovelace@corp.com (password=xyzzy12)": "<21> (<16>)",
		"correct-horse-battery":                    "<21>",
		"":                                         "",
	} {
		if got := r.text(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestAClusterThatFailsIsAnError(t *testing.T) {
	source := sourceOf(t, &planter{})
	source.Client = interceptor.NewClient(source.Client.(client.WithWatch), interceptor.Funcs{List: func(context.Context, client.WithWatch, client.ObjectList, ...client.ListOption) error {
		return errors.New("the connection is gone")
	}})
	if files, _, err := Collect(t.Context(), source); err == nil || len(files) > 0 {
		t.Errorf("%d files, %v", len(files), err)
	}
}
