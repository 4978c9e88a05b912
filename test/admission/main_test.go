// Package admission tests the policies of config/admission on a real API server: what they refuse, and the words of
// the refusal, and that nothing else is in anybody's way, least of all in the operator's.
package admission_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/governance-operator/governance-operator/internal/testenv"
)

const namespace = "default"

// The people of these tests. An editor and an admin have the roles of config/rbac for all kinds; the holder is an
// editor who may also use one privileged entitlement.
const (
	editor = "editor@corp.example"
	admin  = "admin@corp.example"
	holder = "holder@corp.example"
)

// held is the entitlement that the holder may use.
const held = "privileged-held"

var (
	root  = filepath.Join("..", "..")
	kinds = []string{"accessprofile", "accessreview", "appentitlement", "clustergovernancebackend", "governancebackend"}
	env   *testenv.Environment
)

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	ctx := context.Background()
	if env, err = testenv.Start(ctx); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, env.Stop()) }()
	if err := employ(ctx); err != nil {
		return 0, err
	}
	if err := apply(ctx, env.Client); err != nil {
		return 0, err
	}
	if err := inForce(ctx); err != nil {
		return 0, err
	}
	return m.Run(), nil
}

// employ gives everybody their rights.
func employ(ctx context.Context) error {
	rights := map[string]string{editor: "editor", admin: "admin", holder: "editor"}
	for who, which := range rights {
		for _, kind := range kinds {
			role, err := testenv.ReadRole(kind + "_" + which + "_role.yaml")
			if err != nil {
				return err
			}
			if err := env.Grant(ctx, rbacv1.Subject{Kind: rbacv1.UserKind, Name: who}, role); err != nil {
				return err
			}
		}
	}
	use := testenv.Role{Name: "use-" + held, Namespace: namespace, Rules: []rbacv1.PolicyRule{{
		APIGroups: []string{"governance-operator.io"}, Resources: []string{"appentitlements"}, ResourceNames: []string{held}, Verbs: []string{"use"},
	}}}
	if err := env.Grant(ctx, rbacv1.Subject{Kind: rbacv1.UserKind, Name: holder}, use); err != nil {
		return err
	}
	return eventually(ctx, func(ctx context.Context) (bool, error) {
		for who, verb := range map[string]string{editor: "create", admin: "use", holder: "use"} {
			question := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{User: who, ResourceAttributes: &authorizationv1.ResourceAttributes{
				Namespace: namespace, Verb: verb, Group: "governance-operator.io", Resource: "appentitlements", Name: held,
			}}}
			if err := env.Client.Create(ctx, question); err != nil || !question.Status.Allowed {
				return false, err
			}
		}
		return true, nil
	})
}

// apply creates what the kustomization lists.
func apply(ctx context.Context, c client.Client) error {
	folder := filepath.Join(root, "config", "admission")
	listed := struct {
		Resources []string `json:"resources"`
	}{}
	raw, err := os.ReadFile(filepath.Join(folder, "kustomization.yaml"))
	if err == nil {
		err = yaml.Unmarshal(raw, &listed)
	}
	if err != nil {
		return err
	}
	for _, file := range listed.Resources {
		raw, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			return err
		}
		for _, text := range strings.Split(string(raw), "\n---\n") {
			object := &unstructured.Unstructured{}
			if err := yaml.UnmarshalStrict([]byte(text), &object.Object); err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
			if err := c.Create(ctx, object, client.FieldValidation(metav1.FieldValidationStrict)); err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
		}
	}
	return nil
}

// inForce waits until each policy refuses something: the API server begins with it a while after its creation.
func inForce(ctx context.Context) error {
	guarded := parse(backend)
	guarded.SetName("guarded")
	guarded.SetAnnotations(map[string]string{protection: "true"})
	if err := env.Client.Create(ctx, guarded); err != nil {
		return err
	}
	someone, err := as(editor)
	if err != nil {
		return err
	}
	for policy, try := range map[string]func(context.Context) error{
		"deletion-guard": func(ctx context.Context) error { return someone.Delete(ctx, guarded, client.DryRunAll) },
		"privileged-entitlements": func(ctx context.Context) error {
			return someone.Create(ctx, profile("{entitlements: [{ref: {name: privileged-x}}]}"), client.DryRunAll)
		},
		"self-review": func(ctx context.Context) error {
			return someone.Create(ctx, review("{reviewer: {users: [{email: "+editor+"}]}}"), client.DryRunAll)
		},
	} {
		err := eventually(ctx, func(ctx context.Context) (bool, error) {
			err := try(ctx)
			if err != nil && !apierrors.IsForbidden(err) {
				return false, err
			}
			return err != nil, nil
		})
		if err != nil {
			return fmt.Errorf("the policy %s refuses nothing: %w", policy, err)
		}
	}
	return nil
}

