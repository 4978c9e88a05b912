// Package v1alpha1 holds the custom resources of governance-operator.io.
//
// Three kinds are managed at a governance vendor (AppEntitlement, AccessProfile,
// AccessReview); two say which tenant and which credentials are used
// (GovernanceBackend, ClusterGovernanceBackend).
//
// +kubebuilder:object:generate=true
// +groupName=governance-operator.io
package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// GroupVersion is the API group and version of every type in this package.
var GroupVersion = schema.GroupVersion{Group: "governance-operator.io", Version: "v1alpha1"}

// AddToScheme registers every kind of this package.
func AddToScheme(s *runtime.Scheme) error {
	s.AddKnownTypes(GroupVersion,
		&GovernanceBackend{}, &GovernanceBackendList{},
		&ClusterGovernanceBackend{}, &ClusterGovernanceBackendList{},
		&AppEntitlement{}, &AppEntitlementList{},
		&AccessProfile{}, &AccessProfileList{},
		&AccessReview{}, &AccessReviewList{},
	)
	metav1.AddToGroupVersion(s, GroupVersion)
	return nil
}

// Names of the kinds, as they stand in `kind:`.
const (
	KindGovernanceBackend        = "GovernanceBackend"
	KindClusterGovernanceBackend = "ClusterGovernanceBackend"
	KindAppEntitlement           = "AppEntitlement"
	KindAccessProfile            = "AccessProfile"
	KindAccessReview             = "AccessReview"
)

// Annotations and the finalizer of this API.
const (
	// Finalizer is on every object whose remote, or possible remote, still has to be settled.
	Finalizer = "governance-operator.io/finalizer"
	// AnnotationIntent holds the note that a create may have been sent (JSON).
	AnnotationIntent = "governance-operator.io/intent"
	// AnnotationReconcileRequestedAt asks for one full observation of the remote; any new value counts.
	AnnotationReconcileRequestedAt = "governance-operator.io/reconcile-requested-at"
	// AnnotationSuspendedUntil suspends an object like spec.suspend, until an instant in RFC 3339.
	AnnotationSuspendedUntil = "governance-operator.io/suspended-until"
	// AnnotationSuspendedBecause is why it is suspended by annotation, for people.
	AnnotationSuspendedBecause = "governance-operator.io/suspended-because"
	// AnnotationAcceptAbsence on a backend confirms "<kind>=<count>@<since>": so many remotes are really gone.
	AnnotationAcceptAbsence = "governance-operator.io/accept-absence"
	// AnnotationAcceptDeletions on a backend confirms "<count>@<moment>": these deletions are wanted.
	AnnotationAcceptDeletions = "governance-operator.io/accept-deletions"
	// AnnotationAcceptTenant on a backend accepts this tenant id as the new one.
	AnnotationAcceptTenant = "governance-operator.io/accept-tenant"
	// AnnotationDeletionProtection keeps an object from being deleted where the policy of config/admission is installed;
	// any value but "false" protects. The manager does not read it.
	AnnotationDeletionProtection = "governance-operator.io/deletion-protection"
)
