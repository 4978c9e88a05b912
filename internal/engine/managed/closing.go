package managed

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/safety"
)

// hasPath reports whether a spec has a field; null is none.
func hasPath(spec map[string]any, path []string) bool {
	value, ok := spec[path[0]]
	if !ok || value == nil {
		return false
	}
	if len(path) == 1 {
		return true
	}
	below, ok := value.(map[string]any)
	return !ok || hasPath(below, path[1:])
}

// Closes reports whether the next pass over an object closes at the vendor what left its spec, as far as the object itself tells, and
// when its spec was edited. A template that loses a value does so in many objects at once, and takes as much as many
// deletions do. declared is asked for the vendor's capabilities, and whether what leaves a spec stays there unless the
// object says otherwise.
func Closes(obj Object, declared func() (backend.Capabilities, bool)) (safety.Leaving, bool) {
	st, spec := obj.GetManagedStatus(), obj.GetManagedSpec()
	if st.Written == nil || !obj.GetDeletionTimestamp().IsZero() || SuspensionOf(obj, time.Now()).On || BoundID(obj) == "" {
		return safety.Leaving{}, false
	}
	if st.ObservedGeneration == obj.GetGeneration() && !Says(st, v1alpha1.ReasonMassDeletion) && !Says(st, v1alpha1.ReasonSuspended) {
		return safety.Leaving{}, false // It was looked at since, and nothing was withheld.
	}
	caps, keeps := declared()
	if m := spec.Management; m != nil && m.Removed != "" {
		keeps = m.Removed == v1alpha1.RemovedKeep
	}
	if keeps || !closesAny(obj, st.Written.Paths, caps) {
		return safety.Leaving{}, false
	}
	return safety.Leaving{UID: obj.GetUID(), At: EditedAt(obj)}, true
}

// closesAny reports whether one of the paths is to be closed and not in the spec.
func closesAny(obj Object, written []string, caps backend.Capabilities) bool {
	var whole struct {
		Spec map[string]any `json:"spec"`
	}
	for _, path := range written {
		row, ok := caps.Removal(path)
		if !ok || row.Fate != backend.FateClosed {
			continue
		}
		if whole.Spec == nil {
			raw, err := json.Marshal(obj)
			if err != nil || json.Unmarshal(raw, &whole) != nil {
				return true // In doubt it is one of them.
			}
		}
		if !slices.ContainsFunc(append([]string{path}, row.By...), func(by string) bool { return hasPath(whole.Spec, strings.Split(by, ".")) }) {
			return true
		}
	}
	return false
}

// EditedAt is when the spec was changed last, by the API server's clock; when the object was made, where that is not known.
func EditedAt(obj Object) time.Time {
	if last := SpecManager(obj.GetManagedFields()); last != nil && last.Time != nil {
		return last.Time.Time
	}
	return obj.GetCreationTimestamp().Time
}
