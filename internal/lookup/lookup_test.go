package lookup

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
)

var (
	github = backend.Name{Kind: backend.NameApp, Name: "GitHub"}
	one    = []backend.Match{{ID: "one"}}
)

// phoneBook is a cache before a tenant that knows GitHub, with a clock.
type phoneBook struct {
	*testing.T
	*Cache
	tenant *backendtest.Tenant
	now    time.Time
}

func open(t *testing.T) *phoneBook {
	b := &phoneBook{T: t, tenant: backendtest.NewTenant(), now: time.Now()}
	b.Cache = &Cache{Now: func() time.Time { return b.now }}
	b.tenant.Names[github] = one
	return b
}

// find asks for names, of which no answer may be older than age.
func (b *phoneBook) find(age time.Duration, names ...backend.Name) map[backend.Name]backend.Answer {
	b.Helper()
	out, err := b.Of("tenant", b.tenant).Find(b.Context(), names, b.now.Add(-age))
	if err != nil {
		b.Fatal(err)
	}
	return out
}

// wantCalls compares how often single names, lists and reads were asked for.
func (b *phoneBook) wantCalls(finds, lists, reads int) {
	b.Helper()
	got := []int{b.tenant.Calls(backendtest.VerbFind), b.tenant.Calls(backendtest.VerbList), b.tenant.Calls(backendtest.VerbHas)}
	if diff := cmp.Diff([]int{finds, lists, reads}, got); diff != "" {
		b.Errorf("finds, lists, reads (-want +got):\n%s", diff)
	}
}

// inApp makes n entitlements of an app.
func (b *phoneBook) inApp(app string, n int) []backend.Name {
	var out []backend.Name
	for i := range n {
		q := backend.Name{Kind: backend.NameEntitlement, ParentID: app, Name: fmt.Sprint("Pay ", i)}
		b.tenant.Names[q] = []backend.Match{{ID: fmt.Sprint("id-", i), Name: q.Name}}
		out = append(out, q)
	}
	return out
}

func TestNobodyIsGivenAnOlderAnswerThanTheyAskFor(t *testing.T) {
	b := open(t)
	for range 100 {
		b.find(5*time.Second, github)
	}
	b.wantCalls(1, 0, 0)
	b.now = b.now.Add(6 * time.Second)
	b.tenant.Names[github] = []backend.Match{{ID: "another"}}
	if got := b.find(time.Minute, github)[github].Matches; len(got) != 1 || got[0].ID != "one" {
		t.Errorf("who takes an old answer got %v", got)
	}
	b.wantCalls(1, 0, 0)
	if got := b.find(5*time.Second, github)[github].Matches; len(got) != 1 || got[0].ID != "another" {
		t.Errorf("who takes no old answer got %v", got)
	}
	b.wantCalls(2, 0, 0)
}

func TestAnotherTenantIsAskedForItself(t *testing.T) {
	b := open(t)
	b.find(time.Second, github)
	if _, err := b.Of("another", b.tenant).Find(t.Context(), []backend.Name{github}, b.now); err != nil {
		t.Fatal(err)
	}
	b.wantCalls(2, 0, 0)
	b.Forget("tenant")
	b.find(time.Second, github)
	b.wantCalls(3, 0, 0)
}

func TestANameThatDoesNotExistIsAskedAgainSoon(t *testing.T) {
	b := open(t)
	delete(b.tenant.Names, github)
	b.find(0, github)
	b.now = b.now.Add(missTTL)
	b.find(0, github)
	b.wantCalls(1, 0, 0)
	b.now = b.now.Add(time.Second)
	b.find(0, github)
	b.wantCalls(2, 0, 0)
}

func TestAnErrorIsNotKept(t *testing.T) {
	b := open(t)
	b.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbFind, Before: errors.New("down")})
	if _, err := b.Of("tenant", b.tenant).Find(t.Context(), []backend.Name{github}, b.now); err == nil {
		t.Fatal("the error is gone")
	}
	if got := b.find(0, github)[github].Matches; len(got) != 1 {
		t.Errorf("found %v after the vendor came back", got)
	}
}

