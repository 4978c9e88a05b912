package controller

import (
	"context"
	"math/rand/v2"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/bounds"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/metrics"
	"github.com/governance-operator/governance-operator/internal/engine/status"
	"github.com/governance-operator/governance-operator/internal/kinds"
	"github.com/governance-operator/governance-operator/internal/sweep"
	"github.com/governance-operator/governance-operator/internal/tenancy"
)

// +kubebuilder:rbac:groups=governance-operator.io,resources=governancebackends;clustergovernancebackends,verbs=list;watch;patch
// +kubebuilder:rbac:groups=governance-operator.io,resources=governancebackends/status;clustergovernancebackends/status,verbs=patch
// +kubebuilder:rbac:groups="",resources=secrets;configmaps,verbs=get
// +kubebuilder:rbac:groups="",resources=serviceaccounts/token,verbs=create
// +kubebuilder:rbac:groups="",resources=namespaces,verbs=get;list;watch
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create
// +kubebuilder:rbac:groups=apiextensions.k8s.io,resources=customresourcedefinitions,resourceNames=appentitlements.governance-operator.io;accessprofiles.governance-operator.io;accessreviews.governance-operator.io;governancebackends.governance-operator.io;clustergovernancebackends.governance-operator.io,verbs=get;list;watch

// healthEvery is how often a backend's Secret is read.
const healthEvery = time.Minute

// BackendReconciler keeps the health of one of the two backend kinds.
type BackendReconciler struct {
	Client client.Client
	Events events.EventRecorder
	Pool   *tenancy.Pool
	Sweeps *SweepLog
	// New returns an empty object of the kind.
	New func() tenancy.Object
	// Behind lists the objects behind a backend: all, and those with our finalizer.
	Behind func(ctx context.Context, key string) (all map[string]int, owed int, err error)
	// Every is how often a backend's Secret is read; a minute if zero.
	Every time.Duration
}

// Reconcile checks one backend and writes down how it is.
func (r *BackendReconciler) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	obj := r.New()
	obj.SetNamespace(req.Namespace)
	obj.SetName(req.Name)
	key := tenancy.Key(obj)
	if err := r.Client.Get(ctx, req.NamespacedName, obj); err != nil {
		if apierrors.IsNotFound(err) {
			r.forget(key) // One that nothing was behind goes without a pass.
		}
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	counts, owed, err := r.Behind(ctx, key)
	if err != nil {
		return reconcile.Result{}, err
	}
	if done, err := r.finalize(ctx, obj, owed); done || err != nil {
		if done {
			r.forget(key)
		}
		return reconcile.Result{}, err
	}
	health, err := r.Pool.Check(ctx, obj)
	if err != nil {
		return reconcile.Result{}, err
	}
	if health.Later > 0 {
		return reconcile.Result{RequeueAfter: health.Later}, nil
	}
	if err := r.write(ctx, obj, key, health, counts); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	every := r.Every
	if every == 0 {
		every = healthEvery
	}
	if health.Again > 0 {
		every = min(every, health.Again)
	}
	return reconcile.Result{RequeueAfter: every + time.Duration(rand.Int64N(int64(every/10)))}, nil
}

// forget drops what is known of a backend that is gone.
func (r *BackendReconciler) forget(key string) {
	r.Pool.Forget(key)
	r.Pool.Limits.Forget(key)
	r.Sweeps.Forget(key)
	metrics.Forget(key)
	sweep.DropMetrics(key)
}

