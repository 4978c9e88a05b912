package kinds

import (
	"context"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/expression"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/sandboxes"
	"github.com/governance-operator/governance-operator/internal/vendors"
)

// place is a tenant at a sandbox, and what is called what there.
type place struct {
	*sandbox.Server
	tenant backend.Tenant
	t      *testing.T
	vendor string
	listed map[backend.Name][]backend.Listed
	found  map[backend.Name]backend.Answer
	// objects are remotes that pass for those of other objects, by kind and name.
	objects map[string]v1alpha1.RemoteStatus
	// in is the place whose things are meant where nothing else is said, and profile the one that is referred to; nil for none.
	in      string
	profile *v1alpha1.RemoteStatus
	// names and refs count what was written in place of ids.
	names, refs int
}

// moves is how far the clock of a sandbox goes after each write, so that what moves by itself does.
const moves = 2 * time.Second

func placeAt(t *testing.T, s sandboxes.Sandbox) *place {
	t.Helper()
	start := time.Now()
	server, err := sandbox.Start(sandbox.Options{
		Vendor: s.New(),
		Now:    func() time.Time { return start }, // Nothing moves between two looks.
		Configure: func(c *sandbox.Settings) {
			c.OwnerLag, c.CampaignPace = 0, sandbox.Duration(moves/2)
			c.Features["eSignature"] = true
		},
		CheckExpression: func(env, text string) error { return expression.Check(expression.Environment(env), text) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	p := &place{Server: server, t: t, vendor: s.Vendor,
		listed: map[backend.Name][]backend.Listed{}, found: map[backend.Name]backend.Answer{}, objects: map[string]v1alpha1.RemoteStatus{}}
	all := vendors.All()
	at := slices.IndexFunc(all, func(v backend.Vendor) bool { return v.Name == s.Vendor })
	valid := server.Credentials()
	credentials := backend.Credentials{ClientID: valid.ClientID, ClientSecret: backend.Secret(valid.ClientSecret)}
	if _, byClient := s.Secret(valid)["clientID"]; !byClient {
		credentials = backend.Credentials{Token: backend.Secret(valid.StaticToken)}
	}
	p.tenant, err = all[at].Open(backend.Config{Endpoint: server.URL, UserAgent: "test", Credentials: credentials,
		RequestsPerSecond: 10_000, Burst: 10_000, Allow: []string{"PublishDraft"}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func hashed(text string) int {
	h := fnv.New32()
	h.Write([]byte(text))
	return int(h.Sum32())
}

// list is all that has a name in a place; none where the vendor lists no such things.
func (p *place) list(q backend.Name) []backend.Listed {
	q.Name = ""
	all, ok := p.listed[q]
	if !ok {
		if q.Kind == backend.NameUser {
			for _, email := range []string{"ada@corp.example", "alan@corp.example", "grace@corp.example"} {
				for _, m := range p.ask(backend.Name{Kind: backend.NameUser, Name: email}).Matches {
					all = append(all, backend.Listed{Match: backend.Match{ID: m.ID, Name: email}, Names: []string{email}})
				}
			}
		} else {
			all, _ = p.tenant.List(p.t.Context(), q, 0) // An error is a vendor without such a list.
		}
		p.listed[q] = all
	}
	return all
}

// ask looks a name up at the vendor.
func (p *place) ask(q backend.Name) backend.Answer {
	answer, ok := p.found[q]
	if !ok {
		answer.Matches, answer.Err = p.tenant.Find(p.t.Context(), q)
		p.found[q] = answer
	}
	return answer
}

// meant is what a name means, and if the sandbox has no such thing one of those that it has: in the place of a parent if that is
// one of them.
func (p *place) meant(q backend.Name, parent string) backend.Answer {
	if a := p.ask(q); a.Err == nil && len(a.Matches) == 1 {
		return a
	}
	all := p.list(q)
	if len(all) == 0 {
		return backend.Answer{Matches: []backend.Match{{ID: namesMean(q), Name: q.Name}}}
	}
	one := all[hashed(q.Name)%len(all)]
	if at := slices.IndexFunc(all, func(l backend.Listed) bool { return l.ID == parent }); at >= 0 {
		one = all[at]
	}
	return backend.Answer{Matches: []backend.Match{one.Match}}
}

// Name is what people call the thing of an id: where it is the only one of the name.
func (p *place) Name(q backend.Name, id string) string {
	name := ""
	for _, l := range p.list(q) {
		if l.ID == id && l.Unusable == "" {
			name = l.Match.Name
		}
	}
	q.Name = name
	if a := p.ask(q); name == "" || a.Err != nil || len(a.Matches) != 1 || a.Matches[0].ID != id || a.Matches[0].Unusable != "" {
		return ""
	}
	p.names++
	return name
}

// Object is the object of every third remote.
func (p *place) Object(kind, parentID, id string) string {
	h := hashed(kind + parentID + id)
	if h%3 != 0 || id == "" {
		return ""
	}
	name := fmt.Sprintf("object-%d", h)
	p.objects[kind+"/"+name] = v1alpha1.RemoteStatus{ID: id, ParentID: parentID, TenantID: "tenant"}
	p.refs++
	return name
}

// reader reads the objects of a place; the one that nobody has named is an entitlement, or a profile, of the sandbox.
type reader struct {
	client.Reader
	*place
}

func (r reader) Get(_ context.Context, key client.ObjectKey, obj client.Object, _ ...client.GetOption) error {
	managed, ok := obj.(reference.Managed)
	if !ok {
		return errors.NewNotFound(schema.GroupResource{}, key.Name)
	}
	kind := ""
	switch obj.(type) {
	case *v1alpha1.AppEntitlement:
		kind = v1alpha1.KindAppEntitlement
	case *v1alpha1.AccessProfile:
		kind = v1alpha1.KindAccessProfile
	}
	remote, known := r.objects[kind+"/"+key.Name]
	if !known {
		remote = r.some(kind)
	}
	managed.GetManagedStatus().Remote = &remote
	return nil
}

// some is a remote that is there.
func (p *place) some(kind string) v1alpha1.RemoteStatus {
	if kind == v1alpha1.KindAccessProfile && p.profile != nil {
		return *p.profile
	}
	apps := []string{p.in}
	for _, app := range p.list(backend.Name{Kind: backend.NameApp}) {
		apps = append(apps, app.ID)
	}
	for _, app := range apps {
		if all := p.list(backend.Name{Kind: backend.NameEntitlement, ParentID: app}); len(all) > 0 && app != "" && kind == v1alpha1.KindAppEntitlement {
			return v1alpha1.RemoteStatus{ID: all[0].ID, ParentID: app, TenantID: "tenant"}
		}
	}
	return v1alpha1.RemoteStatus{ID: "none", ParentID: "none", TenantID: "tenant"}
}

// samples are the specs of a kind in the samples for the vendor, by file.
func (p *place) samples(kind string) map[string][]byte {
	p.t.Helper()
	type sample struct {
		Kind     string
		Metadata struct{ Name string }
		Spec     map[string]any
	}
	files, err := filepath.Glob(filepath.Join("..", "..", "config", "samples", "*.yaml"))
	if err != nil || len(files) == 0 {
		p.t.Fatal("no samples", err)
	}
	all, backends := map[string]sample{}, map[string]string{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			p.t.Fatal(err)
		}
		var s sample
		if err := yaml.Unmarshal(content, &s); err != nil {
			p.t.Fatal(err)
		}
		if vendor, ok := s.Spec["vendor"].(string); ok {
			backends[s.Metadata.Name] = vendor
		}
		all[filepath.Base(file)] = s
	}
	out := map[string][]byte{}
	for file, s := range all {
		ref, _ := s.Spec["backendRef"].(map[string]any)
		if name, _ := ref["name"].(string); s.Kind == kind && backends[name] == p.vendor {
			spec, err := yaml.Marshal(s.Spec)
			if err != nil {
				p.t.Fatal(err)
			}
			out[strings.TrimSuffix(file, ".yaml")] = spec
		}
	}
	if len(out) == 0 {
		p.t.Fatalf("no sample of %s for %s", kind, p.vendor)
	}
	return out
}
