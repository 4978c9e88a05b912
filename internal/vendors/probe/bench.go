package probe

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

const (
	// Prefix begins the name of everything that a check makes; the run follows.
	Prefix = "governance-check-"
	// Namespace is in the marks of checks where an operator's mark has that of its object.
	Namespace = "governance-check"
	// Cluster is in the marks of checks where an operator's mark has that of its cluster.
	Cluster = "tenant-check"

	// patience is how often a call is repeated that was held back, and longestPause how long it is waited for.
	patience     = 3
	longestPause = 2 * time.Minute
)

// Bench is a tenant that is asked, with what is known of it and what was made there.
type Bench struct {
	// Run names the check.
	Run string
	// Tenant holds the drivers.
	Tenant backend.Tenant
	// Do makes a call as they do.
	Do Doer
	// Place and Owner are the ids of what was named. PlaceType and PlaceItem are a type of resource there and one of
	// that type, where the vendor has such.
	Place, PlaceType, PlaceItem string
	Owner                       string
	// Sleep waits; tests do not.
	Sleep func(ctx context.Context, d time.Duration)
	// Clock tells the time.
	Clock func() time.Time

	mu   sync.Mutex
	made []Thing
}

// Name is what a probe calls what it makes.
func (b *Bench) Name(what string) string { return Prefix + b.Run + "-" + what }

// Mark is the mark of what a probe makes. Nothing else has its token.
func (b *Bench) Mark(what string) backend.Mark {
	sum := sha256.Sum256([]byte(b.Run + "/" + what))
	return backend.Mark{Token: hex.EncodeToString(sum[:])[:16], Owner: Namespace + "/" + b.Run, Cluster: Cluster}
}

// Sentence stands in the description of everything that a check makes: it is how a check knows its own where marks do
// not read back.
func (b *Bench) Sentence() string { return sentence(b.Run) }

func sentence(run string) string {
	return "Made by governance tenant-check, run " + run + ", and removed by it."
}

// RunOf is the run of a check that made a thing, empty where none did: a check's things have both its name and its
// mark.
func RunOf(t Thing) string {
	named, ok := strings.CutPrefix(t.Name, Prefix)
	if !ok {
		return ""
	}
	if run, ok := strings.CutPrefix(t.Mark.Owner, Namespace+"/"); ok && t.Mark.Cluster == Cluster && strings.HasPrefix(named, run+"-") {
		return run
	}
	_, after, ok := strings.Cut(t.Text, "Made by governance tenant-check, run ")
	run, _, closed := strings.Cut(after, ",")
	if ok && closed && strings.Contains(t.Text, sentence(run)) && strings.HasPrefix(named, run+"-") {
		return run
	}
	return ""
}

// Marked reports whether a thing has the ownership marker of an operator.
func Marked(t Thing) bool { return !t.Mark.IsZero() && t.Mark.Cluster != Cluster }

// Keep remembers what was made, so that it is removed whatever comes.
func (b *Bench) Keep(t Thing) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.made = append(b.made, t)
}

// Dropped forgets what is gone.
func (b *Bench) Dropped(t Thing) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.made = slices.DeleteFunc(b.made, func(o Thing) bool { return o.Kind == t.Kind && o.ID == t.ID && o.ParentID == t.ParentID })
}

// Made are the things that are not known to be gone.
func (b *Bench) Made() []Thing {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.made)
}

// Reply is an answer as it came.
type Reply struct {
	Status int
	Body   []byte
	// Err is why there is none, or none that says anything of the assumption.
	Err error
}

// Ask makes a call. One that the vendor, or our own budget, holds back is made again when its time has come.
func (b *Bench) Ask(ctx context.Context, call rest.Call) Reply {
	for try := 1; ; try++ {
		reply := b.once(ctx, call)
		after := backend.AfterOf(reply.Err)
		if backend.ClassOf(reply.Err) != backend.Throttled || try >= patience || after > longestPause || ctx.Err() != nil {
			return reply
		}
		b.Sleep(ctx, max(after, time.Second))
	}
}

func (b *Bench) once(ctx context.Context, call rest.Call) Reply {
	var reply Reply
	ctx = rest.Via(ctx, func(next http.RoundTripper) http.RoundTripper {
		return tripper(func(req *http.Request) (*http.Response, error) {
			res, err := next.RoundTrip(req)
			if err != nil {
				return res, err
			}
			data, err := io.ReadAll(io.LimitReader(res.Body, 8<<20))
			_ = res.Body.Close()
			if err != nil {
				return nil, err
			}
			reply.Body = data
			res.Body = io.NopCloser(bytes.NewReader(data))
			return res, nil
		})
	})
	res, err := b.Do(ctx, call, nil)
	reply.Status = res.Status // The last answer is that to the call; those before it were to the sign-in.
	if reply.Status == 0 || reply.Status == http.StatusTooManyRequests {
		reply.Err = err
		if reply.Err == nil {
			reply.Err = errors.New("no answer")
		}
		reply.Body = nil
	}
	return reply
}

