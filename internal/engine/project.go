package engine

import (
	"context"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
)

// project writes what is known of the remote into the status.
func (p *pass[O, D]) project(out outcome) {
	// What was resolved and not carried out is asked anew for the next try: pins are what is in use.
	// Of what is taken out of a spec that waits they are kept, since it may come back by another spelling.
	if (out.err == nil || out.wrote) && len(p.narrowing.problems) == 0 && p.resolver != nil && !p.deleting() {
		p.status().Resolved = p.resolver.Resolved()
	}
	p.projectChanges(out)
	p.projectNarrowed(out)
	if !p.observedOwnRemote(out) {
		return
	}
	p.countRevision(out)
	if p.deleting() {
		return
	}
	p.bind()
	p.projectRemoved()
	p.forgetSettled()
	p.projectDigest(out)
	p.projectReached(out)
}

// observedOwnRemote reports whether the observation is of this object's own remote.
func (p *pass[O, D]) observedOwnRemote(out outcome) bool {
	if p.seen.ID == "" {
		return false
	}
	if out.wrote {
		return out.plan != decision.RemovingDuplicate
	}
	return p.facts.Found >= decision.FoundByID && p.facts.Owner == decision.OwnerOurs && !p.facts.ClaimConflict
}

// countRevision counts the passes in which the vendor accepted a change.
func (p *pass[O, D]) countRevision(out outcome) {
	st := p.status()
	if out.wrote && out.plan.Action != decision.Delete {
		p.remote().LastWrittenAt = p.moment()
		st.Revision++
	}
	if st.Revision == 0 && p.facts.Found == decision.FoundByMark && !p.facts.Bound {
		st.Revision = 1
	}
}

// moment is now, in the precision that the API server keeps.
func (p *pass[O, D]) moment() *metav1.Time {
	now := metav1.NewTime(p.r.Now().Truncate(time.Second))
	return &now
}

// bind writes down which remote it is. The attempt that led to it has ended.
func (p *pass[O, D]) bind() {
	remote := p.remote()
	if remote.ID != "" && remote.ID != p.seen.ID {
		*remote = v1alpha1.RemoteStatus{LastWrittenAt: remote.LastWrittenAt}
	}
	remote.ID, remote.ParentID, remote.TenantID = p.seen.ID, p.seen.ParentID, p.backend.TenantID
	if p.seen.URL != "" {
		remote.URL = p.seen.URL
	}
	remote.Phase = v1alpha1.RemotePhase(p.seen.Phase)
	if remote.Phase == "" {
		remote.Phase = v1alpha1.RemotePhase(backend.PhaseLive)
	}
	if !p.seen.CreatedAt.IsZero() {
		created := metav1.NewTime(p.seen.CreatedAt.Truncate(time.Second))
		remote.CreatedAt = &created
	}
	if p.facts.Found >= decision.FoundByID {
		p.status().ClosedAttempt = max(p.status().ClosedAttempt, p.attempt())
	}
}

// projectDigest keeps the digest of the row; version and time move with it only.
func (p *pass[O, D]) projectDigest(out outcome) {
	remote := p.remote()
	digest := backend.RowDigest(p.desired, p.seen, p.caps)
	if remote.Digest != "" && remote.Digest != digest && !out.wrote {
		remote.ChangedAt = p.moment()
	}
	if remote.Digest != digest || out.wrote || remote.Version == "" {
		remote.Digest, remote.Version = digest, p.seen.Version
	}
}

// projectReached keeps what was converged last, and what that was computed from.
func (p *pass[O, D]) projectReached(out outcome) {
	st := p.status()
	if out.wrote && p.facts.SpecMoved && (p.narrowing.on || p.facts.FieldRemoved) {
		st.DesiredDigest = "" // A part of another spec is there: the one before, should it come back, is an edit.
	}
	if p.narrowing.on {
		return
	}
	inSync := out.err == nil && !out.diffLeft && len(p.changes) == 0 && !p.facts.FieldRemoved
	if inSync || out.plan.Action == decision.Adopt && p.facts.Drift == decision.DriftReport {
		st.DesiredDigest = backend.DesiredDigest(p.desired)
	}
	held := p.facts.FieldRemoved && out.err == nil && !out.diffLeft && len(p.changes) == 0
	if inSync || held || out.plan == decision.Drifted {
		if digest, ok := p.inputsDigest(context.Background()); ok {
			st.InputsDigest = digest
		}
	}
}

func (p *pass[O, D]) attempt() int64 {
	if p.intent == nil {
		return 0
	}
	return p.intent.Attempt
}

// projectChanges lists the fields that differ right now.
func (p *pass[O, D]) projectChanges(out outcome) {
	if p.facts.Found < decision.FoundByID && !out.wrote || p.deleting() {
		return
	}
	remote := p.status().Remote
	if remote == nil && len(p.changes) == 0 {
		return
	}
	p.remote().Changes = firstPaths(append(p.changes.Paths(), p.removed.waits...))
	p.projectDrift(out)
}

// projectDrift notes when somebody else's change was noticed, and of which fields.
func (p *pass[O, D]) projectDrift(out outcome) {
	fields := p.changes.Paths()
	switch {
	case out.plan == decision.CorrectingDrift && out.wrote && p.why == backend.WriteDrift:
		fields = p.sent
	case out.plan != decision.Drifted:
		return
	}
	fields = firstPaths(fields)
	if last := p.remote().LastDrift; last != nil && out.plan == decision.Drifted && slices.Equal(last.Fields, fields) && !p.wasInSync() {
		return // It was noticed before.
	}
	p.remote().LastDrift = &v1alpha1.DriftStatus{At: *p.moment(), Fields: fields}
}

// wasInSync reports whether nothing differed by the status as it was read.
func (p *pass[O, D]) wasInSync() bool {
	return meta.IsStatusConditionTrue(p.stored.GetManagedStatus().Conditions, v1alpha1.ConditionSynced)
}

// firstPaths keeps as many paths as a status lists.
func firstPaths(paths []string) []string {
	const most = 16
	if len(paths) == 0 {
		return nil
	}
	return slices.Clone(paths[:min(len(paths), most)])
}
