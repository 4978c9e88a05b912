package wire_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

const things = `# A comment.
message Thing
  name   string required max=5
  count  int64
  size   integer
  when   time
  kind   enum:Kind
  parts  []Part max=2
  labels map:string merged
  left   Part oneof=side
  right  Part oneof=side
  id     string readonly
  old    any dropped
  note   string nullable

message Part
  name string

enum Kind KIND_
  NONE SOME
`

func load(t *testing.T, text string) *wire.Schema {
	t.Helper()
	s, err := wire.Load(fstest.MapFS{"tables/thing.txt": {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestDecoding(t *testing.T) {
	for name, test := range map[string]struct {
		flagged bool
		body    string
		want    wire.Object
		refused string
	}{
		"what is written, in one form": {
			body: `{"name":"x","count":7,"size":7,"when":"2026-01-02T03:04:05.000+00:00","kind":"KIND_SOME","old":[1],"parts":[{"name":"y"}]}`,
			want: wire.Object{
				"name": "x", "count": "7", "size": int64(7), "when": "2026-01-02T03:04:05Z", "kind": "KIND_SOME", "parts": []any{wire.Object{"name": "y"}},
			},
		},
		"null for what has no other way to be unset": {body: `{"name":"x","left":null,"parts":null}`, want: wire.Object{"name": "x"}},
		"null for a scalar":                          {body: `{"name":"x","note":null}`, refused: "note must not be null"},
		"null where it is flagged":                   {flagged: true, body: `{"name":"x","note":null}`, want: wire.Object{"name": "x"}},
		"null where it is not flagged":               {flagged: true, body: `{"name":"x","left":null}`, refused: "left must not be null"},
		"an unknown property":                        {body: `{"name":"x","left":{"colour":"red"}}`, refused: "unknown property left.colour of Part"},
		"nothing that is required":                   {body: ``, refused: "name is required"},
		"two of one":                                 {body: `{"name":"x","left":{},"right":{}}`, refused: "oneof Thing.side is already set"},
		"a text that is too long":                    {body: `{"name":"sixsix"}`, refused: "name: 6 characters, at most 5"},
		"a list that is too long":                    {body: `{"name":"x","parts":[{},{},{}]}`, refused: "parts: 3 items, at most 2"},
		"a quoted integer":                           {body: `{"name":"x","size":"7"}`, refused: "size must be a number"},
		"an unknown value":                           {body: `{"name":"x","kind":"SOME"}`, refused: "kind: SOME is not a value of Kind"},
	} {
		t.Run(name, func(t *testing.T) {
			text := things
			if test.flagged {
				text += "nulls flagged\n"
			}
			got, err := load(t, text).DecodeBody("Thing", []byte(test.body))
			if test.refused != "" {
				var p *wire.Problem
				if !errors.As(err, &p) || !p.Strict || !strings.Contains(p.Message, test.refused) {
					t.Errorf("got %v", err)
				}
				return
			}
			if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
				t.Errorf("%v\n%s", err, diff)
			}
		})
	}
}

func TestTablesThatAreWrong(t *testing.T) {
	for name, text := range map[string]string{
		"an unknown flag":        "message A\n  b string shiny\n",
		"an unknown message":     "message A\n  b C\n",
		"an unknown enumeration": "message A\n  b enum:C\n",
		"a limit that is none":   "message A\n  b string max=x\n",
		"a line out of place":    "  b string\n",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := wire.Load(fstest.MapFS{"tables/a.txt": {Data: []byte(text)}}); err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestMasks(t *testing.T) {
	s := load(t, things)
	m := s.Messages["Thing"]
	for mask, want := range map[string]string{
		"left.colour": "no field", "id": "read-only", "name,name": "twice", "parts.name": "no field", "Name": "not a lowerCamel path",
	} {
		if _, err := s.ParseMask(m, mask, wire.LowerCamel); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", mask, err)
		}
	}
	paths, err := s.ParseMask(m, "left.name,labels", wire.LowerCamel)
	if err != nil {
		t.Fatal(err)
	}
	current := wire.Object{"name": "x", "right": wire.Object{"name": "r"}, "labels": wire.Object{"a": "1", "b": "2"}}
	got := s.Merge(m, current, wire.Object{"left": wire.Object{"name": "l"}, "labels": wire.Object{"a": "", "c": "3"}}, paths)
	want := wire.Object{
		"name": "x", "right": wire.Object{"name": "r"}, "left": wire.Object{"name": "l"}, "labels": wire.Object{"b": "2", "c": "3"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRecordsRememberTheirPast(t *testing.T) {
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	table := wire.NewTable()
	r := table.Put(1, "a", wire.Object{"v": 1}, began)
	r.Set(wire.Object{"v": 2}, began.Add(time.Minute))
	r.Remove(began.Add(2 * time.Minute))
	for after, want := range map[time.Duration]wire.Object{
		-time.Second: nil, 0: {"v": 1}, 90 * time.Second: {"v": 2}, 2 * time.Minute: nil,
	} {
		if diff := cmp.Diff(want, r.At(began.Add(after))); diff != "" {
			t.Errorf("after %s: %s", after, diff)
		}
	}
	if table.Get("a") != nil || len(table.All()) != 0 || len(table.AsOf(began)) != 1 {
		t.Error("a removed record is there now, or was not there then")
	}
}

func TestRulesAlterWhatIsGenerated(t *testing.T) {
	tables := func(rules string) fstest.MapFS {
		return fstest.MapFS{"tables/generated.txt": {Data: []byte(things)}, "tables/rules.txt": {Data: []byte(rules)}}
	}
	s, err := wire.Load(tables("take Thing v1.Thing\nalter Thing\n  note -\n  name + readonly\n  size string required\n  extra bool\n"))
	if err != nil {
		t.Fatal(err)
	}
	m := s.Messages["Thing"]
	if name := m.ByName["name"]; !name.ReadOnly || !name.Required || name.Max != 5 {
		t.Errorf("a flag is not added: %+v", name)
	}
	if size := m.ByName["size"]; size.Kind != "string" || !size.Required {
		t.Errorf("a field is not replaced: %+v", size)
	}
	if m.ByName["note"] != nil || m.ByName["extra"] == nil || len(m.Fields) != len(m.ByName) {
		t.Errorf("a field is not taken away, or not added: %d fields, %d names", len(m.Fields), len(m.ByName))
	}
	for rules, want := range map[string]string{
		"alter Nothing\n":           "Nothing is altered, and not there",
		"alter Thing\n  no -\n":     "Thing.no: is altered, and not there",
		"alter Thing\n  name + x\n": "unknown flag",
	} {
		if _, err := wire.Load(tables(rules)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", rules, err)
		}
	}
}
