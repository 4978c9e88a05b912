package plain_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/plain"
)

// block is that of a vendor with a field of every sort.
type block struct {
	Text     *string           `field:"text"`
	On       *bool             `field:"on"`
	Count    *int64            `field:"count"`
	Maybe    *bool             `field:"maybe"`
	Word     *string           `field:"word"`
	Set      backend.Set       `field:"set"`
	Words    backend.Set       `field:"words"`
	Bare     *string           `field:"bare"`
	Bares    backend.Set       `field:"bares"`
	Pairs    backend.Pairs     `field:"pairs"`
	Length   *backend.Duration `field:"length"`
	Nested   *nested           `field:"nested,nested"`
	Document *document         `field:"document"`
	List     []document        `field:"list"`
}

func (*block) BlockName() string { return "acme" }

type nested struct {
	Text *string `field:"text"`
}

type document struct {
	ID       string
	Kind     string
	People   backend.Set
	Switch   *bool
	Children []document
}

// otherBlock is that of another vendor.
type otherBlock struct {
	Text *string `field:"text"`
}

func (*otherBlock) BlockName() string { return "other" }

type seconds string

// row is what the vendor answers.
type row struct {
	ID       string            `json:"id"`
	Name     string            `json:"display_name" field:"displayName"`
	Text     string            `json:"text_of_it,omitempty" field:"acme.text"`
	On       bool              `json:"on" field:"acme.on"`
	Count    int64             `json:"count" field:"acme.count"`
	Maybe    *bool             `json:"maybe" field:"acme.maybe"`
	Word     string            `json:"word" field:"acme.word" enum:"WORD_"`
	Set      []string          `json:"set" field:"acme.set"`
	Words    []string          `json:"words" field:"acme.words" enum:"WORD_"`
	Bare     string            `json:"bare" field:"acme.bare" enum:""`
	Bares    []string          `json:"bares" field:"acme.bares" enum:""`
	Pairs    map[string]string `json:"pairs" field:"acme.pairs"`
	Length   seconds           `json:"length" field:"acme.length"`
	Inner    string            `json:"inner" field:"acme.nested.text"`
	Document *wireDocument     `json:"document" field:"acme.document"`
	List     []wireItem        `json:"list,omitempty" field:"acme.list"`
	promoted
}

type promoted struct {
	Requestable bool `json:"requestable" field:"requestable"`
}

type wireDocument struct {
	ID       string     `json:"document_id"`
	Kind     string     `json:"kind,omitempty" enum:"KIND_"`
	People   []string   `json:"people"`
	Switch   bool       `json:"switch"`
	Children []wireItem `json:"children,omitempty"`
	ReadOnly string     `json:"read_only,omitempty"`
}

type wireItem wireDocument

// words are the words of the model in capitals, behind their prefix.
var words = plain.Words{
	Wire:  func(prefix, word string) string { return prefix + strings.ToUpper(word) },
	Model: func(prefix, value string) string { return strings.ToLower(strings.TrimPrefix(value, prefix)) },
	Forms: []plain.Form{plain.By(
		func(s seconds) *backend.Duration {
			length, err := time.ParseDuration(string(s))
			if err != nil {
				return nil
			}
			return &backend.Duration{Duration: length}
		},
		func(d *backend.Duration) seconds { return seconds(d.String()) },
	)},
}

var codec = plain.New[row, backend.AppEntitlement](&block{}, words)

// full has a value in every field, and the row is the same on the wire.
func full() (backend.AppEntitlement, row) {
	return backend.AppEntitlement{
			DisplayName: backend.To("Reader"),
			Requestable: backend.To(true),
			Block: &block{
				Text: backend.To("a text"), On: backend.To(true), Count: backend.To(int64(7)), Maybe: backend.To(false), Word: backend.To("high"),
				Set: backend.Set{"b", "a"}, Words: backend.Set{"one", "two"}, Bare: backend.To("low"), Bares: backend.Set{"low"}, Pairs: backend.Pairs{"a": "b"}, Length: &backend.Duration{Duration: 90 * time.Second},
				Nested: &nested{Text: backend.To("inside")},
				Document: &document{ID: "d1", Kind: "main", People: backend.Set{"ada"}, Switch: backend.To(true), Children: []document{
					{ID: "d2", Kind: "leaf", People: backend.Set{}, Switch: backend.To(false)},
				}},
				List: []document{{ID: "d3", People: backend.Set{"bob"}, Switch: backend.To(true)}},
			},
		}, row{
			Name: "Reader", Text: "a text", On: true, Count: 7, Maybe: backend.To(false), Word: "WORD_HIGH", Set: []string{"b", "a"},
			Words: []string{"WORD_ONE", "WORD_TWO"}, Bare: "LOW", Bares: []string{"LOW"}, Pairs: map[string]string{"a": "b"}, Length: "1m30s", Inner: "inside",
			Document: &wireDocument{ID: "d1", Kind: "KIND_MAIN", People: []string{"ada"}, Switch: true, Children: []wireItem{
				{ID: "d2", Kind: "KIND_LEAF", People: []string{}},
			}},
			List:     []wireItem{{ID: "d3", People: []string{"bob"}, Switch: true}},
			promoted: promoted{Requestable: true},
		}
}

