package managed

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/claims"
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

// Claimant is the object as the claim index knows it; not bound.
func Claimant(obj Object) claims.Claimant {
	return claims.Claimant{
		UID: obj.GetUID(), Namespace: obj.GetNamespace(), Name: FullName(obj), Created: obj.GetCreationTimestamp().Unix(),
		Backend: BackendKey(obj), Ref: obj.GetManagedSpec().BackendRef,
	}
}

// Requested is what people ask by annotation; of a long text its beginning and a digest, so that
// the status can say that just this one was handled.
func Requested(obj Object) string {
	text := strings.ToValidUTF8(obj.GetAnnotations()[v1alpha1.AnnotationReconcileRequestedAt], "�")
	runes := []rune(text)
	if len(runes) <= longestRequest {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return string(runes[:longestRequest-20]) + "…" + hex.EncodeToString(sum[:6])
}

// longestRequest is what the status can echo of the annotation by which people ask for a look.
const longestRequest = 256

// BoundID is the id of the remote that an object is bound to, empty if there is none.
func BoundID(obj Object) string {
	if remote := obj.GetManagedStatus().Remote; remote != nil {
		return remote.ID
	}
	return ""
}

// Remembered is what a status tells of write-only fields and of what the server made of values.
func Remembered(st *v1alpha1.ManagedStatus) backend.Memory {
	mem := backend.Memory{Applied: map[string]string{}, Echoes: map[string]backend.Echo{}}
	for _, a := range st.AppliedInputs {
		mem.Applied[a.Path] = a.Hash
	}
	for _, e := range st.Echoes {
		mem.Echoes[e.Path] = backend.Echo{Sent: e.Sent, Seen: e.Seen}
	}
	return mem
}

// Says reports whether Synced shows a reason.
func Says(st *v1alpha1.ManagedStatus, reason string) bool {
	c := meta.FindStatusCondition(st.Conditions, v1alpha1.ConditionSynced)
	return c != nil && c.Reason == reason
}
