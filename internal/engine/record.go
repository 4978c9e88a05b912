package engine

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/log"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
)

// record counts and logs what a pass did, once it is written down. A pass that did nothing says nothing.
func (p *pass[O, D]) record(ctx context.Context, out outcome, err error) {
	p.recordSpan(ctx, out)
	if p.acted || out.plan.Action == decision.Release && out.err == nil && err == nil {
		p.recordAction(ctx, out)
	}
	if err == nil && out.plan.Action != decision.Release {
		p.recordDrift(out)
		p.recordReady()
	}
}

// recordAction is one line, and one count.
func (p *pass[O, D]) recordAction(ctx context.Context, out outcome) {
	vendor, attempt, remote := "", int64(0), p.boundID()
	if p.backend != nil {
		vendor = p.backend.Vendor
	}
	if p.intent != nil {
		attempt = p.intent.Attempt
	}
	if remote == "" {
		remote = p.seen.ID
	}
	result := backend.ResultOf(out.err)
	actions.WithLabelValues(p.r.Kind.Name, vendor, out.plan.Action.String(), out.plan.Reason, result).Inc()
	values := []any{"kind", p.r.Kind.Name, "object", ownerOf(p.obj), "generation", p.obj.GetGeneration(), "backend", BackendKey(p.obj),
		"action", out.plan.Action.String(), "reason", out.plan.Reason, "remoteID", remote, "attempt", attempt,
		"seconds", p.r.Now().Sub(p.began).Seconds(), "result", result}
	if out.err != nil {
		values = append(values, "error", shorten(out.err.Error()))
		if answer := backend.ReferenceOf(out.err); answer != "" {
			values = append(values, "answer", answer)
		}
	}
	log.FromContext(ctx).Info("acted", values...)
}

// drifting is what the process remembers of an object that drifted.
type drifting int

const (
	driftNone drifting = iota
	driftSeen
	driftWritten // and something was sent against it
)

// recordDrift counts drift once when it is seen, and once when it is gone by our doing.
func (p *pass[O, D]) recordDrift(out outcome) {
	m := p.memory
	if out.plan.Drift {
		if m.drift == driftNone {
			m.drift = driftSeen
			driftFound.WithLabelValues(p.r.Kind.Name, BackendKey(p.obj)).Inc()
		}
		if out.wrote {
			m.drift = driftWritten
		}
	}
	inSync := out.err == nil && (out.plan.Action == decision.Settle || out.wrote && !out.diffLeft)
	if !inSync {
		return
	}
	if m.drift == driftWritten {
		driftCorrected.WithLabelValues(p.r.Kind.Name, BackendKey(p.obj)).Inc()
	}
	m.drift = driftNone
}

// recordReady measures the time until an object is Ready for a generation, once for each.
func (p *pass[O, D]) recordReady() {
	if !p.readyNow(p.status()) || p.memory.readyFor == p.obj.GetGeneration() {
		return
	}
	p.memory.readyFor = p.obj.GetGeneration()
	asked := p.askedAt()
	if asked.IsZero() || p.backend == nil {
		return
	}
	timeToReady.WithLabelValues(p.r.Kind.Name, p.backend.Vendor).Observe(max(p.r.Now().Sub(asked), 0).Seconds())
}

// readyNow reports whether a status says Ready for the generation of this pass.
func (p *pass[O, D]) readyNow(st *v1alpha1.ManagedStatus) bool {
	c := meta.FindStatusCondition(st.Conditions, v1alpha1.ConditionReady)
	return c != nil && c.Status == metav1.ConditionTrue && c.ObservedGeneration == p.obj.GetGeneration()
}

// askedAt is when this generation of the spec came, to the second; zero if nothing tells.
func (p *pass[O, D]) askedAt() time.Time {
	if entry := SpecManager(p.stored.GetManagedFields()); entry != nil && entry.Time != nil {
		return entry.Time.Time
	}
	if p.obj.GetGeneration() == 1 {
		return p.obj.GetCreationTimestamp().Time
	}
	return time.Time{}
}