func all(string) bool { return true }

func TestEveryFieldIsDecodedToItsLeaf(t *testing.T) {
	want, wire := full()
	wire.Document.ReadOnly = "what the model has no member for"
	got := codec.Decode(&wire, backend.AppEntitlement{})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEveryFieldThatIsSetIsEncodedInTheOrderOfTheWire(t *testing.T) {
	model, wire := full()
	body, names := map[string]any{}, []string{}
	for _, v := range codec.Encode(&model, all) {
		body[v.Name] = v.Value
		names = append(names, v.Path+" "+v.Name)
	}
	if diff := cmp.Diff([]string{
		"displayName display_name", "acme.text text_of_it", "acme.on on", "acme.count count", "acme.maybe maybe", "acme.word word", "acme.set set",
		"acme.words words", "acme.bare bare", "acme.bares bares", "acme.pairs pairs", "acme.length length", "acme.nested.text inner", "acme.document document", "acme.list list", "requestable requestable",
	}, names); diff != "" {
		t.Error(diff)
	}
	body["id"] = ""
	if diff := cmp.Diff(object(t, wire), object(t, body)); diff != "" {
		t.Error(diff)
	}
}

func object(t *testing.T, v any) (out map[string]any) {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAnEmptyAnswerSetsWhatIsAlwaysShown(t *testing.T) {
	got := codec.Decode(&row{}, backend.AppEntitlement{})
	want := backend.AppEntitlement{
		DisplayName: backend.To(""),
		Requestable: backend.To(false),
		Block: &block{
			Text: backend.To(""), On: backend.To(false), Count: backend.To(int64(0)), Word: backend.To(""),
			Set: backend.Set{}, Words: backend.Set{}, Bare: backend.To(""), Bares: backend.Set{}, Nested: &nested{Text: backend.To("")},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestOnlyWhatIsSetAndWantedIsEncoded(t *testing.T) {
	whole, _ := full()
	for what, c := range map[string]struct {
		model backend.AppEntitlement
		wants func(path string) bool
		names []string
	}{
		"nothing is set":         {backend.AppEntitlement{}, all, nil},
		"the block is empty":     {backend.AppEntitlement{Block: &block{}}, all, nil},
		"a nested leaf is not":   {backend.AppEntitlement{Block: &block{Nested: &nested{}}}, all, nil},
		"a zero value is set":    {backend.AppEntitlement{Block: &block{Text: backend.To(""), On: backend.To(false), Set: backend.Set{}}}, all, []string{"text_of_it", "on", "set"}},
		"one field is wanted":    {whole, func(path string) bool { return path == "acme.nested.text" }, []string{"inner"}},
		"no field is wanted":     {whole, func(string) bool { return false }, nil},
		"another vendor's block": {backend.AppEntitlement{DisplayName: backend.To("n"), Block: &otherBlock{Text: backend.To("t")}}, all, []string{"display_name"}},
	} {
		t.Run(what, func(t *testing.T) {
			var names []string
			for _, v := range codec.Encode(&c.model, c.wants) {
				names = append(names, v.Name)
			}
			if diff := cmp.Diff(c.names, names); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAStructIsFilledWithWhatIsSet(t *testing.T) {
	model, want := full()
	want.ID, want.Name = "kept", "kept"
	model.DisplayName = nil
	got := row{ID: "kept", Name: "kept"}
	codec.Fill(&got, &model)
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(row{})); diff != "" {
		t.Error(diff)
	}
}

func TestAFieldIsShownWhereTheAnswerHasIt(t *testing.T) {
	model, _ := full()
	live := &row{Set: []string{}}
	shown := map[string]bool{}
	for _, v := range codec.Encode(&model, all) {
		shown[v.Name] = codec.Shows(live, v)
	}
	for name, want := range map[string]bool{"text_of_it": true, "on": true, "count": true, "set": true, "maybe": false, "words": false, "document": false} {
		if shown[name] != want {
			t.Errorf("%s: shown is %v", name, shown[name])
		}
	}
}

func TestWhatIsNotSetOfADocumentIsKept(t *testing.T) {
	documents := plain.NewDocument[wireDocument, document](words)
	live := wireDocument{ID: "d1", Kind: "KIND_MAIN", People: []string{"ada"}, Switch: true, ReadOnly: "kept"}
	want := live
	want.Kind, want.Switch = "KIND_SIDE", false
	if diff := cmp.Diff(want, documents.Over(live, document{Kind: "side", Switch: backend.To(false)})); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(wireDocument{ID: "d1", People: []string{}}, documents.Wire(document{ID: "d1"})); diff != "" {
		t.Error("a list that the wire always has is empty:", diff)
	}
	if diff := cmp.Diff(document{ID: "d1", People: backend.Set{}, Switch: backend.To(false)}, documents.Model(wireDocument{ID: "d1"})); diff != "" {
		t.Error(diff)
	}
}

func TestMembersAreReadAndListedOneByOne(t *testing.T) {
	documents := plain.NewDocument[wireDocument, document](words)
	live := map[string]string{"document_id": `"d1"`, "kind": `"KIND_MAIN"`, "people": `["ada", 1]`}
	got := documents.Read(func(name string, into any) bool { return json.Unmarshal([]byte(live[name]), into) == nil })
	if diff := cmp.Diff(document{ID: "d1", Kind: "main", People: backend.Set{}, Switch: backend.To(false)}, got); diff != "" {
		t.Error(diff)
	}
	for what, c := range map[string]struct {
		document document
		members  map[string]any
	}{
		"nothing is set":      {document{}, map[string]any{}},
		"some of it is":       {document{Kind: "main", Switch: backend.To(false)}, map[string]any{"kind": "KIND_MAIN", "switch": false}},
		"an empty list is":    {document{People: backend.Set{}}, map[string]any{"people": []string{}}},
		"a list of documents": {document{Children: []document{{ID: "d2"}}}, map[string]any{"children": []wireItem{{ID: "d2", People: []string{}}}}},
	} {
		if diff := cmp.Diff(c.members, documents.Members(c.document)); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
}

func TestAListOfDocumentsIsOneItself(t *testing.T) {
	lists := plain.NewDocument[[]wireItem, []document](words)
	wire, model := []wireItem{{ID: "d1", People: []string{}}}, []document{{ID: "d1", People: backend.Set{}, Switch: backend.To(false)}}
	if diff := cmp.Diff(model, lists.Model(wire)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(wire, lists.Wire(model)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]wireItem{}, lists.Wire(nil)); diff != "" {
		t.Error("no list is an empty one:", diff)
	}
}

func TestADeclarationThatDoesNotFitIsNamed(t *testing.T) {
	type tagged = backend.AppEntitlement
	for what, c := range map[string]struct {
		compile func()
		says    string
	}{
		"no leaf at the path": {func() {
			plain.New[struct {
				Slug string `json:"slug" field:"acme.slug"`
			}, tagged](&block{}, words)
		}, "Slug: no leaf is at acme.slug"},
		"a leaf of another vendor": {func() {
			plain.New[struct {
				Text string `json:"text" field:"other.text"`
			}, tagged](&block{}, words)
		}, "Text: no leaf is at other.text"},
		"a nested struct, not a leaf": {func() {
			plain.New[struct {
				Nested string `json:"nested" field:"acme.nested"`
			}, tagged](&block{}, words)
		}, "Nested: no leaf is at acme.nested"},
		"a leaf of another sort": {func() {
			plain.New[struct {
				On string `json:"on" field:"acme.on"`
			}, tagged](&block{}, words)
		}, "On, acme.on: string on the wire is no bool"},
		"words of a number": {func() {
			plain.New[struct {
				Count int64 `json:"count" field:"acme.count" enum:"COUNT_"`
			}, tagged](&block{}, words)
		}, "Count, acme.count: int64 on the wire is no int64"},
		"a document without a member": {func() {
			plain.NewDocument[struct{ ID string }, struct{ Key string }](words)
		}, "has no Key"},
		"a member of another sort, deep in a document": {func() {
			plain.NewDocument[struct{ All []struct{ ID bool } }, struct{ All []struct{ ID string } }](words)
		}, "ID: bool on the wire is no string"},
	} {
		t.Run(what, func(t *testing.T) {
			defer func() {
				if said, _ := recover().(string); !strings.Contains(said, c.says) {
					t.Errorf("it panics with %q", said)
				}
			}()
			c.compile()
		})
	}
}
