// Package validate checks files of objects without a cluster and without a vendor: by the schemas and rules of the definitions, by
// what the webhook validates, and by what the objects say of each other.
package validate

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/webhook"
)

// Options say what to check.
type Options struct {
	// Files are files and folders; "-" is In.
	Files     []string
	Recursive bool
	In        io.Reader
	// Kustomize is a folder of which kustomize makes objects, empty for none.
	Kustomize string
	// Namespace is that of objects that name none.
	Namespace string
	Vendors   []backend.Vendor
	// Policies: the shipped admission policies are in force.
	Policies bool
}

// Severity is how bad a finding is.
type Severity string

// The severities.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Finding is what is wrong with an object, or suspicious.
type Finding struct {
	File     string   `json:"file"`
	Line     int      `json:"line"`
	Severity Severity `json:"severity"`
	// Object is its kind, namespace and name.
	Object string `json:"object"`
	// Built: kustomize made the object of the folder that File names, and no line of a file has it.
	Built bool `json:"built,omitempty"`
	// Path is the field, empty where the object as a whole is meant.
	Path    string `json:"path,omitempty"`
	Message string `json:"message"`
}

// String is the finding on a line, as compilers write it. What cannot be printed is left out: files may be a stranger's.
func (f Finding) String() string {
	text := f.Message
	if f.Path != "" {
		text = f.Path + ": " + text
	}
	if f.Severity == Warning {
		text = "warning: " + text
	}
	if f.Built {
		return backend.Printable(fmt.Sprintf("%s: %s: %s", f.File, f.Object, text))
	}
	return backend.Printable(fmt.Sprintf("%s:%d: %s", f.File, f.Line, text))
}

// Result is what was found.
type Result struct {
	Findings []Finding `json:"findings"`
	// Objects were checked; Ignored are of other groups.
	Objects int `json:"objects"`
	Ignored int `json:"ignored"`
	// Unbacked name a backend that is not in the files: what their vendors can hold was not checked.
	Unbacked int `json:"unbacked"`
}

// Errors counts the findings that are errors.
func (r Result) Errors() int {
	n := 0
	for _, f := range r.Findings {
		if f.Severity == Error {
			n++
		}
	}
	return n
}

// Run checks the objects of files. An error is about the files; what is wrong with objects is in the result.
func Run(ctx context.Context, o Options) (Result, error) {
	result, _, err := Read(ctx, o)
	return result, err
}

// Placed is an object and where it was read.
type Placed struct {
	Object client.Object
	File   string
	Line   int
}

// Read checks the objects of files as Run does, and returns those without an error in their definition, and the namespaces.
func Read(ctx context.Context, o Options) (Result, []Placed, error) {
	defined, err := definitions()
	if err != nil {
		return Result{}, nil, err
	}
	sources, err := read(o.In, o.Files, o.Recursive)
	if err == nil && o.Kustomize != "" {
		var built []source
		built, err = build(o.Kustomize)
		sources = append(sources, built...)
	}
	if err != nil {
		return Result{}, nil, err
	}
	c := &check{Options: o, definitions: defined, objects: map[reference.Object]placed{}, namespaces: map[string]*corev1.Namespace{}}
	for _, s := range sources {
		c.take(ctx, s)
	}
	if err := c.compare(ctx); err != nil {
		return Result{}, nil, err
	}
	slices.SortStableFunc(c.Findings, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line)
	})
	var out []Placed
	for _, id := range c.order {
		p := c.objects[id]
		out = append(out, Placed{p.object, p.file, p.line})
	}
	for _, name := range slices.Sorted(maps.Keys(c.namespaces)) {
		out = append(out, Placed{Object: c.namespaces[name]})
	}
	return c.Result, out, nil
}

// check is one run.
type check struct {
	Options
	Result

	definitions map[string]definition
	objects     map[reference.Object]placed
	order       []reference.Object
	// namespaces are those of the files, for who may use a cluster backend.
	namespaces map[string]*corev1.Namespace
}

// placed is an object and where it was read.
type placed struct {
	source
	object client.Object
}

