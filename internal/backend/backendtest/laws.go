package backendtest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
)

func capabilitiesNameFields[D backend.Model](t *testing.T, b *bench[D]) {
	known := backend.Paths(backend.Empty[D](b.caps))
	for table, texts := range map[string]map[string]string{"Warnings": b.caps.Warnings, "Unsupported": b.caps.Unsupported} {
		for path := range texts {
			if !slices.ContainsFunc(known, func(k string) bool { return backend.Covers([]string{path}, k) || backend.Covers([]string{k}, path) }) {
				t.Errorf("%s names %q, which no field is, has or stands below", table, path)
			}
		}
	}
	for table, paths := range map[string][]string{
		"Values":   slices.Collect(maps.Keys(b.caps.Values)),
		"Required": b.caps.Required, "CreateOnly": b.caps.CreateOnly, "WriteOnly": b.caps.WriteOnly, "DetailFields": b.caps.DetailFields,
		"MaxLength": slices.Collect(maps.Keys(b.caps.MaxLength)), "MaxItems": slices.Collect(maps.Keys(b.caps.MaxItems)),
		"NotEmpty": b.caps.NotEmpty, "Carried": slices.Collect(maps.Keys(b.caps.Carried)),
		"Narrows": slices.Collect(maps.Keys(b.caps.Narrows)), "Removed": slices.Collect(maps.Keys(b.caps.Removed)),
		"Usual": slices.Collect(maps.Keys(b.caps.Usual)),
	} {
		for _, path := range paths {
			if !slices.ContainsFunc(known, func(k string) bool { return backend.Covers([]string{path}, k) }) {
				t.Errorf("%s names %q, which no field is or stands below", table, path)
			}
		}
	}
}

func capabilitiesRefuse[D backend.Model](t *testing.T, b *bench[D]) {
	refused := func(what, path string, model D, want bool) {
		t.Helper()
		got := slices.ContainsFunc(b.caps.Check(model), func(p backend.Problem) bool { return p.Path == path })
		if got != want {
			t.Errorf("%s: %s refused %t, want %t", what, path, got, want)
		}
	}
	for _, path := range backend.Paths(backend.Empty[D](b.caps)) {
		model := backend.Empty[D](b.caps)
		if err := Set(&model, path); err != nil {
			t.Fatal(err)
		}
		if backend.Covers(slices.Collect(maps.Keys(b.caps.Unsupported)), path) {
			refused("an unsupported field", path, model, true)
			continue
		}
		if limit, ok := b.caps.MaxItems[path]; ok {
			refused("a list that just fits", path, lengthened(t, model, path, limit), false)
			refused("a list that is too long", path, lengthened(t, model, path, limit+1), true)
		}
		if slices.Contains(b.caps.NotEmpty, path) {
			refused("an empty list", path, lengthened(t, model, path, 0), true)
		}
		allowed, limited := b.caps.Values[path]
		if !limited {
			if _, bounded := b.caps.MaxLength[path]; !bounded {
				refused("a field that is supported", path, model, false)
			}
		}
		if limited && SetText(&model, path, "a word that nobody knows") {
			refused("an unknown word", path, model, true)
			for _, word := range allowed {
				SetText(&model, path, word)
				refused(word, path, model, false)
			}
		}
		if limit, ok := b.caps.MaxLength[path]; ok && SetText(&model, path, strings.Repeat("é", limit)) {
			refused("a text that just fits", path, model, false)
			SetText(&model, path, strings.Repeat("é", limit+1))
			refused("a text that is too long", path, model, true)
		}
	}
}

func sampleIsPossible[D backend.Model](t *testing.T, b *bench[D]) {
	for name, model := range b.samples() {
		if problems := b.caps.Check(model); len(problems) > 0 {
			t.Errorf("%s: %v", name, problems)
		}
	}
	if missing := b.caps.Missing(b.Desired); b.caps.Create && len(missing) > 0 {
		t.Errorf("the sample lacks %v", missing)
	}
	if b.caps.Update && len(b.Variations) == 0 {
		t.Error("the driver can update, and the suite has no variations")
	}
}

