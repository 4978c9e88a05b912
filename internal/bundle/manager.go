package bundle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
)

// deployment is how the manager is configured: its flags without values that somebody chose, and the names of its variables.
func (r *redactor) deployment(d *appsv1.Deployment) map[string]any {
	var containers []map[string]any
	for _, c := range d.Spec.Template.Spec.Containers {
		container := map[string]any{"name": c.Name, "image": c.Image, "resources": c.Resources}
		var args []string
		for _, arg := range c.Args {
			args = append(args, r.argument(arg))
		}
		container["args"] = args
		container["env"] = variables(c.Env)
		container["envFrom"] = len(c.EnvFrom)
		containers = append(containers, container)
	}
	return map[string]any{
		"namespace": d.Namespace, "name": d.Name, "generation": d.Generation, "serviceAccount": d.Spec.Template.Spec.ServiceAccountName, "containers": containers,
		"replicas": d.Spec.Replicas, "availableReplicas": d.Status.AvailableReplicas, "updatedReplicas": d.Status.UpdatedReplicas,
	}
}

var flagName = regexp.MustCompile(`^--?[a-z][a-z0-9-]*$`)

// argument is a flag with its value if that is harmless.
func (r *redactor) argument(arg string) string {
	name, value, ok := strings.Cut(arg, "=")
	switch {
	case !flagName.MatchString(name):
		return length(arg)
	case !ok:
		return arg
	}
	return name + "=" + r.text(value)
}

// variables are the names of those of a container, and where each comes from.
func variables(in []corev1.EnvVar) (out []string) {
	for _, e := range in {
		from := fmt.Sprintf("string(%d)", len([]rune(e.Value)))
		if e.ValueFrom != nil {
			from = "by reference"
		}
		out = append(out, e.Name+": "+from)
	}
	return out
}

// kept are the members of a line of a log that stay as they are, if they look as they should: a place, an instant, a number of a pass.
var kept = map[string]*regexp.Regexp{
	"level": regexp.MustCompile(`^[a-z]{1,8}$`), "ts": regexp.MustCompile(`^[0-9TZ:.+-]{1,40}$`), "caller": place,
	"reconcileID": regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`),
}

func stays(name, value string) bool { return kept[name] != nil && kept[name].MatchString(value) }

// log is a log without values, line by line.
func (r *redactor) log(text []byte) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	for line := range bytes.Lines(text) {
		line = bytes.TrimRight(line, "\r\n")
		members := map[string]any{}
		decoder := json.NewDecoder(bytes.NewReader(line))
		decoder.UseNumber()
		if decoder.Decode(&members) != nil {
			out.WriteString(r.text(string(line)) + "\n")
			continue
		}
		redacted := map[string]any{}
		for name, value := range members {
			redacted[r.member(name)] = r.logged(name, value)
		}
		if err := encoder.Encode(redacted); err != nil {
			out.WriteString(length(string(line)) + "\n")
		}
	}
	return out.Bytes()
}

// member is the name of a member of a line: one that is a word or names a kind.
func (r *redactor) member(name string) string {
	if kept[name] != nil || r.fields[name] || r.words[strings.ToLower(name)] || r.known[name] || name == "msg" || name == "stacktrace" {
		return name
	}
	return length(name)
}

func (r *redactor) logged(name string, value any) any {
	switch v := value.(type) {
	case string:
		if stays(name, v) {
			return v
		}
		return r.text(v)
	case json.Number:
		if stays(name, v.String()) {
			return v
		}
		return r.text(v.String())
	case map[string]any:
		out := map[string]any{}
		for key, inner := range v {
			out[r.member(key)] = r.logged("", inner)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = r.logged("", v[i])
		}
		return out
	}
	return value
}

// metrics are those of the operator and of what it is built on, with labels that name nobody.
func (r *redactor) metrics(text []byte) []byte {
	var out bytes.Buffer
	for line := range strings.Lines(string(text)) {
		name, _, _ := strings.Cut(line, "{")
		name, _, _ = strings.Cut(name, " ")
		if !ofTheManager(name) || strings.Contains(line, `\`) { // No label of the manager has anything to escape.
			continue
		}
		out.WriteString(r.labelled(line))
	}
	return out.Bytes()
}

func ofTheManager(name string) bool {
	for _, prefix := range []string{"governance_operator_", "controller_runtime_", "workqueue_", "rest_client_", "go_", "process_", "leader_election_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// labelled is a line of metrics whose labels have only what is harmless.
func (r *redactor) labelled(line string) string {
	var out strings.Builder
	for i, part := range strings.Split(line, `"`) {
		if i > 0 {
			out.WriteString(`"`)
		}
		if i%2 == 1 {
			part = r.text(part)
		}
		out.WriteString(part)
	}
	return out.String()
}
