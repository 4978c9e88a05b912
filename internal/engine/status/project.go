package status

import (
	"context"
	"slices"
	"time"

	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/report"
)

// projectFigures copies what moves by itself; where figures ride along they are
// written only when something else is.
func (p *Writer[O, D]) projectFigures(out managed.Outcome) {
	held := out.Plan == decision.StartHeld // There is no remote, and that is well so.
	if p.Fleet.Kind.Project == nil || p.Seen.ID == "" && !held || p.Deleting() || p.BoundID() != p.Seen.ID {
		return
	}
	if p.Fleet.Kind.SkipFigureOnlyWrites && !out.Wrote && apiequality.Semantic.DeepEqual(p.Stored, p.Obj) {
		return
	}
	p.Fleet.Kind.Project(p.Obj, p.Seen)
}

// projectRelations writes down what the remote grants and who refers to the object.
func (p *Writer[O, D]) projectRelations(obj O) {
	if p.Deleting() || p.BoundID() == "" || p.BoundID() != p.Seen.ID {
		return
	}
	if p.Fleet.Kind.Grants != nil {
		names, objects := report.Labels(p.Situation)
		p.Fleet.Kind.Grants(obj, p.Seen.Actual, func(e backend.EntitlementID) v1alpha1.GrantedEntitlement {
			return v1alpha1.GrantedEntitlement{ID: e.ID, ParentID: e.AppID, Name: names[report.Labelled(e.AppID, e.ID)], Object: objects[report.Labelled(e.AppID, e.ID)]}
		})
	}
	p.Fleet.ProjectUsers(context.Background(), obj)
}

// projectNarrowed keeps what of this generation was written before the rest could be.
func (p *Writer[O, D]) projectNarrowed(out managed.Outcome) {
	remote := p.Status().Remote
	if remote == nil {
		return
	}
	if synced := meta.FindStatusCondition(p.Status().Conditions, v1alpha1.ConditionSynced); len(p.Narrowing.Problems) == 0 ||
		synced == nil || synced.ObservedGeneration != p.Obj.GetGeneration() {
		remote.Narrowed = nil
	}
	if !p.Narrowing.On || !out.Wrote || out.Err != nil {
		return
	}
	for _, path := range p.Sent {
		if !slices.Contains(remote.Narrowed, path) && len(remote.Narrowed) < 16 {
			remote.Narrowed = append(remote.Narrowed, path)
		}
	}
}

// forgetSettled drops what is shown by now, or was to be: after that a field differs like any other.
func (p *Writer[O, D]) forgetSettled() {
	if p.Narrowing.On {
		return
	}
	sent := p.SentLately()
	st := p.Status()
	st.Settling = slices.DeleteFunc(st.Settling, func(s v1alpha1.SettlingField) bool {
		waits := slices.ContainsFunc(p.Settling, func(w backend.Settling) bool { return w.Path == s.Path })
		return !waits && (!p.Changes.Has(s.Path) || p.Caps.SettledBy(s.Path, sent[s.Path]).Before(p.Fleet.Now()))
	})
	if len(st.Settling) == 0 {
		st.Settling = nil
	}
}

// project writes what is known of the remote into the status.
func (p *Writer[O, D]) project(out managed.Outcome) {
	// What was resolved and not carried out is asked anew for the next try: pins are what is in use.
	// Of what is taken out of a spec that waits they are kept, since it may come back by another spelling.
	if (out.Err == nil || out.Wrote) && len(p.Narrowing.Problems) == 0 && p.Resolver != nil && !p.Deleting() {
		p.Status().Resolved = p.Resolver.Resolved()
	}
	p.projectChanges(out)
	p.projectNarrowed(out)
	if !p.observedOwnRemote(out) {
		return
	}
	p.countRevision(out)
	if p.Deleting() {
		return
	}
	p.bind()
	p.projectRemoved()
	p.forgetSettled()
	p.projectDigest(out)
	p.projectReached(out)
}

// observedOwnRemote reports whether the observation is of this object's own remote.
func (p *Writer[O, D]) observedOwnRemote(out managed.Outcome) bool {
	if p.Seen.ID == "" {
		return false
	}
	if out.Wrote {
		return out.Plan != decision.RemovingDuplicate
	}
	return p.Facts.Found >= decision.FoundByID && p.Facts.Owner == decision.OwnerOurs && !p.Facts.ClaimConflict
}

// countRevision counts the passes in which the vendor accepted a change.
func (p *Writer[O, D]) countRevision(out managed.Outcome) {
	st := p.Status()
	if out.Wrote && out.Plan.Action != decision.Delete {
		p.Remote().LastWrittenAt = p.Moment()
		st.Revision++
	}
	if st.Revision == 0 && p.Facts.Found == decision.FoundByMark && !p.Facts.Bound {
		st.Revision = 1
	}
}