func (b *bench[D]) samples() map[string]D {
	all := maps.Clone(b.Variations)
	if all == nil {
		all = map[string]D{}
	}
	all["the sample"] = b.Desired
	return all
}

func absentIsNoError[D backend.Model](t *testing.T, b *bench[D]) {
	refs := map[string]backend.Ref{"by id": {ID: b.UnknownID, ParentID: b.ParentID, DetailFields: b.details()}}
	if b.caps.MarkProven {
		refs["by mark"] = backend.Ref{ParentID: b.ParentID, Mark: b.mark("nobody"), Key: b.Desired.Key()}
	}
	if key := b.Desired.Key(); !key.IsZero() && !b.caps.RunOnce {
		refs["by key"] = backend.Ref{ParentID: b.ParentID, Key: key}
	}
	for how, ref := range refs {
		if obs := b.observe(t, ref); obs.Exists && obs.ID != b.Existing {
			t.Errorf("%s: found %q in a tenant that has nothing but %q", how, obs.ID, b.Existing)
		}
	}
	rows, err := b.row(t.Context(), t, refs["by id"])
	if err != nil {
		t.Fatalf("ObserveMany: %v", err)
	}
	if len(rows) != 1 || rows[0].Exists || rows[0].ID != b.UnknownID {
		t.Errorf("ObserveMany answered %+v, want one absent observation with the id that was asked for", rows)
	}
}

// lostMarkIsTold: before a run-once kind is created again, a remote of its name that was made since, and bears no
// mark, has to be seen.
func lostMarkIsTold[D backend.Model](t *testing.T, b *bench[D]) {
	if !b.caps.RunOnce || !b.caps.MarkProven || b.caps.Launches {
		return
	}
	desired := b.least("told")
	create := func(mark backend.Mark) backend.Observation[D] {
		obs, err := b.Driver.Create(t.Context(), backend.Ref{ParentID: b.ParentID, Key: desired.Key(), Mark: mark}, desired)
		if err != nil {
			t.Fatal(err)
		}
		b.settle()
		return obs
	}
	told := func(since time.Time) string {
		obs := b.observe(t, backend.Ref{ParentID: b.ParentID, Key: desired.Key(), Mark: b.mark("lost"), Since: since})
		if obs.Exists {
			t.Errorf("found %q, which does not bear the mark", obs.ID)
		}
		return obs.NameHolder
	}
	marked := create(b.mark("marked"))
	if got := told(marked.Date.Add(-time.Minute)); got != "" {
		t.Errorf("%q bears another's mark, and is told to have lost ours", got)
	}
	var bare backend.Observation[D]
	if b.Strip == nil {
		bare = create(backend.Mark{})
	} else {
		bare = create(b.mark("bare"))
		b.Strip(bare.ID)
	}
	if got := told(bare.Date.Add(-time.Minute)); got != bare.ID {
		t.Errorf("told is %q, and %q bears no mark", got, bare.ID)
	}
	if got := told(bare.Date.Add(time.Hour)); got != "" {
		t.Errorf("%q was made before the create, and is told to be what it made", got)
	}
	if got := told(time.Time{}); got != "" {
		t.Errorf("nothing was created, and %q is told to be it", got)
	}
}

func createdNeedsNoChange[D backend.Model](t *testing.T, b *bench[D]) {
	obs, mem := b.made(t, "created", b.Desired)
	for _, look := range []string{"the first look", "the second look"} {
		again := b.observe(t, b.byID(obs))
		wantPaths(t, look+" sees changes", b.changes(again, b.Desired, mem).Paths(), nil)
		if !again.Exists || again.ID != obs.ID || again.ParentID != b.ParentID {
			t.Errorf("%s: %q in %q, want %q in %q", look, again.ID, again.ParentID, obs.ID, b.ParentID)
		}
	}
}

