package webhook

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/tenancy"
	"github.com/governance-operator/governance-operator/internal/vendors"
	"github.com/governance-operator/governance-operator/internal/webhook/webhooktest"
)

// created asks the webhook about an object that is created.
func created(ctx context.Context, j *validators, text string) (admission.Warnings, error) {
	kind := &runtime.TypeMeta{}
	if err := yaml.Unmarshal([]byte(text), kind); err != nil {
		return nil, err
	}
	switch kind.Kind {
	case v1alpha1.KindAppEntitlement:
		return asked(ctx, text, &v1alpha1.AppEntitlement{}, j.entitlement)
	case v1alpha1.KindAccessProfile:
		return asked(ctx, text, &v1alpha1.AccessProfile{}, j.profile)
	case v1alpha1.KindAccessReview:
		return asked(ctx, text, &v1alpha1.AccessReview{}, j.review)
	case v1alpha1.KindGovernanceBackend:
		return asked(ctx, text, &v1alpha1.GovernanceBackend{}, backendValidator[*v1alpha1.GovernanceBackend](j))
	}
	return asked(ctx, text, &v1alpha1.ClusterGovernanceBackend{}, backendValidator[*v1alpha1.ClusterGovernanceBackend](j))
}

func asked[O client.Object](ctx context.Context, text string, obj O, validate func(context.Context, O) verdict) (admission.Warnings, error) {
	if err := yaml.UnmarshalStrict([]byte(text), obj); err != nil {
		return nil, err
	}
	obj.SetNamespace("default")
	return validator[O]{validate: validate}.ValidateCreate(ctx, obj)
}

func TestWhatIsSaidOfObjectsThatAreCreated(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	cases, backends, err := webhooktest.Cases()
	if err != nil || len(cases) < 20 {
		t.Fatalf("%d objects, %v", len(cases), err)
	}
	for sentence, c := range cases {
		t.Run(sentence, func(t *testing.T) {
			builder := fake.NewClientBuilder().WithScheme(scheme)
			if c.Vendor != "" {
				tenant := &v1alpha1.GovernanceBackend{}
				if err := yaml.UnmarshalStrict([]byte(backends[c.Vendor]), tenant); err != nil {
					t.Fatal(err)
				}
				tenant.Namespace = "default"
				builder = builder.WithObjects(tenant)
			}
			warnings, err := created(t.Context(), &validators{backends: &tenancy.Pool{Client: builder.Build()}, vendors: vendors.All()}, c.Object)
			var refused []string
			var status apierrors.APIStatus
			if errors.As(err, &status) {
				for _, cause := range status.Status().Details.Causes {
					refused = append(refused, cause.Field+": "+strings.TrimPrefix(cause.Message, "Invalid value: "))
				}
			} else if err != nil {
				t.Fatal(err)
			}
			slices.Sort(refused)
			if diff := cmp.Diff([][]string{c.Refused, c.Warned}, [][]string{refused, warnings}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
