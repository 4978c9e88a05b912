package inspect

import (
	"encoding/json"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/governance-operator/governance-operator/internal/reference"
)

// Caller is how a person calls the command, so that what is printed acts on the same cluster.
type Caller struct {
	// Program is the name of this command, for example "kubectl governance".
	Program string
	// Flags are those of the connection, with a value each, in their order.
	Flags []string
}

// Way is a way out, as a command that works as it is pasted.
type Way struct {
	// Says is the sentence of the page on reasons that it carries out, or a part of it.
	Says    string `json:"says"`
	Command string `json:"command"`
}

// on are the words that name an object, for kubectl and for this command alike.
func (c Caller) on(o reference.Object) []string {
	words := []string{strings.ToLower(o.Kind) + "/" + o.Name}
	if o.Namespace != "" {
		words = append(words, "-n", o.Namespace)
	}
	return append(words, c.Flags...)
}

// kubectl is a command of kubectl on an object.
func (c Caller) kubectl(verb string, o reference.Object, more ...string) string {
	return joined(append(append([]string{"kubectl", verb}, c.on(o)...), more...))
}

// governance is a command of this program on an object.
func (c Caller) governance(verb string, o reference.Object) string {
	return joined(append(append(strings.Fields(c.Program), verb), c.on(o)...))
}

// patch merges a change into an object.
func (c Caller) patch(o reference.Object, change map[string]any) string {
	return c.kubectl("patch", o, "--type=merge", "-p", compact(change))
}

// annotate sets an annotation of an object.
func (c Caller) annotate(o reference.Object, key, value string) string {
	return c.kubectl("annotate", o, "--overwrite", key+"="+value)
}

func compact(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // It is made of maps and strings here.
	}
	return string(text)
}

const harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@,+"

// joined are words as a shell takes them, each as it is.
func joined(words []string) string {
	out := make([]string, len(words))
	for i, word := range words {
		if out[i] = word; word == "" || strings.Trim(word, harmless) != "" {
			out[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
	}
	return strings.Join(out, " ")
}

// keyOf is the key of an object.
func keyOf(o reference.Object) client.ObjectKey {
	return client.ObjectKey{Namespace: o.Namespace, Name: o.Name}
}