func TestThoseWhoAskAtOnceShareOneCall(t *testing.T) {
	b := open(t)
	hold := make(chan struct{})
	b.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbFind, Hold: hold})
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			if got := b.find(time.Second, github)[github].Matches; len(got) != 1 {
				t.Errorf("found %v", got)
			}
		})
	}
	b.until(1)
	close(hold)
	wait.Wait()
	b.wantCalls(1, 0, 0)
}

func (b *phoneBook) until(finds int) {
	for b.tenant.Calls(backendtest.VerbFind) < finds {
		time.Sleep(time.Millisecond)
	}
}

func TestWhoWaitsIsNotCancelledWithTheOneWhoAsked(t *testing.T) {
	b := open(t)
	hold := make(chan struct{})
	b.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbFind, Hold: hold, Times: 2})
	first, cancel := context.WithCancel(t.Context())
	var wait sync.WaitGroup
	wait.Go(func() { _, _ = b.Of("tenant", b.tenant).Find(first, []backend.Name{github}, b.now) })
	b.until(1)
	wait.Go(func() {
		if got := b.find(time.Second, github)[github].Matches; len(got) != 1 {
			t.Errorf("found %v", got)
		}
	})
	cancel()
	b.until(2)
	close(hold)
	wait.Wait()
}

func TestManyNamesOfOneAppAreAnsweredFromItsList(t *testing.T) {
	b := open(t)
	names := b.inApp("app-1", 250)
	for q, a := range b.find(0, names...) {
		if len(a.Matches) != 1 || a.Matches[0].ID != b.tenant.Names[q][0].ID {
			t.Fatalf("%v means %v", q, a.Matches)
		}
	}
	b.wantCalls(0, 1, 0)
	// Who comes within seconds is answered from the same list, also about names that nobody sought.
	b.find(5*time.Second, append(b.inApp("app-1", 1), backend.Name{Kind: backend.NameEntitlement, ParentID: "app-1", Name: "None"})...)
	b.wantCalls(0, 1, 0)
	b.now = b.now.Add(6 * time.Second)
	b.find(5*time.Second, names[0])
	b.wantCalls(1, 1, 0)
}

func TestAListThatIsDearerThanItsNamesIsGivenUpOnce(t *testing.T) {
	b := open(t)
	names := b.inApp("app-1", 1000)[:4] // Ten pages, of which three are read.
	b.find(0, names...)
	b.wantCalls(4, 1, 0)
	b.now = b.now.Add(time.Minute)
	b.find(0, names...)
	b.wantCalls(8, 1, 0)
	b.now = b.now.Add(time.Second)
	b.find(0, b.inApp("app-1", 1000)[:20]...)
	b.wantCalls(8, 2, 0)
}

func TestWhereThereIsNoListNamesAreAskedOneByOne(t *testing.T) {
	b := open(t)
	b.tenant.NoLists = true
	names := b.inApp("app-1", 10)
	b.find(0, names...)
	b.now = b.now.Add(time.Minute)
	b.find(0, names...)
	b.wantCalls(20, 1, 0)
}

func TestOneListIsTheWitnessForAllNamesOfAnApp(t *testing.T) {
	b := open(t)
	names := b.inApp("app-1", 50)
	began := b.now
	tick := func() { b.now = b.now.Add(500 * time.Millisecond) } // Long lists and many reads take their time.
	b.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbList, Times: backendtest.Always, Do: func() { b.now = b.now.Add(6 * time.Second) }})
	b.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbHas, Times: backendtest.Always, Do: tick})
	for i, q := range names {
		if gone, err := b.Of("tenant", b.tenant).Gone(t.Context(), q, fmt.Sprint("old ", i), began); !gone || err != nil {
			t.Errorf("old %d is gone: %v (%v)", i, gone, err)
		}
	}
	b.wantCalls(0, 1, 50)

	b.find(0, names[0])
	if _, err := b.Of("tenant", b.tenant).Gone(t.Context(), names[0], "old", b.now); err != nil {
		t.Error(err)
	}
	b.wantCalls(1, 2, 51)
}

