package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/bounds"
)

// longestRequest is what the status can echo of the annotation by which people ask for a look.
const longestRequest = 256

// requestOf is what people ask by annotation; of a long text its beginning and a digest, so that
// the status can say that just this one was handled.
func requestOf(obj Object) string {
	text := strings.ToValidUTF8(obj.GetAnnotations()[v1alpha1.AnnotationReconcileRequestedAt], "�")
	runes := []rune(text)
	if len(runes) <= longestRequest {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return string(runes[:longestRequest-20]) + "…" + hex.EncodeToString(sum[:6])
}

// fit keeps a status within what the definition admits, and says in Synced what it does not show.
func (p *pass[O, D]) fit(ctx context.Context, obj O) {
	notes, err := bounds.Fit(p.r.Kind.Name, statusOf(obj))
	if err != nil {
		log.FromContext(ctx).Error(err, "fitting a status")
		return
	}
	notes = append(notes, fewerPins(obj, largestObject)...)
	if c := meta.FindStatusCondition(obj.GetManagedStatus().Conditions, v1alpha1.ConditionSynced); c != nil && len(notes) > 0 {
		c.Message = shorten(c.Message + "; " + strings.Join(notes, "; "))
	}
}

// largestObject is what an object may have as JSON, so that etcd takes it with what the API server adds.
const largestObject = 1<<20 - 64<<10

// fewerPins leaves out the last names of a status that would make the object larger than limit. Names
// that are not pinned are resolved again by each pass.
func fewerPins(obj Object, limit int) []string {
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
func statusOf(obj Object) any {
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
func (p *pass[O, D]) patchStatus(ctx context.Context, from, next O) error {
	err := p.patchOnce(ctx, from, next)
	if !Refused(err) {
		return err
	}
	StatusRefused(ctx, p.r.Kind.Name, err)
	if !p.memory.refused {
		p.memory.refused = true
		p.event(note{true, v1alpha1.ReasonStatusRefused, "the API server refuses this status, and the least of it is written alone: " + err.Error()})
	}
	for _, least := range []func(st, of *v1alpha1.ManagedStatus){leastWithConditions, leastOfAll} {
		small := from.DeepCopyObject().(O)
		least(small.GetManagedStatus(), next.GetManagedStatus())
		if err = p.patchOnce(ctx, from, small); !Refused(err) {
			return err
		}
	}
	return nil // Nothing more can be done before the next pass.
}

func (p *pass[O, D]) patchOnce(ctx context.Context, from, next O) error {
	err := p.r.Client.Status().Patch(ctx, next, client.MergeFromWithOptions(from, client.MergeFromWithOptimisticLock{}))
	if err == nil {
		p.memory.stored(next.GetResourceVersion(), p.r.Now())
	}
	return err
}

// StatusRefused logs and counts a status that the API server refused.
func StatusRefused(ctx context.Context, kind string, err error) {
	statusRefused.WithLabelValues(kind).Inc()
	log.FromContext(ctx).Error(errors.New(shorten(err.Error())), "the API server refuses the status; the least of it is written alone")
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