// finalize holds the backend while objects still need it to settle what they owe,
// and reports whether it may go now.
func (r *BackendReconciler) finalize(ctx context.Context, obj tenancy.Object, owed int) (bool, error) {
	has := controllerutil.ContainsFinalizer(obj, v1alpha1.Finalizer)
	deleting := !obj.GetDeletionTimestamp().IsZero()
	if owed > 0 == has || owed > 0 && deleting {
		return deleting && !has, nil
	}
	before := obj.DeepCopyObject().(tenancy.Object)
	if owed > 0 {
		controllerutil.AddFinalizer(obj, v1alpha1.Finalizer)
	} else {
		controllerutil.RemoveFinalizer(obj, v1alpha1.Finalizer)
	}
	err := r.Client.Patch(ctx, obj, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
	return deleting, client.IgnoreNotFound(err)
}

// write patches the status when something changed, and tells transitions as events.
func (r *BackendReconciler) write(ctx context.Context, obj tenancy.Object, key string, h tenancy.Health, counts map[string]int) error {
	before := obj.DeepCopyObject().(tenancy.Object)
	st := obj.GetBackendStatus()
	old := meta.FindStatusCondition(before.GetBackendStatus().Conditions, v1alpha1.ConditionReady)
	st.ObservedGeneration = obj.GetGeneration()
	if h.Tenant.ID != "" && h.Reason != v1alpha1.ReasonTenantChanged {
		st.TenantID, st.TenantName, st.TenantHost = h.Tenant.ID, h.Tenant.Name, h.Host
	}
	if h.Capabilities != nil {
		st.Capabilities, st.Overrides = h.Capabilities, h.Overrides
	}
	r.counts(key, st, counts)
	if h.Ready || h.Reason == v1alpha1.ReasonMassAbsence || h.Reason == v1alpha1.ReasonMassDeletion {
		r.limits(key, st)
	}
	status := metav1.ConditionFalse
	if h.Ready {
		status = metav1.ConditionTrue
	}
	set := func(kind string, status metav1.ConditionStatus) {
		meta.SetStatusCondition(&st.Conditions, metav1.Condition{Type: kind, Status: status, Reason: h.Reason, Message: strings.TrimSpace(h.Message), ObservedGeneration: obj.GetGeneration()})
	}
	set(v1alpha1.ConditionReady, status)
	meta.RemoveStatusCondition(&st.Conditions, v1alpha1.ConditionReconciling)
	meta.RemoveStatusCondition(&st.Conditions, v1alpha1.ConditionStalled)
	switch {
	case h.Ready:
	case h.Reason == v1alpha1.ReasonUnreachable, h.Reason == v1alpha1.ReasonCircuitOpen, h.Reason == v1alpha1.ReasonSecretNotFound:
		set(v1alpha1.ConditionReconciling, metav1.ConditionTrue)
	default:
		set(v1alpha1.ConditionStalled, metav1.ConditionTrue)
	}
	if _, err := bounds.Fit(kindOfKey(key), st); err != nil {
		return err
	}
	if apiequality.Semantic.DeepEqual(before, obj) {
		return nil
	}
	if err := r.patch(ctx, before, obj, kindOfKey(key)); err != nil {
		return err
	}
	if old == nil || old.Reason != h.Reason {
		kind := corev1.EventTypeNormal
		if !h.Ready {
			kind = corev1.EventTypeWarning
		}
		r.Events.Eventf(obj, nil, kind, h.Reason, h.Reason, "%s", strings.TrimSpace(h.Message))
	}
	return nil
}

// counts are as of this pass; what comes and goes behind the backend wakes one every ten
// seconds at most.
func (r *BackendReconciler) counts(key string, st *v1alpha1.GovernanceBackendStatus, counts map[string]int) {
	var out []v1alpha1.KindCount
	for _, kind := range managedKinds {
		c := v1alpha1.KindCount{Kind: kind, Managed: int32(counts[kind])}
		for _, old := range st.Counts {
			if old.Kind == kind {
				c.LastSweepAt, c.Unmarked, c.UnmarkedIn = old.LastSweepAt, old.Unmarked, old.UnmarkedIn
			}
		}
		r.Sweeps.Tell(key, &c)
		out = append(out, c)
	}
	st.Counts = out
}

// patch writes the status. Where the API server refuses it, its conditions are written alone.
func (r *BackendReconciler) patch(ctx context.Context, before, obj tenancy.Object, kind string) error {
	merge := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	err := r.Client.Status().Patch(ctx, obj, merge)
	if !status.Refused(err) {
		return err
	}
	status.ReportRefused(ctx, kind, err)
	r.Events.Eventf(obj, nil, corev1.EventTypeWarning, v1alpha1.ReasonStatusRefused, v1alpha1.ReasonStatusRefused, "the API server refuses this status; the operator writes its conditions alone")
	least := before.DeepCopyObject().(tenancy.Object)
	least.GetBackendStatus().Conditions = obj.GetBackendStatus().Conditions
	least.GetBackendStatus().ObservedGeneration = obj.GetBackendStatus().ObservedGeneration
	return r.Client.Status().Patch(ctx, least, merge)
}

func kindOfKey(key string) string {
	kind, _ := keyName(key)
	return kind
}

// limits writes down what is far too much at once, until it is over: also what people confirmed,
// so that the next process knows what they did.
func (r *BackendReconciler) limits(key string, st *v1alpha1.GovernanceBackendStatus) {
	absent, deletions := r.Pool.Limits.State(key)
	st.Absent, st.PendingDeletions, st.PendingDeletionsAt = nil, 0, nil
	for _, kind := range managedKinds {
		if a, ok := absent[kind]; ok {
			st.Absent = append(st.Absent, v1alpha1.KindAbsence{Kind: kind, Count: int32(a.Count), Since: kinds.Moment(a.Since)})
		}
	}
	if deletions.Many {
		st.PendingDeletions, st.PendingDeletionsAt = int32(deletions.Waiting), kinds.Moment(deletions.Newest)
	}
}

// managedKinds lists the managed kinds.
var managedKinds = []string{v1alpha1.KindAppEntitlement, v1alpha1.KindAccessProfile, v1alpha1.KindAccessReview}

// keyName turns the key of a backend back into its kind and name.
func keyName(key string) (kind string, name types.NamespacedName) {
	parts := strings.SplitN(key, "/", 3)
	if len(parts) != 3 {
		return "", types.NamespacedName{}
	}
	return parts[0], types.NamespacedName{Namespace: parts[1], Name: parts[2]}
}

var _ managed.Backends = (*tenancy.Pool)(nil)
