package importing_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/plan"
	"github.com/governance-operator/governance-operator/internal/sandbox/sandboxes"
)

// TestWhatIsImportedIsAdoptedAndChangesNothing: the files are valid, and the plan over them takes each remote over and writes no field.
func TestWhatIsImportedIsAdoptedAndChangesNothing(t *testing.T) {
	for _, of := range sandboxes.All() {
		t.Run(of.Vendor, func(t *testing.T) {
			p := begin(t, of)
			report := p.must()
			t.Logf("%+v, %d unresolved", report.Counts, len(report.Unresolved))
			p.adopts(len(report.Exported))
		})
	}
}

// adopts plans the files, and expects that each object is taken over as it is.
func (p *place) adopts(n int) {
	p.t.Helper()
	objects := p.read()
	if len(objects) != n {
		p.t.Errorf("%d objects are exported, and the files have %d", n, len(objects))
	}
	made := p.plan(objects)
	for _, c := range made.Changes {
		markless := c.Action == plan.Nothing && len(c.Unknown) == 1 && c.Unknown[0].Path == backend.PathMark
		if c.Action != plan.Adopt && !markless || len(c.Fields) > 0 {
			p.t.Errorf("%s: %s %s %s, fields %v, unknown %v", c.Object(), c.Action, c.Reason, c.Message, c.Fields, c.Unknown)
		}
	}
}

func TestASecondImportWritesTheSame(t *testing.T) {
	for _, of := range sandboxes.All() {
		t.Run(of.Vendor, func(t *testing.T) {
			p := begin(t, of)
			p.must()
			before := p.everything()
			if report := p.must(); len(report.Left) > 0 {
				t.Errorf("left: %v", report.Left)
			}
			if diff := cmp.Diff(before, p.everything()); diff != "" {
				t.Errorf("(-first +second):\n%s", diff)
			}
		})
	}
}
