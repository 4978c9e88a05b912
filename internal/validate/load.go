package validate

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/util/json"
	kubeyaml "sigs.k8s.io/yaml"
)

// source is an object as a file has it.
type source struct {
	file string
	// line is where the object begins, and node what was written there.
	line int
	node *yaml.Node
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
	text, err := yaml.Marshal(s.node)
	if err != nil {
		return nil, err
	}
	raw, err := kubeyaml.YAMLToJSONStrict(text)
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	return out, json.Unmarshal(raw, &out)
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

// extensions are those of the files that are read in a folder, as kubectl does.
var extensions = []string{".yaml", ".yml", ".json"}

// read returns the objects of files and folders; "-" is in. Of a folder the files are read, and with recursive those below it.
func read(in io.Reader, names []string, recursive bool) ([]source, error) {
	var out []source
	for _, name := range names {
		files, err := expand(name, recursive)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			text, err := textOf(in, file)
			if err != nil {
				return nil, err
			}
			objects, err := parse(file, text)
			if err != nil {
				return nil, err
			}
			out = append(out, objects...)
		}
	}
	return out, nil
}

func textOf(in io.Reader, file string) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(in)
	}
	return os.ReadFile(file)
}

// expand is the files that a name stands for, sorted.
func expand(name string, recursive bool) ([]string, error) {
	if name == "-" {
		return []string{name}, nil
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{name}, nil
	}
	var out []string
	err = filepath.WalkDir(name, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != name && !recursive:
			return filepath.SkipDir
		case !entry.IsDir() && slices.Contains(extensions, filepath.Ext(path)):
			out = append(out, path)
		}
		return nil
	})
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("%s: no file with an extension of %s; -R reads the folders below, too", name, strings.Join(extensions, ", "))
	}
	return out, err
}

// parse returns the objects of a file, those of a List one by one.
func parse(file string, text []byte) ([]source, error) {
	var out []source
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	for {
		document := &yaml.Node{}
		err := decoder.Decode(document)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if len(document.Content) == 0 || document.Content[0].Kind != yaml.MappingNode {
			continue // Nothing but comments.
		}
		root := document.Content[0]
		if kind := below(root, "kind").value; kind != nil && kind.Value == "List" {
			if items := below(root, "items").value; items != nil {
				for _, item := range items.Content {
					out = append(out, source{file: file, line: item.Line, node: item})
				}
			}
			continue
		}
		out = append(out, source{file: file, line: root.Line, node: root})
	}
}