// bind writes down which remote it is. The attempt that led to it has ended.
func (p *Writer[O, D]) bind() {
	remote := p.Remote()
	if remote.ID != "" && remote.ID != p.Seen.ID {
		*remote = v1alpha1.RemoteStatus{LastWrittenAt: remote.LastWrittenAt}
	}
	remote.ID, remote.ParentID, remote.TenantID = p.Seen.ID, p.Seen.ParentID, p.Backend.TenantID
	if p.Seen.URL != "" {
		remote.URL = p.Seen.URL
	}
	remote.Phase = v1alpha1.RemotePhase(p.Seen.Phase)
	if remote.Phase == "" {
		remote.Phase = v1alpha1.RemotePhase(backend.PhaseLive)
	}
	if !p.Seen.CreatedAt.IsZero() {
		created := metav1.NewTime(p.Seen.CreatedAt.Truncate(time.Second))
		remote.CreatedAt = &created
	}
	if p.Facts.Found >= decision.FoundByID {
		p.Status().ClosedAttempt = max(p.Status().ClosedAttempt, p.attempt())
	}
}

// projectDigest keeps the digest of the row; version and time move with it only.
func (p *Writer[O, D]) projectDigest(out managed.Outcome) {
	remote := p.Remote()
	digest := backend.RowDigest(p.Desired, p.Seen, p.Caps)
	if remote.Digest != "" && remote.Digest != digest && !out.Wrote {
		remote.ChangedAt = p.Moment()
	}
	if remote.Digest != digest || out.Wrote || remote.Version == "" {
		remote.Digest, remote.Version = digest, p.Seen.Version
	}
}

// projectReached keeps what was converged last, and what that was computed from.
func (p *Writer[O, D]) projectReached(out managed.Outcome) {
	st := p.Status()
	if out.Wrote && p.Facts.SpecMoved && (p.Narrowing.On || p.Facts.FieldRemoved) {
		st.DesiredDigest = "" // A part of another spec is there: the one before, should it come back, is an edit.
	}
	if p.Narrowing.On {
		return
	}
	inSync := out.Err == nil && !out.DiffLeft && len(p.Changes) == 0 && !p.Facts.FieldRemoved
	if inSync || out.Plan.Action == decision.Adopt && p.Facts.Drift == decision.DriftReport {
		st.DesiredDigest = backend.DesiredDigest(p.Desired)
	}
	held := p.Facts.FieldRemoved && out.Err == nil && !out.DiffLeft && len(p.Changes) == 0
	if inSync || held || out.Plan == decision.Drifted {
		if digest, ok := p.InputsDigest(context.Background()); ok {
			st.InputsDigest = digest
		}
	}
}

func (p *Writer[O, D]) attempt() int64 {
	if p.Intent == nil {
		return 0
	}
	return p.Intent.Attempt
}

// projectChanges lists the fields that differ right now.
func (p *Writer[O, D]) projectChanges(out managed.Outcome) {
	if p.Facts.Found < decision.FoundByID && !out.Wrote || p.Deleting() {
		return
	}
	remote := p.Status().Remote
	if remote == nil && len(p.Changes) == 0 {
		return
	}
	p.Remote().Changes = firstPaths(append(p.Changes.Paths(), p.Removed.Waits...))
	p.projectDrift(out)
}

// projectDrift notes when somebody else's change was noticed, and of which fields.
func (p *Writer[O, D]) projectDrift(out managed.Outcome) {
	fields := p.Changes.Paths()
	switch {
	case out.Plan == decision.CorrectingDrift && out.Wrote && p.Why == backend.WriteDrift:
		fields = p.Sent
	case out.Plan != decision.Drifted:
		return
	}
	fields = firstPaths(fields)
	if last := p.Remote().LastDrift; last != nil && out.Plan == decision.Drifted && slices.Equal(last.Fields, fields) && !p.wasInSync() {
		return // It was noticed before.
	}
	p.Remote().LastDrift = &v1alpha1.DriftStatus{At: *p.Moment(), Fields: fields}
}

// wasInSync reports whether nothing differed by the status as it was read.
func (p *Writer[O, D]) wasInSync() bool {
	return meta.IsStatusConditionTrue(p.Stored.GetManagedStatus().Conditions, v1alpha1.ConditionSynced)
}

// firstPaths keeps as many paths as a status lists.
func firstPaths(paths []string) []string {
	const most = 16
	if len(paths) == 0 {
		return nil
	}
	return slices.Clone(paths[:min(len(paths), most)])
}
