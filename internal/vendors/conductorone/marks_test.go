package conductorone_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

// hidden lets a tenant take annotations and show none.
func hidden[D backend.Model](open func(*testing.T) vendortest.Kept[D]) func(*testing.T) vendortest.Kept[D] {
	return func(t *testing.T) vendortest.Kept[D] {
		k := open(t)
		k.Feature(fake.FeatureNoAnnotations)
		return k
	}
}

// known is a tenant where a marked remote was seen, and is gone again.
func known[D backend.Model](open func(*testing.T) vendortest.Kept[D], parent string, desired D) func(*testing.T) vendortest.Kept[D] {
	return func(t *testing.T) vendortest.Kept[D] {
		k := open(t)
		m := backend.Mark{Token: "THEFIRSTONETOKEN", Owner: "team-b/first", Cluster: mark.Cluster}
		obs, err := k.Create(t.Context(), backend.Ref{ParentID: parent, Mark: m}, desired)
		if err != nil {
			t.Fatal(err)
		}
		k.Configure(func(s *sandbox.Settings) { s.SoftDelete = false })
		if err := k.Delete(t.Context(), obs); err != nil {
			t.Fatal(err)
		}
		k.Configure(func(s *sandbox.Settings) { s.SoftDelete = true })
		k.ResetCalls()
		return k
	}
}

func withoutAnnotations(e backend.AppEntitlement) backend.AppEntitlement {
	c := *entitlementBlock(e)
	c.Annotations = nil
	e.Block = &c
	return e
}

func TestTheLawsHoldWhereAnnotationsAreNotShown(t *testing.T) {
	t.Run("entitlements", func(t *testing.T) {
		desired := withoutAnnotations(fullEntitlement())
		variations := map[string]func(*backend.AppEntitlement){}
		for sentence, vary := range entitlementVariations() {
			if !strings.Contains(sentence, "annotation") {
				variations[sentence] = vary
			}
		}
		backendtest.Run(t, backendtest.Suite[backend.AppEntitlement]{
			Open: vendortest.OverHTTP(vendortest.Place{ParentID: github}, known(hidden(entitlements), github, entitlementNamed("First"))), UnknownID: noSuchID, Desired: desired,
			Variations: vendortest.Varied(desired, variations),
		})
	})
	t.Run("profiles", func(t *testing.T) {
		desired := fullProfile()
		c := *profileBlock(desired)
		c.Annotations = nil
		desired.Block = &c
		variations := map[string]func(*backend.AccessProfile){}
		for sentence, vary := range profileVariations() {
			if !strings.Contains(sentence, "annotation") {
				variations[sentence] = vary
			}
		}
		backendtest.Run(t, backendtest.Suite[backend.AccessProfile]{
			Open: vendortest.OverHTTP(vendortest.Place{}, known(hidden(profiles), "", backend.AccessProfile{DisplayName: backend.To("First")})), UnknownID: noSuchID, Desired: desired,
			Variations: vendortest.Varied(desired, variations),
		})
	})
}

func TestWhereTheMarkIsKeptIsFoundOut(t *testing.T) {
	named := func(name string) backend.AppEntitlement {
		e := entitlementNamed(name)
		e.Description = backend.To("Who may pay")
		return e
	}
	stored := func(k vendortest.Kept[backend.AppEntitlement], id string) string {
		for _, e := range k.Dump().(fake.Dump).Entitlements {
			if e.Object["id"] == id {
				text, _ := e.Object["description"].(string)
				return text
			}
		}
		t.Fatalf("no entitlement %s", id)
		return ""
	}
	t.Run("by the read after the first create, where annotations are shown", func(t *testing.T) {
		k := entitlements(t)
		if !k.Capabilities().MarkUnsure {
			t.Error("it is known before anything was seen")
		}
		obs := k.Created(github, named("One"))
		if k.Capabilities().MarkUnsure || obs.MarkInProse || stored(k, obs.ID) != "Who may pay" {
			t.Errorf("unsure %t, in prose %t, %q", k.Capabilities().MarkUnsure, obs.MarkInProse, stored(k, obs.ID))
		}
		before := k.Counts().Reads
		k.Created(github, named("Two"))
		if got := k.Counts().Reads - before; got > 1 { // Created looks once itself.
			t.Errorf("%d reads for another one", got)
		}
	})
	t.Run("by the read after the first create, where they are not", func(t *testing.T) {
		k := hidden(entitlements)(t)
		obs := k.Created(github, named("One"))
		if k.Capabilities().MarkUnsure || !obs.MarkInProse || obs.Mark != mark || backend.Value(obs.Actual.Description) != "Who may pay" || stored(k, obs.ID) != mark.Stamp("Who may pay") {
			t.Errorf("%+v holds %q", obs, stored(k, obs.ID))
		}
		found, err := k.Observe(t.Context(), backend.Ref{ParentID: github, Mark: mark})
		if err != nil || found.ID != obs.ID {
			t.Errorf("by its mark %q is found: %v", found.ID, err)
		}
		k.Converge(obs, named("Renamed"))
	})
	t.Run("by what is there", func(t *testing.T) {
		k := hidden(entitlements)(t)
		obs := k.Created(github, named("One"))
		again := vendortest.Keep(k.Fixture, open(k.Fixture, backend.Credentials{Token: backend.Secret(k.Server.Credentials().StaticToken)}).AppEntitlements())
		if !again.Capabilities().MarkUnsure {
			t.Error("another process knows it before it looks")
		}
		again.Many(backend.Ref{ParentID: github, Mark: backend.Mark{Owner: mark.Owner}})
		if again.Capabilities().MarkUnsure {
			t.Errorf("it does not tell by %s", obs.ID)
		}
	})
	t.Run("one at a time, until it is known", func(t *testing.T) {
		k := hidden(entitlements)(t)
		k.Fault(sandbox.Fault{Method: "POST", PathPattern: "/entitlements$", Kind: sandbox.FaultHold, Count: 1})
		var done sync.WaitGroup
		for _, name := range []string{"One", "Two", "Three"} {
			done.Go(func() {
				m := backend.Mark{Token: "TOKENTOKENTOKE" + name[:2], Owner: "ns/" + name, Cluster: mark.Cluster}
				obs, err := k.Create(t.Context(), backend.Ref{ParentID: github, Mark: m}, named(name))
				if err != nil || obs.Mark != m {
					t.Errorf("%s: %+v, %v", name, obs.Mark, err)
				}
			})
		}
		for deadline := time.Now().Add(10 * time.Second); k.Held() == 0 && time.Now().Before(deadline); {
			time.Sleep(time.Millisecond)
		}
		if got := len(k.Sent(sandbox.ClassWrite)); got != 1 {
			t.Errorf("%d writes while the first create is under way", got)
		}
		k.Release()
		done.Wait()
		lines := 0
		for _, e := range k.Dump().(fake.Dump).Entitlements {
			if text, _ := e.Object["description"].(string); strings.Contains(text, "managed by governance-operator") {
				lines++
			}
		}
		if lines != 3 {
			t.Errorf("%d of three bear their mark", lines)
		}
	})
}