func markIsFound[D backend.Model](t *testing.T, b *bench[D]) {
	if !b.caps.Create || !b.caps.MarkProven {
		t.Skip("this driver cannot create, or does not prove its marks")
	}
	if b.LoseResponse == nil {
		t.Fatal("the driver creates and proves its marks; its fixture must be able to lose a response")
	}
	ref := backend.Ref{ParentID: b.ParentID, Key: b.Desired.Key(), Mark: b.mark("lost")}
	b.LoseResponse()
	obs, err := b.Driver.Create(t.Context(), ref, b.Desired)
	wantClass(t, "Create whose answer is lost", err, backend.OutcomeUnknown)
	if obs.ID != "" {
		t.Errorf("Create whose answer is lost told the id %q", obs.ID)
	}
	b.settle()
	ref.DetailFields = b.details()
	found := b.observe(t, ref)
	if !found.Exists || found.Mark != ref.Mark {
		t.Fatalf("the look by mark found exists=%t mark=%+v, want %+v", found.Exists, found.Mark, ref.Mark)
	}
	if found.Duplicate != nil {
		t.Errorf("the lookup by ownership marker shows a duplicate %+v", found.Duplicate)
	}
	if byID := b.observe(t, b.byID(found)); byID.Mark != ref.Mark {
		t.Errorf("the look by id shows the mark %+v, want %+v", byID.Mark, ref.Mark)
	}
	if ids := b.index(t)[ref.Mark.Token]; len(ids) != 1 || ids[0] != found.ID {
		t.Errorf("remotes with the token: %v, want only %q", ids, found.ID)
	}
}

func createTwiceIsTold[D backend.Model](t *testing.T, b *bench[D]) {
	if !b.caps.Create || !b.caps.MarkProven {
		t.Skip("this driver cannot create, or does not prove its marks")
	}
	ref := backend.Ref{ParentID: b.ParentID, Key: b.Desired.Key(), Mark: b.mark("twice")}
	if _, err := b.Driver.Create(t.Context(), ref, b.Desired); err != nil {
		t.Fatalf("the first Create: %v", err)
	}
	b.settle()
	_, second := b.Driver.Create(t.Context(), ref, b.Desired)
	b.settle()
	found := b.observe(t, ref)
	switch ids := b.index(t)[ref.Mark.Token]; {
	case second != nil && (len(ids) != 1 || found.Duplicate != nil):
		t.Errorf("the second Create was refused (%v), and the index shows %v", second, ids)
	case second == nil && (len(ids) != 2 || found.Duplicate == nil || found.Duplicate.ID == found.ID):
		t.Errorf("two Creates were accepted, the lookup by ownership marker shows the duplicate %+v, and the index shows %v", found.Duplicate, ids)
	}
}

func updateChangesOnlyThat[D backend.Model](t *testing.T, b *bench[D]) {
	if !b.caps.Update {
		t.Skip("this driver cannot update")
	}
	for name, varied := range b.Variations {
		t.Run(name, func(t *testing.T) {
			b := &bench[D]{Suite: b.Suite, Fixture: b.Open(t), caps: b.caps}
			want := differing(b.Desired, varied)
			if len(want) == 0 {
				t.Fatal("the variation is the sample")
			}
			obs, mem := b.made(t, "varied", b.Desired)
			wantPaths(t, "changes before the update", b.changes(obs, varied, mem).Paths(), want)
			after := b.converge(t, obs, varied, mem)
			if after.ID != obs.ID || after.Mark != obs.Mark {
				t.Errorf("the update moved %q with %+v to %q with %+v", obs.ID, obs.Mark, after.ID, after.Mark)
			}
			wantPaths(t, "changes after the update", b.changes(after, varied, mem).Paths(), nil)
		})
	}
}

func unsetNeverDrifts[D backend.Model](t *testing.T, b *bench[D]) {
	obs, mem := b.made(t, "whole", b.Desired)
	least := Only(b.Desired, b.caps.Required)
	wantPaths(t, "changes with only the required fields", b.changes(obs, least, mem).Paths(), nil)
	var nothing D
	wantPaths(t, "changes with nothing set", b.changes(obs, nothing, mem).Paths(), nil)
}

