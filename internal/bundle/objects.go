package bundle

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

// object is an object without its values.
func (r *redactor) object(kind string, obj client.Object) (map[string]any, error) {
	all, err := schemas()
	if err != nil {
		return nil, err
	}
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(obj)
	if err != nil {
		return nil, err
	}
	out := map[string]any{"apiVersion": v1alpha1.GroupVersion.String(), "kind": kind, "metadata": r.metadata(obj)}
	if s := all[kind]; s != nil {
		spec, status := s.Properties["spec"], s.Properties["status"]
		out["spec"] = shape(&spec, content["spec"])
		shown, _ := shape(&status, content["status"]).(map[string]any)
		given, _ := content["status"].(map[string]any)
		r.status(shown, given)
		out["status"] = shown
	}
	return out, nil
}

// metadata is what of it names the object and nothing of its values.
func (r *redactor) metadata(obj client.Object) map[string]any {
	out := map[string]any{
		"name": obj.GetName(), "uid": string(obj.GetUID()), "generation": obj.GetGeneration(), "creationTimestamp": inUTC(obj.GetCreationTimestamp()),
		"annotations": keys(obj.GetAnnotations()), "labels": keys(obj.GetLabels()), "resourceVersion": obj.GetResourceVersion(),
	}
	if namespace := obj.GetNamespace(); namespace != "" {
		out["namespace"] = namespace
	}
	if at := obj.GetDeletionTimestamp(); at != nil {
		out["deletionTimestamp"] = inUTC(*at)
	}
	var finalizers []string
	for _, f := range obj.GetFinalizers() {
		finalizers = append(finalizers, keyOf(f))
	}
	out["finalizers"] = finalizers
	var writers []map[string]any
	for _, f := range obj.GetManagedFields() { // Who wrote, and when; not what.
		writer := map[string]any{"manager": r.text(f.Manager), "operation": string(f.Operation), "subresource": r.text(f.Subresource)}
		if f.Time != nil {
			writer["time"] = inUTC(*f.Time)
		}
		writers = append(writers, writer)
	}
	out["managedFields"] = writers
	return out
}

func inUTC(at metav1.Time) string { return at.UTC().Format("2006-01-02T15:04:05Z") }

// keys are those of annotations or labels, with the lengths of their values.
func keys(in map[string]string) map[string]string {
	out := map[string]string{}
	for i, key := range slices.Sorted(maps.Keys(in)) {
		name := keyOf(key)
		if name != key {
			name = fmt.Sprintf("%d: %s", i+1, name)
		}
		out[name] = fmt.Sprintf("string(%d)", len([]rune(in[key])))
	}
	return out
}

// wellKnown are the domains of keys that nobody chooses.
var wellKnown = []string{v1alpha1.GroupVersion.Group + "/", "kubectl.kubernetes.io/", "app.kubernetes.io/", "argocd.argoproj.io/", "kustomize.toolkit.fluxcd.io/", "helm.sh/", "meta.helm.sh/"}

// keyOf is a key that nobody chose, else its length.
func keyOf(key string) string {
	if slices.ContainsFunc(wellKnown, func(domain string) bool {
		name, ok := strings.CutPrefix(key, domain)
		return ok && isWord(strings.ReplaceAll(name, "-", ""))
	}) {
		return key
	}
	return fmt.Sprintf("key(%d)", len([]rune(key)))
}

// shown are the paths of a status that stay as they are: ids, numbers and instants.
var shown = map[string]bool{
	"observedGeneration": true, "revision": true, "closedAttempt": true, "version": true, "draftVersion": true, "state": true, "deadline": true,
	"conditions.type": true, "conditions.status": true, "conditions.reason": true, "conditions.observedGeneration": true, "conditions.lastTransitionTime": true,
	"remote.id": true, "remote.parentID": true, "remote.tenantID": true, "remote.phase": true, "remote.createdAt": true, "remote.changedAt": true, "remote.lastWrittenAt": true,
	"remote.deleteSentAt": true, "remote.lastDrift.at": true, "resolved.kind": true, "resolved.id": true, "resolved.parentID": true, "resolved.reason": true,
	"settling.since": true, "leftBehind.state": true, "tenantID": true, "capabilities.kind": true, "capabilities.verbs": true, "counts.kind": true, "counts.managed": true, "counts.lastSweepAt": true,
	"absent.kind": true, "absent.count": true, "absent.since": true, "pendingDeletions": true, "pendingDeletionsAt": true, "overrides.kind": true, "overrides.capability": true,
}

// worded are the paths of a status with texts, and pathed those with paths of fields.
var (
	worded = map[string]bool{"conditions.message": true, "resolved.message": true}
	pathed = map[string]bool{
		"remote.changes": true, "remote.narrowed": true, "remote.lastDrift.fields": true, "settling.path": true, "leftBehind.path": true, "written.paths": true, "echoes.path": true, "appliedInputs.path": true,
	}
)

// status puts back into the shape of a status what may stay.
func (r *redactor) status(out, given map[string]any) { r.restore(out, given, "") }

func (r *redactor) restore(out, given map[string]any, at string) {
	for key, value := range given {
		if _, ok := out[key]; ok {
			out[key] = r.restored(out[key], value, strings.TrimPrefix(at+"."+key, "."))
		}
	}
}

func (r *redactor) restored(out, given any, at string) any {
	switch v := given.(type) {
	case map[string]any:
		if into, ok := out.(map[string]any); ok {
			r.restore(into, v, at)
		}
	case []any:
		into, _ := out.([]any)
		for i := range into {
			into[i] = r.restored(into[i], v[i], at)
		}
	case string:
		switch {
		case worded[at]:
			return r.text(v)
		case pathed[at]:
			return r.path(v)
		case shown[at]:
			return v
		}
	default:
		if shown[at] {
			return v
		}
	}
	return out
}
