package controller

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

// Slim takes off what no controller reads before an object is cached. Of the managed fields
// of our kinds stays who changed the spec last, for the audit log. Patches are made of
// differences, so nothing is lost by it.
func Slim(o any) (any, error) {
	obj, err := meta.Accessor(o)
	if err != nil {
		return o, nil //nolint:nilerr // What has no metadata is cached as it is.
	}
	var left []metav1.ManagedFieldsEntry
	if _, ours := o.(managed.Object); ours {
		left = managed.SlimManagers(obj.GetManagedFields())
	}
	obj.SetManagedFields(left)
	if annotations := obj.GetAnnotations(); annotations[corev1.LastAppliedConfigAnnotation] != "" {
		delete(annotations, corev1.LastAppliedConfigAnnotation)
	}
	return o, nil
}
