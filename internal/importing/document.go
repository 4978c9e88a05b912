package importing

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"

	yaml3 "go.yaml.in/yaml/v3"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/kinds"
)

// object is an object as a file has it: without a status, and in the order in which its type has the fields.
type object struct {
	APIVersion string   `json:"apiVersion"`
	Kind       string   `json:"kind"`
	Metadata   metadata `json:"metadata"`
	Spec       any      `json:"spec"`
}

type metadata struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace,omitempty"`
}

// document is the file of an object, with what its spec leaves out as comments. Remarks are on ids.
func document(kind, namespace, name string, spec any, left []kinds.Omission, remarks map[string]string) ([]byte, error) {
	raw, err := json.Marshal(object{v1alpha1.GroupVersion.String(), kind, metadata{name, namespace}, spec})
	if err != nil {
		return nil, err
	}
	for _, quoted := range []bool{false, true} {
		text, err := render(raw, remarks, quoted)
		if err != nil {
			return nil, err
		}
		if same(raw, text) {
			return append(text, comments(left)...), nil
		}
	}
	return nil, errors.New("its fields cannot be written so that they are read again as they are")
}

// same reports whether a file is read as what it was made of.
func same(raw, text []byte) bool {
	var want, got any
	read, err := yaml.YAMLToJSONStrict(text)
	return err == nil && json.Unmarshal(raw, &want) == nil && json.Unmarshal(read, &got) == nil && reflect.DeepEqual(want, got)
}

// render is JSON as YAML, in the same order.
func render(raw []byte, remarks map[string]string, quoted bool) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	w := writer{d, remarks, quoted}
	root, err := w.value("")
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	e := yaml3.NewEncoder(&out)
	e.SetIndent(2)
	if err := errors.Join(e.Encode(root), e.Close()); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// writer turns a stream of JSON into nodes.
type writer struct {
	*json.Decoder

	remarks map[string]string
	quoted  bool
}

// value is the next value, which stands under key.
func (w writer) value(key string) (*yaml3.Node, error) {
	token, err := w.Token()
	if err != nil {
		return nil, err
	}
	switch v := token.(type) {
	case json.Delim:
		return w.composite(v)
	case string:
		n := w.text(v)
		if key == "id" {
			n.LineComment = w.remarks[v]
		}
		return n, nil
	case json.Number:
		return &yaml3.Node{Kind: yaml3.ScalarNode, Value: v.String()}, nil
	case bool:
		return &yaml3.Node{Kind: yaml3.ScalarNode, Value: fmt.Sprint(v)}, nil
	case nil:
		return &yaml3.Node{Kind: yaml3.ScalarNode, Value: "null"}, nil
	}
	return nil, io.ErrUnexpectedEOF
}

// composite is a list or an object whose opening was read.
func (w writer) composite(open json.Delim) (*yaml3.Node, error) {
	n := &yaml3.Node{Kind: yaml3.SequenceNode}
	if open == '{' {
		n.Kind = yaml3.MappingNode
	}
	for w.More() {
		key := ""
		if open == '{' {
			token, err := w.Token()
			if err != nil {
				return nil, err
			}
			key = token.(string)
			n.Content = append(n.Content, w.text(key))
		}
		v, err := w.value(key)
		if err != nil {
			return nil, err
		}
		n.Content = append(n.Content, v)
	}
	if len(n.Content) == 0 {
		n.Style = yaml3.FlowStyle
	}
	_, err := w.Token()
	return n, err
}

var (
	// plain texts mean themselves in every version of YAML, save for the words below.
	plain = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_./@()+-]*( [A-Za-z0-9_./@()+-]+)*$`)
	words = []string{"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
	// lines are texts that stand below each other as they are.
	lines = regexp.MustCompile(`^[!-~\p{L}]([ -~\p{L}]*[!-~\p{L}])?(\n([!-~\p{L}]([ -~\p{L}]*[!-~\p{L}])?)?)*\n?$`)
)

// text is a text in the form that people read most easily, and no parser otherwise.
func (w writer) text(text string) *yaml3.Node {
	n := &yaml3.Node{Kind: yaml3.ScalarNode, Tag: "!!str", Value: text, Style: yaml3.DoubleQuotedStyle}
	switch {
	case w.quoted:
	case plain.MatchString(text) && !slices.Contains(words, strings.ToLower(text)):
		n.Style = 0
	case strings.Contains(text, "\n") && !strings.HasSuffix(text, "\n\n") && lines.MatchString(text):
		n.Style = yaml3.LiteralStyle
	}
	return n
}

// longestRemark is how much of a value a comment shows.
const longestRemark = 160

// comments say what a spec leaves out of its remote. What is empty there is not said.
func comments(left []kinds.Omission) []byte {
	var out bytes.Buffer
	for _, o := range left {
		if o.Why == kinds.WhyEmpty {
			continue
		}
		if out.Len() == 0 {
			out.WriteString("# Left out of spec:\n")
		}
		fmt.Fprintf(&out, "# - %s: %s", sentence(o.Path), sentence(o.Text))
		if o.Value != "" {
			fmt.Fprintf(&out, " (it is %s)", sentence(o.Value))
		}
		out.WriteByte('\n')
	}
	return out.Bytes()
}

// sentence is a text on one line.
func sentence(text string) string {
	short := []rune(backend.Printable(strings.Join(strings.Fields(text), " ")))
	if len(short) > longestRemark {
		return string(short[:longestRemark]) + "…"
	}
	return string(short)
}
