package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// policies makes a template of every policy and its binding.
func policies(root string) (map[string]string, error) {
	paths, err := filepath.Glob(filepath.Join(root, "config", "admission", "*_*.yaml"))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("no policies in %s", root)
	}
	files := map[string]string{}
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		words := strings.Split(strings.TrimSuffix(filepath.Base(path), ".yaml"), "_")
		text, err := policy(string(raw), words)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		files[filepath.Join("templates", "admission-policies", strings.Join(words, "-")+".yaml")] = text
	}
	return files, nil
}

// policy makes a template of one policy, whose name is made of these words: its own text with what Helm would read as
// an action escaped, with name and labels of the release, and with actions and namespaces from the values.
func policy(text string, words []string) (string, error) {
	name := strings.Join(words, "-")
	value := words[0]
	for _, word := range words[1:] {
		value += strings.ToUpper(word[:1]) + word[1:]
	}
	value = ".Values.admissionPolicies." + value
	ours := `{{ include "governance-operator.suffixed" (list . "` + name + `") }}`
	text = escape(text)
	for _, change := range []struct {
		from, to string
		times    int
	}{
		{"\n  name: " + name + ".governance-operator.io\n", "\n  name: " + ours + "\n  labels:\n    {{- include \"governance-operator.labels\" . | nindent 4 }}\n", 2},
		{"\n  policyName: " + name + ".governance-operator.io\n", "\n  policyName: " + ours + "\n", 1},
		{"\n  validationActions: [Deny]\n", "\n  validationActions: {{ toJson " + value + ".validationActions }}\n" +
			"  {{- with " + value + ".namespaceSelector }}\n  matchResources:\n    namespaceSelector:\n      {{- toYaml . | nindent 6 }}\n  {{- end }}\n", 1},
	} {
		if strings.Count(text, change.from) != change.times {
			return "", fmt.Errorf("%q is not there %d times", change.from, change.times)
		}
		text = strings.ReplaceAll(text, change.from, change.to)
	}
	return "{{- /* " + generated + " */}}\n{{- if " + value + ".enabled }}\n" + text + "{{- end }}\n", nil
}
