package controller

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/engine/fleet"
)

// TestTheLastSweepIsTold, and what the status has of one before the start stays until the next.
func TestTheLastSweepIsTold(t *testing.T) {
	number := func(n int32) *int32 { return &n }
	before := metav1.NewTime(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))
	now := metav1.NewTime(before.Add(time.Hour))
	old := v1alpha1.KindCount{Kind: "AccessProfile", Managed: 7, LastSweepAt: &before, Unmarked: number(3), UnmarkedIn: number(2)}
	for sentence, c := range map[string]struct {
		swept *fleet.Swept
		want  v1alpha1.KindCount
	}{
		"nothing was swept since the start": {nil, old},
		"lists showed what nobody marked": {&fleet.Swept{Unmarked: 5, Places: 1},
			v1alpha1.KindCount{Kind: "AccessProfile", Managed: 7, LastSweepAt: &now, Unmarked: number(5), UnmarkedIn: number(1)}},
		"all of it is marked": {&fleet.Swept{Places: 4},
			v1alpha1.KindCount{Kind: "AccessProfile", Managed: 7, LastSweepAt: &now, Unmarked: number(0), UnmarkedIn: number(4)}},
		"no list showed it": {&fleet.Swept{}, v1alpha1.KindCount{Kind: "AccessProfile", Managed: 7, LastSweepAt: &now}},
	} {
		t.Run(sentence, func(t *testing.T) {
			log := &SweepLog{}
			log.Done("another", "AccessProfile", fleet.Swept{Unmarked: 9, Places: 9}, now.Time)
			if c.swept != nil {
				log.Done("key", "AccessProfile", *c.swept, now.Time)
			}
			got := old
			log.Tell("key", &got)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			log.Forget("key")
			again := old
			log.Tell("key", &again)
			if diff := cmp.Diff(old, again); diff != "" {
				t.Errorf("once it is forgotten (-want +got):\n%s", diff)
			}
		})
	}
}