func rowSaysTheSame[D backend.Model](t *testing.T, b *bench[D]) {
	obs, _ := b.made(t, "row", b.Desired)
	full := b.observe(t, b.byID(obs))
	rows, err := b.row(t.Context(), t, backend.Ref{ID: obs.ID, ParentID: obs.ParentID})
	if err != nil || len(rows) != 1 {
		t.Fatalf("ObserveMany answered %d rows and %v, want one", len(rows), err)
	}
	caps := b.caps.For(b.Desired)
	if got, want := backend.RowDigest(b.Desired, rows[0], caps), backend.RowDigest(b.Desired, full, caps); got != want {
		t.Errorf("the digest of the row is %s, and of the full read %s\nrow  %+v\nfull %+v", got, want, rows[0], full)
	}
	if rows[0].Date.IsZero() != full.Date.IsZero() {
		t.Errorf("the row is dated %v and the full read %v", rows[0].Date, full.Date)
	}
}

func indexShowsEveryMark[D backend.Model](t *testing.T, b *bench[D]) {
	if !b.caps.MarkProven {
		t.Skip("this driver does not prove its marks")
	}
	want := map[string][]string{}
	for _, name := range []string{"first", "second", "third"} {
		obs, _ := b.made(t, name, b.least(name))
		want[b.mark(name).Token] = []string{obs.ID}
	}
	got := b.index(t)
	for token, ids := range want {
		if !slices.Equal(got[token], ids) {
			t.Errorf("the index shows %v for token %s, want %v", got[token], token, ids)
		}
	}
	if len(got) != len(want) {
		t.Errorf("the index shows %v, want %v", got, want)
	}
}

func deletingTwiceIsFine[D backend.Model](t *testing.T, b *bench[D]) {
	if !b.caps.Delete {
		t.Skip("this driver cannot delete")
	}
	obs, _ := b.made(t, "deleted", b.least("deleted"))
	for _, time := range []string{"first", "second"} {
		if err := b.Driver.Delete(t.Context(), obs); err != nil {
			t.Fatalf("the %s Delete: %v", time, err)
		}
		b.settle()
	}
	if again := b.observe(t, backend.Ref{ID: obs.ID, ParentID: obs.ParentID}); again.Exists {
		t.Errorf("%q still exists", obs.ID)
	}
	if ids := b.index(t)[obs.Mark.Token]; len(ids) != 0 {
		t.Errorf("the index still shows %v", ids)
	}
}

func throttledTellsTime[D backend.Model](t *testing.T, b *bench[D]) {
	if b.Throttle == nil {
		t.Fatal("the fixture must be able to throttle")
	}
	const pause = 17 * time.Second
	b.Throttle(pause)
	_, err := b.Driver.Observe(t.Context(), backend.Ref{ID: b.UnknownID, ParentID: b.ParentID})
	wantClass(t, "Observe", err, backend.Throttled)
	if after := backend.AfterOf(err); after < pause-time.Second || after > pause+time.Second {
		t.Errorf("the error asks for %s, want %s", after, pause)
	}
}

