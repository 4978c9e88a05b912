package decision

import "testing"

// What a pass can show is the ending of some pass, and whoever reads it learns who brings the object back.
func TestEveryEndingSaysWhatEndedItAndWhoBringsTheObjectBack(t *testing.T) {
	ended := map[string]bool{}
	for _, e := range Endings() {
		ended[e.Rule] = true
		if e.Rule == "" {
			t.Errorf("%v has no words", e.Outcome)
		}
		if e.Effects.Leave {
			continue
		}
		if e.Reason() == "" {
			t.Errorf("%q shows no reason", e.Rule)
		}
		if e.Effects.Requeue.Words("10m") == "" && len(e.Effects.Wake.Words()) == 0 {
			t.Errorf("%q: nobody brings it back", e.Rule)
		}
	}
	for _, q := range questions {
		for _, r := range q.rules {
			if !ended[r.name] && r.plan.Action != Observe {
				t.Errorf("%q ends no pass", r.name)
			}
		}
	}
}

func TestEveryWakerAndEveryTimeHasWords(t *testing.T) {
	for r := range RequeueCount {
		if (r.Words("10m") == "") != (r == Never) {
			t.Errorf("rule %d: %q", r, r.Words("10m"))
		}
	}
	for _, w := range Wakers() {
		if words := w.Words(); len(words) != 1 || words[0] == "" {
			t.Errorf("waker %d: %q", w, words)
		}
	}
}

func TestOnlyRulesThatFitWhatIsKnownArePossible(t *testing.T) {
	all := Possible(Known{})
	for _, q := range questions {
		for _, r := range q.rules {
			if !all[r.name] {
				t.Errorf("%q is not possible though nothing is known", r.name)
			}
		}
	}
	for sentence, c := range map[string]struct {
		known     Known
		can, cant string
	}{
		"one that was never bound": {Known{Bound: new(false)}, "it never was", "it was there before"},
		"a living one":             {Known{Deleting: new(false)}, "all is as specified", "it is to be deleted"},
		"drift that is left":       {Known{Drift: new(DriftReport)}, "somebody else's change that is left", "somebody else changed it"},
		"another id":               {Known{RemoteID: new(RemoteIDNone)}, "another object goes before this one", "spec.remoteID names another remote than the bound one"},
		"work at the vendor":       {Known{Phase: new(PhaseLive)}, "all is as specified", "the vendor works on it"},
		"a policy of creation":     {Known{Creation: new(CreationCreate), RemoteID: new(RemoteIDNone)}, "it never was", "there is nothing to adopt yet"},
		"a policy of deletion":     {Known{Deletion: new(DeletionDelete), Deleting: new(true)}, "it is to be deleted", "it is to be retired"},
	} {
		t.Run(sentence, func(t *testing.T) {
			if got := Possible(c.known); !got[c.can] || got[c.cant] {
				t.Errorf("%q: %t, %q: %t", c.can, got[c.can], c.cant, got[c.cant])
			}
		})
	}
}
