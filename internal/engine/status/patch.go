package status

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	apiequality "k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/bounds"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/metrics"
	"github.com/governance-operator/governance-operator/internal/engine/report"
)

// store patches the status with resourceVersion, and not at all when nothing
// changed. After a remote write a conflict makes it read the live object: id and
// attempt must be written down.
func (p *Writer[O, D]) store(ctx context.Context, wrote bool) error {
	if apiequality.Semantic.DeepEqual(p.Stored, p.Obj) {
		return nil
	}
	p.fit(ctx, p.Obj)
	if apiequality.Semantic.DeepEqual(p.Stored, p.Obj) {
		return nil
	}
	err := p.patchStatus(ctx, p.Stored, p.Obj.DeepCopyObject().(O))
	if err == nil || !wrote && p.ClaimStamp.IsZero() {
		return client.IgnoreNotFound(err)
	}
	// The remote write cannot be taken back, so neither may its record be lost: not even when
	// the process is asked to stop.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Minute)
	defer cancel()
	return wait.PollUntilContextCancel(ctx, time.Second, true,
		func(ctx context.Context) (bool, error) { return p.storeLive(ctx), nil })
}

func (p *Writer[O, D]) storeLive(ctx context.Context) bool {
	live := p.Fleet.Kind.New()
	if err := p.Fleet.Live.Get(ctx, p.Name(), live); err != nil {
		return apierrors.IsNotFound(err)
	}
	if live.GetUID() != p.Obj.GetUID() {
		return true
	}
	next := live.DeepCopyObject().(O)
	p.copyStatus(next)
	p.fit(ctx, next)
	err := p.patchStatus(ctx, live, next)
	return err == nil || apierrors.IsNotFound(err)
}

// copyStatus puts this pass's status on a later version of the object. The spec may
// have moved on: what was observed is still of the generation that was read.
func (p *Writer[O, D]) copyStatus(next O) {
	*next.GetManagedStatus() = *p.Status().DeepCopy()
	if p.Fleet.Kind.Project != nil && p.Seen.ID != "" {
		p.Fleet.Kind.Project(next, p.Seen)
	}
	p.projectRelations(next)
}

// fit keeps a status within what the definition admits, and says in Synced what it does not show.
func (p *Writer[O, D]) fit(ctx context.Context, obj O) {
	notes, err := bounds.Fit(p.Fleet.Kind.Name, statusOf(obj))
	if err != nil {
		log.FromContext(ctx).Error(err, "fitting a status")
		return
	}
	notes = append(notes, fewerPins(obj, largestObject)...)
	if c := meta.FindStatusCondition(obj.GetManagedStatus().Conditions, v1alpha1.ConditionSynced); c != nil && len(notes) > 0 {
		c.Message = report.Shorten(c.Message + "; " + strings.Join(notes, "; "))
	}
}

// largestObject is what an object may have as JSON, so that etcd takes it with what the API server adds.
const largestObject = 1<<20 - 64<<10

// fewerPins leaves out the last names of a status that would make the object larger than limit. Names
// that are not pinned are resolved again by each pass.
func fewerPins(obj managed.Object, limit int) []string {
	st := obj.GetManagedStatus()
	all := len(st.Resolved)
	if all < 64 {
		return nil // That is never much.
	}
	whole, err := json.Marshal(obj)
	if err != nil || len(whole) <= limit {
		return nil
	}
	over := len(whole) - limit
	for over > 0 && len(st.Resolved) > 0 {
		last, err := json.Marshal(st.Resolved[len(st.Resolved)-1])
		if err != nil {
			return nil
		}
		over -= len(last) + 1
		st.Resolved = st.Resolved[:len(st.Resolved)-1]
	}
	return []string{fmt.Sprintf("status.resolved shows %d of %d: the object is as large as etcd takes", len(st.Resolved), all)}
}

// statusOf is the status struct of an object, of which the managed status is a part.
func statusOf(obj managed.Object) any {
	return reflect.ValueOf(obj).Elem().FieldByName("Status").Addr().Interface()
}

// Refused reports whether the API server refuses an object for what it holds, so that the same will
// be refused again.
func Refused(err error) bool {
	return apierrors.IsInvalid(err) || apierrors.IsRequestEntityTooLargeError(err) ||
		err != nil && strings.Contains(err.Error(), "request is too large")
}

// patchStatus writes the status of next over that of from. If it is refused, that is told at once,
// and what must not be lost is written alone: trying the same again would only hold a worker.
func (p *Writer[O, D]) patchStatus(ctx context.Context, from, next O) error {
	err := p.PatchOnce(ctx, from, next)
	if !Refused(err) {
		return err
	}
	ReportRefused(ctx, p.Fleet.Kind.Name, err)
	if !p.Memory.Refused {
		p.Memory.Refused = true
		p.event(note{true, v1alpha1.ReasonStatusRefused, "the API server refuses this status, and the least of it is written alone: " + err.Error()})
	}
	for _, least := range []func(st, of *v1alpha1.ManagedStatus){leastWithConditions, leastOfAll} {
		small := from.DeepCopyObject().(O)
		least(small.GetManagedStatus(), next.GetManagedStatus())
		if err = p.PatchOnce(ctx, from, small); !Refused(err) {
			return err
		}
	}
	return nil // Nothing more can be done before the next pass.
}

// ReportRefused logs and counts a status that the API server refused.
func ReportRefused(ctx context.Context, kind string, err error) {
	metrics.StatusRefused.WithLabelValues(kind).Inc()
	log.FromContext(ctx).Error(errors.New(report.Shorten(err.Error())), "the API server refuses the status; the least of it is written alone")
}

// leastOfAll takes over which remote it is, and what is known of attempts.
func leastOfAll(st, of *v1alpha1.ManagedStatus) {
	st.ClosedAttempt, st.Revision, st.Written = of.ClosedAttempt, of.Revision, of.Written
	if of.Remote == nil {
		return
	}
	if st.Remote == nil || st.Remote.ID != of.Remote.ID {
		st.Remote = &v1alpha1.RemoteStatus{}
	}
	st.Remote.ID, st.Remote.ParentID, st.Remote.TenantID = of.Remote.ID, of.Remote.ParentID, of.Remote.TenantID
	st.Remote.LastWrittenAt, st.Remote.DeleteSentAt = of.Remote.LastWrittenAt, of.Remote.DeleteSentAt
}

// leastWithConditions takes over also what people and tools wait for.
func leastWithConditions(st, of *v1alpha1.ManagedStatus) {
	leastOfAll(st, of)
	st.ObservedGeneration, st.Conditions, st.LastHandledReconcileAt = of.ObservedGeneration, of.Conditions, of.LastHandledReconcileAt
	st.DesiredDigest, st.AppliedInputs, st.Echoes = of.DesiredDigest, of.AppliedInputs, of.Echoes
}