// take checks one object by its definition, and keeps it for what needs the others.
func (c *check) take(ctx context.Context, s source) {
	version, kind := textAt(s.node, "apiVersion"), textAt(s.node, "kind")
	gv, err := schema.ParseGroupVersion(version)
	if err != nil || gv.Group != v1alpha1.GroupVersion.Group {
		c.Ignored++
		c.remember(s, version, kind)
		return
	}
	c.Objects++
	raw, err := s.decode()
	if err != nil {
		c.add(s, reference.Object{Kind: kind}, Error, "", relativeLine.ReplaceAllString(err.Error(), ""))
		return
	}
	id := c.identity(kind, raw)
	if gv != v1alpha1.GroupVersion {
		c.add(s, id, Error, "apiVersion", fmt.Sprintf("%s is not known to this command, which knows %s", version, v1alpha1.GroupVersion))
		return
	}
	d, ok := c.definitions[kind]
	if !ok {
		c.add(s, id, Error, "kind", fmt.Sprintf("%q is no kind of %s", kind, v1alpha1.GroupVersion.Group))
		return
	}
	if before, twice := c.objects[id]; twice {
		c.add(s, id, Error, "metadata.name", fmt.Sprintf("%s is in these files already, at %s:%d", id, before.file, before.line))
		return
	}
	problems := d.refuses(ctx, raw)
	for _, p := range problems {
		c.add(s, id, Error, p.path, p.message)
	}
	obj := newObject(kind)
	c.objects[id] = placed{s, nil}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(raw, obj); err != nil {
		if len(problems) == 0 {
			c.add(s, id, Error, "", err.Error())
		}
		return
	}
	obj.SetNamespace(id.Namespace)
	c.objects[id] = placed{s, obj}
	if len(problems) == 0 {
		c.order = append(c.order, id)
	}
}

// remember keeps a namespace with its labels.
func (c *check) remember(s source, version, kind string) {
	if version != "v1" || kind != "Namespace" {
		return
	}
	namespace := &corev1.Namespace{}
	if raw, err := s.decode(); err != nil || runtime.DefaultUnstructuredConverter.FromUnstructured(raw, namespace) != nil {
		return
	}
	c.namespaces[namespace.Name] = namespace
}

// relativeLine is where a mistake of YAML is within the object.
var relativeLine = regexp.MustCompile(`(?s)^.*line \d+: `)

// textAt is a text at the top of a document, empty where there is none.
func textAt(node *yaml.Node, key string) string {
	if value := below(node, key).value; value != nil {
		return value.Value
	}
	return ""
}

// identity is the kind, namespace and name of an object.
func (c *check) identity(kind string, raw map[string]any) reference.Object {
	metadata, _ := raw["metadata"].(map[string]any)
	name, _ := metadata["name"].(string)
	if name == "" {
		prefix, _ := metadata["generateName"].(string)
		name = fmt.Sprint(prefix, "#", c.Objects) // The API server makes one that nobody else has.
	}
	namespace, _ := metadata["namespace"].(string)
	if namespace == "" && c.definitions[kind].namespaced {
		namespace = c.Namespace
	}
	if !c.definitions[kind].namespaced {
		namespace = ""
	}
	return reference.Object{Kind: kind, Namespace: namespace, Name: name}
}

// compare checks what needs the other objects of the files.
func (c *check) compare(ctx context.Context) error {
	offline := webhook.NewOffline(files{c}, c.Vendors)
	remotes := map[string]placed{}
	for _, id := range c.order {
		p := c.objects[id]
		faults, warnings := offline.Validate(ctx, p.object)
		for _, fault := range faults {
			c.add(p.source, id, Error, fault.Path, fault.Message)
		}
		for _, warning := range warnings {
			path, message, ok := strings.Cut(warning, ": ")
			if !ok || !strings.HasPrefix(path, "spec.") {
				path, message = "", warning
			}
			c.add(p.source, id, Warning, path, message)
		}
		if managed, ok := p.object.(reference.Managed); ok {
			c.references(p.source, id, managed)
			c.allowed(ctx, offline, p.source, id, managed)
			c.claims(p, id, managed, remotes)
		}
		if c.Policies {
			if err := c.guarded(ctx, p.source, id); err != nil {
				return fmt.Errorf("%s: %w", id, err)
			}
		}
	}
	return nil
}

// references warns of objects that are not in the files: they may be in the cluster.
func (c *check) references(s source, id reference.Object, obj reference.Managed) {
	for _, other := range reference.Of(obj) {
		if _, ok := c.objects[other]; !ok {
			c.add(s, id, Warning, "", fmt.Sprintf("refers to %s %q, which is not in these files", other.Kind, other.Name))
		}
	}
	ref := obj.GetManagedSpec().BackendRef
	kind, namespace := cmp.Or(ref.Kind, v1alpha1.KindGovernanceBackend), id.Namespace
	if kind == v1alpha1.KindClusterGovernanceBackend {
		namespace = ""
	}
	if _, ok := c.objects[reference.Object{Kind: kind, Namespace: namespace, Name: ref.Name}]; !ok {
		c.Unbacked++
	}
}

