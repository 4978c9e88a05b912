package engine

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
)

// doubtsUnsaid is how often in a row a vendor may fail in one way, which may be a mistake of the spec, before that is said.
const doubtsUnsaid = 3

// doubt is what a process remembers of failures that may be mistakes of the spec.
type doubt struct {
	text    string // what the vendor failed with; empty where another process saw it
	times   int
	message string // what was said of it
	until   time.Time
}

func (d *doubt) said() bool { return d.times >= doubtsUnsaid }

// takeDoubt goes on where another process left off: what it said of this spec stands in the status.
func (p *pass[O, D]) takeDoubt() {
	c := meta.FindStatusCondition(p.status().Conditions, v1alpha1.ConditionSynced)
	if p.memory.doubt.times == 0 && c != nil && c.Reason == v1alpha1.ReasonRefusedPerhaps &&
		c.ObservedGeneration == p.obj.GetGeneration() && p.requested() == p.status().LastHandledReconcileAt {
		p.memory.doubt = doubt{times: doubtsUnsaid, message: backend.WithoutReference(c.Message)}
	}
}

// tooSoon reports whether a write that may fail for a mistake of the spec must not be sent again yet.
func (p *pass[O, D]) tooSoon() bool {
	return !p.deleting() && p.memory.doubt.said() && p.r.Now().Before(p.memory.doubt.until)
}

// doubted marks the outcome of a pass over a spec with which the vendor failed three times in a row. What lies between two
// tries, a look for what a create may have made above all, says so too.
func (p *pass[O, D]) doubted(out outcome) outcome {
	d := &p.memory.doubt
	switch {
	case p.deleting():
	case out.err != nil && backend.IsDoubtful(out.err):
		text := out.err.Error()
		if d.text != "" && d.text != text {
			*d = doubt{}
		}
		d.text, d.times = text, d.times+1
		if out.doubted = d.said(); out.doubted {
			d.message = text + "; the vendor says so of its own failures and of mistakes in what it is sent: fix the spec if it is one; it is tried again ever less often, at most hourly"
			d.until = p.r.Now().Add(jitter(backoff(time.Minute, time.Hour, d.times-doubtsUnsaid+1)))
		}
	case out.err != nil || len(out.problems) > 0:
	case out.wrote || out.plan.Action == decision.Settle:
		*d = doubt{}
	default:
		out.doubted = d.said() && (out.plan == decision.RefusedPerhaps || out.plan == decision.OutcomePending)
	}
	return out
}
