package controller

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

func definition(uid types.UID, generation int64, going bool) *metav1.PartialObjectMetadata {
	m := emptyDefinition()
	m.Name, m.UID, m.Generation = "accessprofiles.governance-operator.io", uid, generation
	if going {
		m.DeletionTimestamp = &metav1.Time{Time: time.Unix(1, 0)}
	}
	return m
}

func TestADefinitionThatIsAnotherIsNoticed(t *testing.T) {
	for sentence, c := range map[string]struct {
		seen []*metav1.PartialObjectMetadata
		want bool
	}{
		"it stays":                  {seen: []*metav1.PartialObjectMetadata{definition("a", 1, false), definition("a", 1, false)}},
		"it is edited":              {seen: []*metav1.PartialObjectMetadata{definition("a", 1, false), definition("a", 2, false)}, want: true},
		"it goes":                   {seen: []*metav1.PartialObjectMetadata{definition("a", 1, false), definition("a", 2, true)}},
		"it goes and another comes": {seen: []*metav1.PartialObjectMetadata{definition("a", 1, false), definition("a", 2, true), definition("b", 1, false)}, want: true},
		"it went at the start":      {seen: []*metav1.PartialObjectMetadata{definition("a", 2, true), definition("a", 2, true)}},
		"it went at the start, and another comes": {seen: []*metav1.PartialObjectMetadata{definition("a", 2, true), definition("b", 1, false)}, want: true},
		"and one with the same generation":        {seen: []*metav1.PartialObjectMetadata{definition("a", 2, true), definition("b", 2, false)}, want: true},
	} {
		t.Run(sentence, func(t *testing.T) {
			d, got := newDefinitions(nil), false
			for _, m := range c.seen {
				got = d.changed(m)
			}
			if got != c.want {
				t.Errorf("changed: %t", got)
			}
		})
	}
}

func TestReplicasDoNotAllEndAtOnceWhenADefinitionChanges(t *testing.T) {
	const never = -1
	for sentence, c := range map[string]struct {
		elected, spread, want time.Duration
	}{
		"the leader, or the only one":       {elected: 0, spread: 3 * time.Second, want: 2 * time.Second},
		"one that waits":                    {elected: never, spread: 0, want: 7 * time.Second},
		"another one that waits":            {elected: never, spread: 3 * time.Second, want: 10 * time.Second},
		"one that becomes the leader":       {elected: 4 * time.Second, spread: 3 * time.Second, want: 6 * time.Second},
		"one that became it as it was over": {elected: 9 * time.Second, spread: 0, want: 7 * time.Second},
	} {
		t.Run(sentence, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				d, elected, done := newDefinitions(nil), make(chan struct{}), make(chan error, 1)
				d.spread = c.spread
				if c.elected == 0 {
					close(elected)
				}
				go func() { done <- d.untilChanged(ctx, elected) }()
				synctest.Wait()
				begun := time.Now()
				d.changes <- "one"
				if c.elected > 0 {
					time.AfterFunc(c.elected, func() { close(elected) })
				}
				if err := <-done; err == nil || time.Since(begun) != c.want {
					t.Errorf("%v after %s, want %s", err, time.Since(begun), c.want)
				}
			})
		})
	}
	seen := map[time.Duration]bool{}
	for range 20 {
		spread := newDefinitions(nil).spread
		if seen[spread] = true; spread < 0 || spread >= waitSpread {
			t.Errorf("spread %s", spread)
		}
	}
	if len(seen) < 2 {
		t.Error("all wait equally long")
	}
}

func TestAStartWithoutDefinitionsSaysSo(t *testing.T) {
	mapper := meta.NewDefaultRESTMapper(nil)
	for _, step := range []struct {
		add         string
		clusterKind bool
		want        string
	}{
		{add: v1alpha1.KindAccessReview, clusterKind: true, want: "AppEntitlement, AccessProfile, GovernanceBackend, ClusterGovernanceBackend"},
		{add: v1alpha1.KindAppEntitlement, want: "AccessProfile, GovernanceBackend"},
		{add: v1alpha1.KindAccessProfile, want: "GovernanceBackend"},
		{add: v1alpha1.KindGovernanceBackend},
		{add: v1alpha1.KindClusterGovernanceBackend, clusterKind: true},
	} {
		mapper.Add(v1alpha1.GroupVersion.WithKind(step.add), meta.RESTScopeNamespace)
		got := ""
		if err := installed(mapper, step.clusterKind); err != nil {
			got = err.Error()
		}
		want := step.want
		if want != "" {
			want = "the CRDs of governance-operator.io are not installed, or are being deleted: the API server does not know " + want
		}
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