// tripper is a function that is a transport.
type tripper func(*http.Request) (*http.Response, error)

// RoundTrip makes the exchange.
func (f tripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// OK reports whether the call was done.
func (r Reply) OK() bool { return r.Err == nil && r.Status >= 200 && r.Status < 300 }

// Refused reports whether the tenant found fault with what was asked: that is not known where it did not let us in,
// or failed.
func (r Reply) Refused() bool {
	return r.Err == nil && r.Status >= 400 && r.Status < 500 && !slices.Contains([]int{401, 403, 408, 429, 499}, r.Status)
}

// Unsaid is the answer to an assumption that the reply says nothing of.
func (r Reply) Unsaid() Answer {
	switch {
	case r.Err != nil:
		return Perhaps("no-answer", r.Status)
	case r.Status == http.StatusUnauthorized || r.Status == http.StatusForbidden:
		return Perhaps("not-permitted", r.Status)
	case r.Status >= 500:
		return Perhaps("the-vendor-failed", r.Status)
	}
	return Perhaps("refused-for-another-reason", r.Status)
}

// At is what the answer holds at a path; nil where there is nothing.
func (r Reply) At(path ...string) any {
	var node any
	if json.Unmarshal(r.Body, &node) != nil {
		return nil
	}
	return At(node, path...)
}

// At is what a document holds at a path; nil where there is nothing.
func At(node any, path ...string) any {
	for _, step := range path {
		member, ok := node.(map[string]any)
		if !ok {
			return nil
		}
		node = member[step]
	}
	return node
}

// Text is the text at a path, empty where there is none.
func Text(node any, path ...string) string {
	text, _ := At(node, path...).(string)
	return text
}

// Text is the text that the answer holds at a path.
func (r Reply) Text(path ...string) string {
	text, _ := r.At(path...).(string)
	return text
}

// List is the list that the answer holds at a path; false where there is none.
func (r Reply) List(path ...string) ([]any, bool) {
	list, ok := r.At(path...).([]any)
	return list, ok
}

// SameWords asks twice for what is refused, and holds if both refusals say the same. words are those of a refusal
// without what the vendor says is new in every answer.
func (b *Bench) SameWords(ctx context.Context, call rest.Call, words func(Reply) string) Answer {
	first, second := b.Ask(ctx, call), b.Ask(ctx, call)
	for _, reply := range []Reply{first, second} {
		if reply.OK() {
			return Perhaps("not-refused", reply.Status)
		}
		if !reply.Refused() {
			return reply.Unsaid()
		}
	}
	return If(words(first) == words(second), "says-it-otherwise-each-time", second.Status)
}

// Shows is the answer to whether a list shows a thing, at once or after a wait.
func (b *Bench) Shows(ctx context.Context, t Thing, wait time.Duration, read func(context.Context, backend.Tenant) ([]Thing, error)) Answer {
	for again := range 2 {
		rows, err := read(ctx, b.Tenant)
		if err != nil {
			return Perhaps("no-list", 0)
		}
		if slices.ContainsFunc(rows, func(row Thing) bool { return row.ID == t.ID }) {
			return Yes()
		}
		if again == 0 {
			b.Sleep(ctx, wait)
		}
	}
	return No("not-shown-yet", 0)
}

// One is the id of the one thing that has a name.
func (b *Bench) One(ctx context.Context, name backend.Name) (string, error) {
	found, err := b.Tenant.Find(ctx, name)
	switch {
	case err != nil:
		return "", err
	case len(found) != 1:
		return "", fmt.Errorf("%d things have that name, and one is needed", len(found))
	case found[0].Unusable != "":
		return "", fmt.Errorf("cannot be used: %s", found[0].Unusable)
	}
	return found[0].ID, nil
}

// LoseAnswer returns a context in which the answer to the first call that changes something is lost on its way,
// after the tenant has carried it out.
func LoseAnswer(ctx context.Context, changes func(*http.Request) bool) context.Context {
	var once sync.Once
	return rest.Via(ctx, func(next http.RoundTripper) http.RoundTripper {
		return tripper(func(req *http.Request) (*http.Response, error) {
			res, err := next.RoundTrip(req)
			lost := false
			if err == nil && changes(req) {
				once.Do(func() { lost = true })
			}
			if lost {
				_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 8<<20))
				_ = res.Body.Close()
				return nil, fmt.Errorf("reading the answer: %w", io.ErrUnexpectedEOF)
			}
			return res, err
		})
	})
}
