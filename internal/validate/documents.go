package validate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	kubejson "k8s.io/apimachinery/pkg/util/json"
	kubeyaml "sigs.k8s.io/yaml"
)

// source is an object as a file has it.
type source struct {
	file string
	// line is where the object begins, and node what was written there.
	line int
	node *yaml.Node
	// built: kustomize made it, and no line of a file has it.
	built bool
}

// at is the line of a path below the object, or of the nearest part of it that is written.
func (s source) at(path string) int {
	node, line := s.node, s.line
	for _, step := range steps(path) {
		next := below(node, step)
		if next.value == nil {
			break
		}
		node, line = next.value, next.line
	}
	return line
}

// decode is the object as kubectl reads it: words and instants by the rules that it has for YAML.
func (s source) decode() (map[string]any, error) {
	room := mostNodes
	whole, err := withoutAliases(s.node, &room)
	if err != nil {
		return nil, err
	}
	text, err := yaml.Marshal(whole)
	if err != nil {
		return nil, err
	}
	raw, err := kubeyaml.YAMLToJSONStrict(text)
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	return out, kubejson.Unmarshal(raw, &out)
}

// found is a member of a document and the line on which it is named.
type found struct {
	value *yaml.Node
	line  int
}

// below is the member of a mapping or the item of a list.
func below(node *yaml.Node, step string) found {
	for node != nil && node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if node == nil {
		return found{}
	}
	switch node.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == step {
				return found{node.Content[i+1], node.Content[i].Line}
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(node.Content) {
			return found{node.Content[i], node.Content[i].Line}
		}
	default: // Nothing is below it.
	}
	return found{}
}

var step = regexp.MustCompile(`[^.\[\]]+`)

// steps takes a path apart: spec.entitlements[0].ref.
func steps(path string) []string { return step.FindAllString(path, -1) }

// mostNodes is how much an object may hold once what it repeats by alias is written out.
const mostNodes = 1_000_000

// withoutAliases is a node with what its aliases stand for in their place: an anchor may be outside the object, in another item
// of its list.
func withoutAliases(node *yaml.Node, room *int) (*yaml.Node, error) {
	if *room--; *room < 0 {
		return nil, errors.New("its aliases make it larger than any object may be")
	}
	if node.Kind == yaml.AliasNode {
		return withoutAliases(node.Alias, room)
	}
	out := *node
	out.Anchor, out.Content = "", nil
	for _, below := range node.Content {
		whole, err := withoutAliases(below, room)
		if err != nil {
			return nil, err
		}
		out.Content = append(out.Content, whole)
	}
	return &out, nil
}

// parse returns the objects of a file, those of lists one by one.
func parse(file string, text []byte) ([]source, error) {
	documents, err := documentsOf(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	var out []source
	for _, root := range documents {
		if root.Kind != yaml.MappingNode {
			return nil, fmt.Errorf("%s: line %d: this is no object, which has apiVersion and kind", file, root.Line)
		}
		if out, err = unlist(out, file, root, 0); err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", file, root.Line, err)
		}
	}
	return out, nil
}

// documentsOf are the documents of a text that hold anything. As with kubectl, objects in JSON may follow each other.
func documentsOf(text []byte) ([]*yaml.Node, error) {
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) {
		if out, err := jsonDocuments(text); err == nil {
			return out, nil
		} // It may be YAML in braces.
	}
	var out []*yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	for {
		document := &yaml.Node{}
		err := decoder.Decode(document)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		if len(document.Content) > 0 && document.Content[0].Tag != "!!null" {
			out = append(out, document.Content[0])
		}
	}
}

func jsonDocuments(text []byte) ([]*yaml.Node, error) {
	r := jsonReader{Decoder: json.NewDecoder(bytes.NewReader(text)), text: text}
	r.UseNumber()
	var out []*yaml.Node
	for {
		node, err := r.next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		out = append(out, node)
	}
}

// jsonReader makes nodes of JSON, each with its line.
type jsonReader struct {
	*json.Decoder

	text []byte
	// read of the text, and the line there.
	read, lines int
}

// line is where the token ends that was read last.
func (r *jsonReader) line() int {
	to := int(r.InputOffset())
	r.lines += bytes.Count(r.text[r.read:to], []byte("\n"))
	r.read = to
	return r.lines + 1
}

// next is the next value.
func (r *jsonReader) next() (*yaml.Node, error) {
	token, err := r.Token()
	if err != nil {
		return nil, err
	}
	scalar := func(tag, value string) *yaml.Node {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value, Line: r.line()}
	}
	switch token := token.(type) {
	case json.Delim:
		out := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: r.line()}
		if token == '[' {
			out.Kind, out.Tag = yaml.SequenceNode, "!!seq"
		}
		for r.More() {
			below, err := r.next()
			if err != nil {
				return nil, err
			}
			out.Content = append(out.Content, below)
		}
		_, err := r.Token() // What closes it.
		return out, err
	case string:
		out := scalar("!!str", token)
		out.Style = yaml.DoubleQuotedStyle
		return out, nil
	case json.Number:
		if strings.ContainsAny(token.String(), ".eE") {
			return scalar("!!float", token.String()), nil
		}
		return scalar("!!int", token.String()), nil
	case bool:
		return scalar("!!bool", strconv.FormatBool(token)), nil
	}
	return scalar("!!null", "null"), nil
}

// A file that says very much by few aliases is a mistake, or meant to harm.
const (
	mostObjects = 100_000
	mostNested  = 10
)

// unlist adds an object, or those of a list: v1 List, AccessProfileList, lists of lists. An item that does not say what it is, is
// what its list has, as kubectl takes it.
func unlist(out []source, file string, root *yaml.Node, depth int) ([]source, error) {
	kind, version := textAt(root, "kind"), textAt(root, "apiVersion")
	items := below(root, "items").value
	of, list := strings.CutSuffix(kind, "List")
	if !list || items == nil || items.Kind != yaml.SequenceNode {
		return append(out, source{file: file, line: root.Line, node: root}), nil
	}
	if depth == mostNested || len(out)+len(items.Content) > mostObjects {
		return nil, fmt.Errorf("the list has more than %d objects, or lists within lists %d deep", mostObjects, mostNested)
	}
	var err error
	for _, item := range items.Content {
		for item.Kind == yaml.AliasNode {
			item = item.Alias
		}
		if item.Kind == yaml.MappingNode && of != "" && textAt(item, "kind") == "" && textAt(item, "apiVersion") == "" {
			item = typed(item, version, of)
		}
		if out, err = unlist(out, file, item, depth+1); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// typed is an object with what it is written before it.
func typed(node *yaml.Node, version, kind string) *yaml.Node {
	out := *node
	text := func(value string) *yaml.Node {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value, Line: node.Line}
	}
	out.Content = append([]*yaml.Node{text("apiVersion"), text(version), text("kind"), text(kind)}, node.Content...)
	return &out
}
