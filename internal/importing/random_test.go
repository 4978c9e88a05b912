package importing_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"pgregory.net/rapid"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/kinds"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

// grow makes remotes of random specs at the vendor, over its samples, and returns how many. Nothing manages them.
func grow[O reference.Managed, S any, M backend.Model](p *place, kind string, tr *kinds.Translation[O, S, M], driver backend.Driver[M], seeds int) (made int) {
	p.t.Helper()
	caps := driver.Capabilities()
	if !caps.Create {
		return 0
	}
	for n, sample := range samples[O](p, kind) {
		model, parent := desired(p, tr, sample)
		for seed := range seeds {
			one := rapid.Custom(func(t *rapid.T) M {
				return vendortest.RandomSpecs[M]{Sample: model, Texts: []string{"description"}}.Draw(t, caps)
			}).Example(seed)
			id := fmt.Sprintf("%d-%d", n, seed)
			one = backendtest.Rewrite(one, func(path string, value any) any {
				if path == "displayName" || path == "conductorOne.alias" {
					return backend.To(backend.Value(value.(*string)) + " " + id)
				}
				return value
			})
			obs, err := driver.Create(p.t.Context(), backend.Ref{ParentID: parent, Key: one.Key()}, one)
			if obs.ID == "" {
				continue // The vendor refuses some of what is drawn.
			}
			if made++; err != nil {
				p.t.Logf("%s %s: %v", kind, obs.ID, err)
			}
		}
	}
	return made
}

// samples are those of a kind for the vendor.
func samples[O reference.Managed](p *place, kind string) []O {
	p.t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "config", "samples", "*.yaml"))
	if err != nil || len(files) == 0 {
		p.t.Fatal("no samples", err)
	}
	vendors, texts := map[string]string{}, [][]byte{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			p.t.Fatal(err)
		}
		var one struct {
			Kind     string
			Metadata struct{ Name string }
			Spec     struct{ Vendor string }
		}
		if err := yaml.Unmarshal(text, &one); err != nil {
			p.t.Fatal(err)
		}
		if one.Spec.Vendor != "" {
			vendors[one.Metadata.Name] = one.Spec.Vendor
		}
		if one.Kind == kind {
			texts = append(texts, text)
		}
	}
	var out []O
	for _, text := range texts {
		obj := reference.New(kind).(O)
		if err := yaml.Unmarshal(text, obj); err != nil {
			p.t.Fatal(err)
		}
		if vendors[obj.GetManagedSpec().BackendRef.Name] == p.of.Vendor {
			out = append(out, obj)
		}
	}
	return out
}

// desired is what a sample asks for, with what the sandbox has in the place of what it does not have.
func desired[O reference.Managed, S, M any](p *place, tr *kinds.Translation[O, S, M], sample O) (M, string) {
	p.t.Helper()
	answers := map[backend.Name]backend.Answer{}
	for range 5 { // A name may stand in a place that is itself a name.
		r := reference.NewResolver(p.t.Context(), reader{place: p}, sample, "tenant", answers)
		model, parent := tr.Desire(sample, r)
		if len(r.Unanswered()) == 0 {
			return model, parent
		}
		for _, q := range r.Unanswered() {
			answers[q] = p.meant(q)
		}
	}
	p.t.Fatal("names are asked for without end")
	panic("unreachable")
}

func (p *place) meant(q backend.Name) backend.Answer {
	t := p.visitor.Tenant
	if found, err := t.Find(p.t.Context(), q); err == nil && len(found) == 1 {
		return backend.Answer{Matches: found}
	}
	all, _ := t.List(p.t.Context(), q.Place(), 0) // An error is a vendor without such a list.
	if len(all) == 0 {
		return backend.Answer{Matches: []backend.Match{{ID: "none", Name: q.Name}}}
	}
	return backend.Answer{Matches: []backend.Match{all[0].Match}}
}

// reader reads, in the place of each object that a sample refers to, one that is there.
type reader struct {
	client.Reader
	*place
}

func (r reader) Get(ctx context.Context, key client.ObjectKey, obj client.Object, _ ...client.GetOption) error {
	switch obj := obj.(type) {
	case *v1alpha1.AppEntitlement:
		return first(ctx, r.visitor.Tenant.AppEntitlements(), &obj.Status.Remote)
	case *v1alpha1.AccessProfile:
		return first(ctx, r.visitor.Tenant.AccessProfiles(), &obj.Status.Remote)
	}
	return apierrors.NewNotFound(schema.GroupResource{}, key.Name)
}

// first is the first remote of a kind.
func first[M backend.Model](ctx context.Context, driver backend.Driver[M], into **v1alpha1.RemoteStatus) error {
	lister, _ := backend.ListerOf(driver)
	for obs, err := range lister.ListAll(ctx, backend.ListOptions{NamesAlone: true}) {
		if err != nil {
			return err
		}
		*into = &v1alpha1.RemoteStatus{ID: obs.ID, ParentID: obs.ParentID, TenantID: "tenant"}
		break
	}
	return nil
}

// grown makes random remotes of all kinds.
func (p *place) grown(seeds int) {
	p.t.Helper()
	tenant := p.visitor.Tenant
	made := []int{
		grow(p, v1alpha1.KindAppEntitlement, kinds.Entitlements, tenant.AppEntitlements(), seeds),
		grow(p, v1alpha1.KindAccessProfile, kinds.Profiles, tenant.AccessProfiles(), seeds),
		grow(p, v1alpha1.KindAccessReview, kinds.Reviews, tenant.AccessReviews(), seeds),
	}
	p.Advance(2 * time.Minute) // What the vendor works on is ready then.
	p.t.Logf("made %v", made)
	if slices.Max(made) < seeds {
		p.t.Errorf("too few remotes were made: %v", made)
	}
}

// number is how many random specs of each sample are tried.
func number() int {
	if testing.Short() {
		return 6
	}
	return 30
}