// Who may see a part of a list, as one who looks after a few sources does, may search in it.
func TestNamesAreSearchedOneByOneWhereTheirListIsRefused(t *testing.T) {
	b := open(t)
	b.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbList, Times: backendtest.Always, Before: backend.Errorf(backend.Terminal, "403: not for you")})
	names := b.inApp("app-1", 10)
	for range 2 {
		answers := b.find(0, names...)
		for _, q := range names {
			if len(answers[q].Matches) != 1 {
				t.Errorf("%s: %+v", q.Name, answers[q])
			}
		}
		b.now = b.now.Add(time.Minute)
	}
	b.wantCalls(20, 1, 0)

	b.now = b.now.Add(longFor)
	b.find(0, names...)
	b.wantCalls(30, 2, 0)
}

func TestAListThatBreaksOffSaysNothingAboutItsNames(t *testing.T) {
	b := open(t)
	b.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbList, Before: backend.Errorf(backend.Retryable, "502: bad gateway")})
	names := b.inApp("app-1", 10)
	if _, err := b.Of("tenant", b.tenant).Find(t.Context(), names, b.now); backend.ClassOf(err) != backend.Retryable {
		t.Errorf("the error is %v", err)
	}
	b.find(0, names...)
	b.wantCalls(0, 2, 0)
}

func TestAThingIsGoneWhenItsReadAndAListAgree(t *testing.T) {
	place := backend.Name{Kind: backend.NameEntitlement, ParentID: "app-1"}
	for sentence, c := range map[string]struct {
		arrange func(*backendtest.Tenant)
		gone    bool
		failed  bool
	}{
		"neither shows it":         {gone: true},
		"the list shows it":        {arrange: func(x *backendtest.Tenant) { x.Nameless = map[backend.Name][]string{place: {"old"}} }},
		"the list is empty":        {arrange: func(x *backendtest.Tenant) { clear(x.Names) }, failed: true},
		"the list is refused":      {arrange: func(x *backendtest.Tenant) { x.NoLists = true }, failed: true},
		"its read is refused":      {arrange: refuse(backendtest.VerbHas), failed: true},
		"the list ends in a fault": {arrange: refuse(backendtest.VerbList), failed: true},
	} {
		t.Run(sentence, func(t *testing.T) {
			b := open(t)
			q := b.inApp("app-1", 3)[0]
			if c.arrange != nil {
				c.arrange(b.tenant)
			}
			gone, err := b.Of("tenant", b.tenant).Gone(t.Context(), q, "old", b.now)
			if gone != c.gone || (err != nil) != c.failed {
				t.Errorf("gone %v (%v), want %v", gone, err, c.gone)
			}
		})
	}
}

func refuse(verb backendtest.Verb) func(*backendtest.Tenant) {
	return func(x *backendtest.Tenant) {
		x.Inject(backendtest.Fault{Verb: verb, Before: backend.Errorf(backend.Terminal, "403: not for you")})
	}
}

func TestAnswersDoNotPileUp(t *testing.T) {
	b := open(t)
	ask := func(n int) {
		b.now = b.now.Add(time.Microsecond)
		b.find(time.Second, backend.Name{Kind: backend.NameApp, Name: fmt.Sprint(n)})
	}
	for n := range 2 * mostNames {
		ask(n)
		if len(b.names.entries) > mostNames {
			t.Fatalf("%d answers are kept", len(b.names.entries))
		}
	}
	asked := b.tenant.Calls(backendtest.VerbFind)
	ask(2*mostNames - mostNames/3) // Young enough to be kept.
	if b.tenant.Calls(backendtest.VerbFind) != asked {
		t.Error("a young answer was dropped")
	}
	for n := range 3 * mostLists {
		b.find(0, b.inApp(fmt.Sprint("app-", n), 3)...)
		if len(b.lists.entries) > mostLists {
			t.Fatalf("%d lists are kept", len(b.lists.entries))
		}
	}
	b.now = b.now.Add(2 * kept)
	b.find(0, b.inApp("app-0", 3)...)
	if n := len(b.lists.entries); n != 1 {
		t.Errorf("%d lists are kept for longer than anybody may use them", n)
	}
}
