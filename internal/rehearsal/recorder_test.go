package rehearsal_test

import (
	"context"
	"errors"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/rehearsal"
)

type profile = backend.AccessProfile

// asked is the context of a write of an object.
func asked(ctx context.Context, name, action string) context.Context {
	return backend.WithAsker(ctx, backend.Asker{Kind: "AccessProfile", Namespace: "team-a", Name: name, Reason: backend.WriteEdit,
		Proposal: &backend.Proposal{Kind: "AccessProfile", Namespace: "team-a", Name: name, Action: action}})
}

func called(name string) profile { return profile{DisplayName: &name} }

// place is a tenant in memory with a profile, and a recorder over it.
func place(t *testing.T) (*backendtest.Memory[profile], *rehearsal.Recorder[profile], backend.Observation[profile]) {
	t.Helper()
	memory := backendtest.NewTenant().Profiles
	there, err := memory.Create(t.Context(), backend.Ref{Mark: backend.Mark{Token: "tokentokentoken1", Owner: "team-a/there", Cluster: "here"}}, called("There"))
	if err != nil {
		t.Fatal(err)
	}
	return memory, &rehearsal.Recorder[profile]{Driver: memory}, there
}

func names(t *testing.T, d backend.Driver[profile]) map[string]string {
	t.Helper()
	out := map[string]string{}
	for obs, err := range d.ObserveMany(t.Context(), []backend.Ref{{Mark: backend.Mark{Owner: "*"}, Every: true}}) {
		if err != nil {
			t.Fatal(err)
		}
		if obs.Exists {
			out[obs.ID] = backend.Value(obs.Actual.DisplayName)
		}
	}
	return out
}

func TestWhatIsRecordedShowsAndIsNotThere(t *testing.T) {
	memory, r, there := place(t)
	ctx := t.Context()
	ref := backend.Ref{Mark: backend.Mark{Token: "tokentokentoken2", Owner: "team-a/new", Cluster: "here"}}
	made, err := r.Create(asked(ctx, "new", "Create"), ref, called("New"))
	if err != nil {
		t.Fatal(err)
	}
	changed, err := r.Update(asked(ctx, "there", "Update"), there, called("Changed"), backend.Changes{{Path: "displayName"}})
	if err != nil {
		t.Fatal(err)
	}
	for what, ref := range map[string]backend.Ref{"by its id": {ID: made.ID}, "by its token": {Mark: ref.Mark}, "by its key": {Key: called("New").Key()}} {
		if obs, err := r.Observe(ctx, ref); err != nil || obs.ID != made.ID {
			t.Errorf("what is made is not found %s: %+v, %v", what, obs, err)
		}
	}
	if obs, err := r.Observe(ctx, backend.Ref{ID: there.ID}); err != nil || backend.Value(obs.Actual.DisplayName) != "Changed" {
		t.Errorf("what is changed shows as %q, %v", backend.Value(obs.Actual.DisplayName), err)
	}
	if got := names(t, r); got[made.ID] != "New" || got[changed.ID] != "Changed" || len(got) != 2 {
		t.Errorf("the list shows %v", got)
	}
	if err := r.Delete(asked(ctx, "there", "Delete"), there); err != nil {
		t.Fatal(err)
	}
	if obs, err := r.Observe(ctx, backend.Ref{ID: there.ID}); err != nil || obs.Exists {
		t.Errorf("what is deleted is there: %v", err)
	}
	if got := names(t, memory); len(got) != 1 || got[there.ID] != "There" {
		t.Errorf("the vendor has %v", got)
	}
	var actions []string
	for _, op := range r.Ops() {
		actions = append(actions, op.Action+" "+op.Name)
	}
	if len(actions) != 3 || actions[0] != "Create new" || actions[1] != "Update there" || actions[2] != "Delete there" || len(r.Ops()) != 0 {
		t.Errorf("recorded: %v", actions)
	}
}

func TestWhatIsForgottenWasNeverPlanned(t *testing.T) {
	_, r, there := place(t)
	ctx := t.Context()
	for name, action := range map[string]string{"there": "Update", "other": "Create"} {
		var err error
		if action == "Create" {
			_, err = r.Create(asked(ctx, name, action), backend.Ref{}, called("Other"))
		} else {
			_, err = r.Update(asked(ctx, name, action), there, called("Changed"), backend.Changes{{Path: "displayName"}})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	r.Forget("team-a", "there")
	if got := names(t, r); got[there.ID] != "There" || len(got) != 2 {
		t.Errorf("the list shows %v", got)
	}
}

func TestADoubtIsNoWrite(t *testing.T) {
	_, r, there := place(t)
	r.Doubts = func(_ backend.Observation[profile], _ profile, path string) string {
		if path == "description" {
			return "nobody knows"
		}
		return ""
	}
	text := "Some"
	desired := called("Changed")
	desired.Description = &text
	for _, c := range []struct {
		changes backend.Changes
		action  string
	}{
		{backend.Changes{{Path: "displayName"}, {Path: "description"}}, "Update"},
		{backend.Changes{{Path: "description"}}, ""},
	} {
		ctx := asked(t.Context(), "there", "Update")
		backend.AskerOf(ctx).Proposal.Fields = backend.Proposed(desired, there.Actual, c.changes, r.Capabilities(), nil)
		if _, err := r.Update(ctx, there, desired, c.changes); err != nil {
			t.Fatal(err)
		}
		op := r.Ops()[0]
		if op.Action != c.action || op.Unknown["description"] != "nobody knows" || len(op.Fields) != len(c.changes)-1 {
			t.Errorf("%v: %q, unknown %v, fields %v", c.changes.Paths(), op.Action, op.Unknown, op.Fields)
		}
	}
}

func TestNothingLeavesAReadOnlyContext(t *testing.T) {
	ctx := backend.WithFence(rehearsal.ReadOnly(t.Context()), func() error { return nil })
	if err := backend.CheckFence(ctx); !errors.Is(err, rehearsal.ErrReadOnly) {
		t.Errorf("an inner fence lets it through: %v", err)
	}
}