func refusedCredentials[D backend.Model](t *testing.T, b *bench[D]) {
	if b.RefuseCredentials == nil {
		t.Fatal("the fixture must be able to refuse credentials")
	}
	seen := backend.Observation[D]{Exists: true, ID: b.UnknownID, ParentID: b.ParentID, Mark: b.mark("refused")}
	if b.caps.Create || b.Existing != "" {
		seen, _ = b.made(t, "refused", b.Desired)
	}
	b.RefuseCredentials()
	_, err := b.Driver.Observe(t.Context(), backend.Ref{ID: seen.ID, ParentID: b.ParentID})
	wantClass(t, "Observe", err, backend.Unauthorized)
	_, err = b.row(t.Context(), t, backend.Ref{ID: seen.ID, ParentID: b.ParentID})
	wantClass(t, "ObserveMany", err, backend.Unauthorized)
	if b.caps.Create {
		obs, err := b.Driver.Create(t.Context(), backend.Ref{ParentID: b.ParentID, Mark: b.mark("again"), Key: b.Desired.Key()}, b.Desired)
		wantClass(t, "Create", err, backend.Unauthorized)
		if obs.ID != "" {
			t.Errorf("a Create that was refused told the id %q", obs.ID)
		}
	}
	for name, varied := range b.Variations {
		if !b.caps.Update {
			break
		}
		obs, err := b.Driver.Update(t.Context(), seen, varied, b.toVary(varied))
		wantClass(t, "Update to "+name, err, backend.Unauthorized)
		if obs.ID != "" {
			t.Errorf("Update to %s changed nothing and told the id %q, which means that a part was written", name, obs.ID)
		}
	}
	if b.caps.Delete {
		wantClass(t, "Delete", b.Driver.Delete(t.Context(), seen), backend.Unauthorized)
	}
}

func cancelledIsHonoured[D backend.Model](t *testing.T, b *bench[D]) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ref := backend.Ref{ParentID: b.ParentID, Mark: b.mark("cancelled"), Key: b.Desired.Key()}
	byID := backend.Ref{ID: b.UnknownID, ParentID: b.ParentID}
	if _, err := b.Driver.Observe(ctx, byID); err == nil {
		t.Error("Observe did not notice")
	}
	if _, err := b.row(ctx, t, byID); err == nil {
		t.Error("ObserveMany did not notice")
	}
	if b.caps.Create {
		obs, err := b.Driver.Create(ctx, ref, b.Desired)
		if err == nil || obs.ID != "" {
			t.Errorf("Create answered %q and %v", obs.ID, err)
		}
		b.settle()
		if ids := b.index(t); len(ids) != 0 {
			t.Errorf("Create made %v", ids)
		}
	}
	b.changesNothing(ctx, t, func(what string, err error) {
		if err == nil {
			t.Errorf("%s did not notice", what)
		}
	})
}

// changesNothing calls with ctx what must not be sent with it, and checks the errors.
func (b *bench[D]) changesNothing(ctx context.Context, t *testing.T, check func(what string, err error)) {
	t.Helper()
	seen, mem := b.made(t, "kept", b.Desired)
	if b.caps.Update {
		for name, varied := range b.Variations {
			obs, err := b.Driver.Update(ctx, seen, varied, b.toVary(varied))
			check("Update to "+name, err)
			if obs.ID != "" {
				t.Errorf("Update to %s was not sent and told the id %q", name, obs.ID)
			}
		}
	}
	if b.caps.Delete {
		check("Delete", b.Driver.Delete(ctx, seen))
	}
	b.settle()
	after := b.observe(t, b.byID(seen))
	if !after.Exists {
		t.Fatal("Delete was sent")
	}
	wantPaths(t, "changes by what must not be sent", b.changes(after, b.Desired, mem).Paths(), nil)
}

// toVary are the changes that lead from the sample to a variation.
func (b *bench[D]) toVary(varied D) backend.Changes {
	var changes backend.Changes
	for _, path := range differing(b.Desired, varied) {
		changes = append(changes, backend.Change{Path: path})
	}
	return changes
}

func fenceIsAsked[D backend.Model](t *testing.T, b *bench[D]) {
	ctx := backend.WithFence(t.Context(), func() error { return errors.New("the lease is lost") })
	if b.caps.Create {
		obs, err := b.Driver.Create(ctx, backend.Ref{ParentID: b.ParentID, Mark: b.mark("fenced"), Key: b.Desired.Key()}, b.Desired)
		wantClass(t, "Create", err, backend.Fenced)
		b.settle()
		if ids := b.index(t); obs.ID != "" || len(ids) != 0 {
			t.Errorf("Create told %q and made %v", obs.ID, ids)
		}
	}
	b.changesNothing(ctx, t, func(what string, err error) { wantClass(t, what, err, backend.Fenced) })
}
