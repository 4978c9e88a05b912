package gather

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/engine/fleet"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// UpToDate reports whether nothing is asked of this pass, and when to come back. Time plays
// no part but for a poll that is due.
func (p *Situation[O, D]) UpToDate(ctx context.Context) (time.Duration, bool) {
	p.forced = p.Fleet.TakeForced(p.Name())
	st := p.Status()
	if p.forced || p.Deleting() || p.BoundID() == "" || !p.HasFinalizer() || p.Intent == nil ||
		st.ObservedGeneration != p.Obj.GetGeneration() || p.Requested() != st.LastHandledReconcileAt ||
		p.Intent.Attempt > st.ClosedAttempt || !p.converged() {
		return 0, false
	}
	if tenant := p.Fleet.Backends.Place(ctx, p.Obj.GetNamespace(), p.Spec().BackendRef).Pinned; tenant != "" && tenant != st.Remote.TenantID {
		return 0, false
	}
	if digest, ok := p.InputsDigest(ctx); !ok || inputsOf(digest) != inputsOf(st.InputsDigest) {
		return 0, false
	}
	now := p.Fleet.Now()
	poll := p.Poll()
	if poll == 0 {
		return p.UntilResumed(now), true
	}
	if p.Memory.PollAt.IsZero() {
		p.Memory.PollAt = now.Add(poll/2 + time.Duration(rand.Int64N(int64(poll))))
	}
	if due := p.Memory.PollAt.Sub(now); due > 0 {
		if end := p.UntilResumed(now); end > 0 {
			due = min(due, end)
		}
		return due, true
	}
	return 0, false
}

// UntilResumed is how long the suspension by annotation that this pass has seen lasts still, zero where it has seen none with an
// end. One that has ended since is over in a moment: the pass has withheld something.
func (p *Situation[O, D]) UntilResumed(now time.Time) time.Duration {
	if s := p.Suspension; s.On && !s.Until.IsZero() {
		return max(s.Until.Sub(now), 0) + time.Second
	}
	return 0
}

// InputsDigest sums up the spec and what it refers to, behind the way they are mapped.
func (p *Situation[O, D]) InputsDigest(ctx context.Context) (string, bool) {
	h := sha256.New()
	raw, err := json.Marshal(p.Obj)
	if err != nil {
		return "", false
	}
	var whole struct{ Spec json.RawMessage }
	if err := json.Unmarshal(raw, &whole); err != nil {
		return "", false
	}
	fmt.Fprintf(h, "1\n%s\n", whole.Spec)
	if p.Suspension.On && !p.Spec().Suspend { // One by annotation, whose end comes without an edit.
		fmt.Fprintf(h, "%s\n", p.Suspension)
	}
	for _, ref := range reference.Of(p.Obj) {
		target := reference.New(ref.Kind)
		if err := p.Fleet.Client.Get(ctx, client.ObjectKey{Namespace: ref.Namespace, Name: ref.Name}, target); client.IgnoreNotFound(err) != nil {
			return "", false
		}
		id := v1alpha1.RemoteStatus{}
		if remote := target.GetManagedStatus().Remote; remote != nil {
			id = *remote
		}
		fmt.Fprintf(h, "%s=%s/%s\n", ref, id.ParentID, id.ID)
	}
	return fleet.MappingVersion + ":" + hex.EncodeToString(h.Sum(nil)[:12]), true
}

// inputsOf is a digest without the way the inputs were mapped.
func inputsOf(digest string) string {
	_, inputs, _ := strings.Cut(digest, ":")
	return inputs
}
