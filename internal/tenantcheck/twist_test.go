package tenantcheck_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/tenantcheck"
	"github.com/governance-operator/governance-operator/internal/vendors/probe"
)

// exchange is a call on its way back from a sandbox, which a twist turns into that of a tenant that differs in one thing.
type exchange struct {
	method, path, query, sent string
	// name is what the thing is called that the call is about, by what was sent or by its id in the path.
	name   string
	status int
	answer any
}

type twist func(x *exchange)

// turning begins to turn.
type turning func() twist

// is reports whether the call goes by a method to a path that contains a part.
func (x *exchange) is(method, part string) bool {
	return x.method == method && strings.Contains(x.path, part)
}

// about reports whether the call is about the thing of a probe.
func (x *exchange) about(what string) bool { return x.name == probe.Prefix+"r1-"+what }

// refuse makes it a refusal, and accept a success with an answer.
func (x *exchange) refuse(status int) { x.status, x.answer = status, map[string]any{} }

func (x *exchange) accept(answer string) {
	x.status = http.StatusOK
	if err := json.Unmarshal([]byte(answer), &x.answer); err != nil {
		panic(err)
	}
}

// named walks everything in the answer that has a name of a check. Of lists goes what keep does not keep.
func (x *exchange) named(keep func(o map[string]any) bool) { x.answer = walk(x.answer, keep) }

func nameOf(o map[string]any) string {
	for _, key := range []string{"displayName", "name"} {
		if name, ok := o[key].(string); ok && strings.HasPrefix(name, probe.Prefix) {
			return name
		}
	}
	return ""
}

// walk returns node, or nil where it is, or holds nothing but, what is not kept.
func walk(node any, keep func(map[string]any) bool) any {
	switch v := node.(type) {
	case map[string]any:
		if nameOf(v) != "" && !keep(v) {
			return nil
		}
		for key, member := range v {
			if m, ok := member.(map[string]any); ok && nameOf(m) != "" {
				if walk(m, keep) == nil {
					return nil
				}
				continue
			}
			v[key] = walk(member, keep)
		}
	case []any:
		out := []any{}
		for _, item := range v {
			if walked := walk(item, keep); walked != nil || item == nil {
				out = append(out, walked)
			}
		}
		return out
	}
	return node
}

// twisted is a network behind which the tenant differs.
func twisted(turn twist) func(http.RoundTripper) http.RoundTripper {
	var mu sync.Mutex
	names := map[string]string{}
	return func(next http.RoundTripper) http.RoundTripper {
		return tripper(func(req *http.Request) (*http.Response, error) {
			x := &exchange{method: req.Method, path: req.URL.Path, query: req.URL.RawQuery}
			if req.Body != nil {
				sent, err := io.ReadAll(req.Body)
				if err != nil {
					return nil, err
				}
				x.sent, req.Body = string(sent), io.NopCloser(bytes.NewReader(sent))
			}
			res, err := next.RoundTrip(req)
			if err != nil {
				return nil, err
			}
			data, err := io.ReadAll(res.Body)
			_ = res.Body.Close()
			if err != nil {
				return nil, err
			}
			mu.Lock()
			defer mu.Unlock()
			if x.status = res.StatusCode; json.Unmarshal(data, &x.answer) == nil || len(data) == 0 {
				x.name = called(x, names)
				turn(x)
				if data, err = json.Marshal(x.answer); err != nil {
					return nil, err
				}
			}
			res.StatusCode, res.Status = x.status, ""
			res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(data)), int64(len(data))
			res.Header.Del("Content-Length")
			return res, nil
		})
	}
}

// called is the name of the thing that a call is about. names are those of the ids that were seen.
func called(x *exchange, names map[string]string) string {
	walk(x.answer, func(o map[string]any) bool {
		if id, ok := o["id"].(string); ok {
			names[id] = nameOf(o)
		}
		return true
	})
	var sent map[string]any
	if x.method == http.MethodPost && json.Unmarshal([]byte(x.sent), &sent) == nil && nameOf(sent) != "" {
		return nameOf(sent)
	}
	for part := range strings.SplitSeq(x.path, "/") {
		if name := names[part]; name != "" {
			return name
		}
	}
	return ""
}

type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// TestEachAssumptionIsToldAlone: where a tenant differs in one thing, that probe says so, and no other does.
func TestEachAssumptionIsToldAlone(t *testing.T) {
	each(t, func(t *testing.T, s subject) {
		for _, p := range s.vendor().Probes {
			if _, ok := s.twists[p.ID]; !ok && p.Effect != probe.Never {
				t.Errorf("%s is turned nowhere", p.ID)
			}
		}
		for _, id := range slices.Sorted(maps.Keys(s.twists)) {
			t.Run(id, func(t *testing.T) {
				server := s.begin(t)
				before := stored(t, server)
				o := s.options(server)
				o.Network = twisted(s.twists[id]())
				results, _, err := open(t, o).Run(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				told := false
				for _, r := range results {
					told = told || r.Probe.ID == id
					switch want := probe.Holds; {
					case r.Probe.ID == id && r.Answer.Verdict != probe.DoesNotHold:
						t.Errorf("%+v, want that it does not hold", r.Answer)
					case r.Probe.ID == id, r.Probe.Effect == probe.Never, slices.Contains(r.Probe.After, id) && r.Answer.Code == "needs-"+id:
					case r.Answer.Verdict != want:
						t.Errorf("%s says %+v as well", r.Probe.ID, r.Answer)
					}
				}
				if !told {
					t.Error("no probe of that name")
				}
				if diff := cmp.Diff(before, stored(t, server)); diff != "" {
					t.Errorf("something stayed (-before +after):\n%s", diff)
				}
				if _, ok := s.takes[id]; ok != (len(tenantcheck.Overrides(results)) > 0) {
					t.Errorf("takes away %v", tenantcheck.Overrides(results))
				}
			})
		}
	})
}
