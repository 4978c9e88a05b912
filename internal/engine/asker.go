package engine

import (
	"bytes"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// SpecManager returns the entry of who changed the spec last, nil if there is none. What
// SlimManagers left has no fields any more and is taken at its word.
func SpecManager(fields []metav1.ManagedFieldsEntry) *metav1.ManagedFieldsEntry {
	var newest *metav1.ManagedFieldsEntry
	for i := range fields {
		e := &fields[i]
		if e.Subresource != "" || e.FieldsV1 != nil && !bytes.Contains(e.FieldsV1.GetRawBytes(), []byte(`"f:spec"`)) {
			continue
		}
		if newest == nil || newest.Time == nil || e.Time != nil && newest.Time.Before(e.Time) {
			newest = e
		}
	}
	return newest
}

// SlimManagers keeps of the managed fields what the audit log and the metrics read: who
// changed the spec last, and when.
func SlimManagers(fields []metav1.ManagedFieldsEntry) []metav1.ManagedFieldsEntry {
	last := SpecManager(fields)
	if last == nil {
		return nil
	}
	return []metav1.ManagedFieldsEntry{{Manager: last.Manager, Operation: last.Operation, Time: last.Time}}
}

// asker says on whose behalf a pass writes.
func (p *pass[O, D]) asker() backend.Asker {
	a := backend.Asker{Kind: p.r.Kind.Name, Namespace: p.obj.GetNamespace(), Name: p.obj.GetName(), UID: string(p.obj.GetUID()),
		Generation: p.obj.GetGeneration(), Backend: p.backend.Key, TenantID: p.backend.TenantID, Reason: p.why}
	// Who deletes an object is nowhere noted, and nobody edited what is put back or recovered.
	if last := SpecManager(p.stored.GetManagedFields()); last != nil && (p.why == backend.WriteEdit || p.why == backend.WriteAdopt) {
		a.Manager = last.Manager
	}
	return a
}