// allowed finds an object whose namespace may not use its backend. What a selector says of a namespace that is not in the files,
// only the cluster knows.
func (c *check) allowed(ctx context.Context, offline *webhook.Offline, s source, id reference.Object, obj reference.Managed) {
	ref := obj.GetManagedSpec().BackendRef
	found := c.objects[reference.Object{Kind: v1alpha1.KindClusterGovernanceBackend, Name: ref.Name}]
	shared, ok := found.object.(*v1alpha1.ClusterGovernanceBackend)
	if !ok || ref.Kind != v1alpha1.KindClusterGovernanceBackend {
		return
	}
	fault := offline.MayUse(ctx, id.Namespace, ref)
	if fault == nil {
		return
	}
	severity := Error
	if a := shared.Spec.AllowedNamespaces; a != nil && a.Selector != nil && c.namespaces[id.Namespace] == nil {
		severity = Warning
		fault.Message += ", unless it has labels that match the selector: it is not in these files"
	}
	c.add(s, id, severity, fault.Path, fault.Message)
}

// claims finds two objects that ask for the same remote.
func (c *check) claims(p placed, id reference.Object, obj reference.Managed, remotes map[string]placed) {
	spec := obj.GetManagedSpec()
	if spec.RemoteID == "" {
		return
	}
	namespace := id.Namespace
	if spec.BackendRef.Kind == v1alpha1.KindClusterGovernanceBackend {
		namespace = "" // Objects of all namespaces are at one tenant.
	}
	key := fmt.Sprint(id.Kind, "/", namespace, "/", spec.BackendRef, "/", spec.RemoteID)
	if e, ok := p.object.(*v1alpha1.AppEntitlement); ok { // The id of an entitlement counts in its app.
		key += fmt.Sprint("/", e.Spec.App)
	}
	if other, taken := remotes[key]; taken {
		c.add(p.source, id, Error, "spec.remoteID", fmt.Sprintf("%q is the remote of another object, too, at %s:%d", spec.RemoteID, other.file, other.line))
		return
	}
	remotes[key] = p
}

func (c *check) add(s source, id reference.Object, severity Severity, path, message string) {
	if path == "<nil>" { // A rule of the object as a whole.
		path = ""
	}
	c.Findings = append(c.Findings, Finding{File: s.file, Line: s.at(path), Severity: severity, Object: id.String(), Built: s.built, Path: path, Message: message})
}

// newObject is an empty object of a kind.
func newObject(kind string) client.Object {
	switch kind {
	case v1alpha1.KindGovernanceBackend:
		return &v1alpha1.GovernanceBackend{}
	case v1alpha1.KindClusterGovernanceBackend:
		return &v1alpha1.ClusterGovernanceBackend{}
	}
	return reference.New(kind)
}

// files reads the objects that were taken.
type files struct{ *check }

// Get returns an object of the files. A namespace that is not there has the label that each gets.
func (f files) Get(_ context.Context, key client.ObjectKey, into client.Object, _ ...client.GetOption) error {
	if into, ok := into.(*corev1.Namespace); ok {
		if namespace := f.namespaces[key.Name]; namespace != nil {
			namespace.DeepCopyInto(into)
		}
		if into.Labels == nil {
			into.Labels = map[string]string{}
		}
		into.Name, into.Labels[corev1.LabelMetadataName] = key.Name, key.Name
		return nil
	}
	kind := ""
	switch into.(type) {
	case *v1alpha1.GovernanceBackend:
		kind = v1alpha1.KindGovernanceBackend
	case *v1alpha1.ClusterGovernanceBackend:
		kind = v1alpha1.KindClusterGovernanceBackend
	}
	p, ok := f.objects[reference.Object{Kind: kind, Namespace: key.Namespace, Name: key.Name}]
	if !ok || p.object == nil {
		return apierrors.NewNotFound(schema.GroupResource{Group: v1alpha1.GroupVersion.Group, Resource: kind}, key.Name)
	}
	switch into := into.(type) {
	case *v1alpha1.GovernanceBackend:
		p.object.(*v1alpha1.GovernanceBackend).DeepCopyInto(into)
	case *v1alpha1.ClusterGovernanceBackend:
		p.object.(*v1alpha1.ClusterGovernanceBackend).DeepCopyInto(into)
	}
	return nil
}

// List finds nothing.
func (f files) List(context.Context, client.ObjectList, ...client.ListOption) error { return nil }