func eventually(ctx context.Context, condition wait.ConditionWithContextFunc) error {
	return wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, 30*time.Second, true, condition)
}

// as is a client of somebody.
func as(user string, groups ...string) (client.Client, error) {
	config := rest.CopyConfig(env.Config)
	config.Impersonate = rest.ImpersonationConfig{UserName: user, Groups: append(groups, "system:authenticated")}
	return client.New(config, client.Options{Scheme: env.Scheme})
}

func person(t *testing.T, user string) client.Client {
	t.Helper()
	c, err := as(user)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// operator is a client with the rights of the shipped roles, and no others.
func operator(t *testing.T) client.Client {
	t.Helper()
	path, err := env.ManagerKubeconfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	config, err := clientcmd.BuildConfigFromFlags("", path)
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.New(config, client.Options{Scheme: env.Scheme})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// said is what a person reads after the names of policy and binding; "" if nothing was refused.
func said(t *testing.T, policy string, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	name := policy + ".governance-operator.io"
	_, words, found := strings.Cut(err.Error(), "ValidatingAdmissionPolicy '"+name+"' with binding '"+name+"' denied request: ")
	if !found || !apierrors.IsForbidden(err) {
		t.Fatalf("not refused by %s: %v", policy, err)
	}
	return words
}

const (
	backend = `{apiVersion: governance-operator.io/v1alpha1, kind: GovernanceBackend, spec: {vendor: ConductorOne, endpoint: "https://x.example", credentials: {secretRef: {name: x}}}}`
	head    = "{apiVersion: governance-operator.io/v1alpha1, spec: {backendRef: {name: prod}}, kind: "
)

func parse(text string) *unstructured.Unstructured {
	object := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(text), &object.Object); err != nil {
		panic(fmt.Sprintf("%v in %s", err, text))
	}
	object.SetGenerateName("case-")
	if object.GetKind() != "ClusterGovernanceBackend" {
		object.SetNamespace(namespace)
	}
	return object
}

// with makes an object of a kind with these fields beside the backend.
func with(kind, spec string) *unstructured.Unstructured {
	object, fields := parse(head+kind+"}"), map[string]any{}
	if err := yaml.Unmarshal([]byte(spec), &fields); err != nil {
		panic(fmt.Sprintf("%v in %s", err, spec))
	}
	for key, value := range fields {
		object.Object["spec"].(map[string]any)[key] = value
	}
	return whole(object)
}

// whole adds what ConductorOne needs beside some fields, which is no matter of the policies.
func whole(object *unstructured.Unstructured) *unstructured.Unstructured {
	spec := object.Object["spec"].(map[string]any)
	block, ok := spec["conductorOne"].(map[string]any)
	switch {
	case !ok:
	case object.GetKind() == "AppEntitlement":
		block["resource"] = map[string]any{"type": map[string]any{"name": "Role"}, "name": "Admin"}
	case block["visibleTo"] != nil:
		spec["requestable"] = true
	}
	return object
}

func profile(spec string) *unstructured.Unstructured { return with("AccessProfile", spec) }
func review(spec string) *unstructured.Unstructured  { return with("AccessReview", spec) }

// store creates an object with every right, whatever the policies say of others.
func store(t *testing.T, object *unstructured.Unstructured) *unstructured.Unstructured {
	t.Helper()
	if err := env.Client.Create(t.Context(), object); err != nil {
		t.Fatal(err)
	}
	return object
}

// patch is a JSON merge patch, written as YAML.
func patch(t *testing.T, text string) client.Patch {
	t.Helper()
	raw, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return client.RawPatch(types.MergePatchType, raw)
}
