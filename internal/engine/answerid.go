package engine

import (
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
)

// withAnswer puts the vendor's name for the answer that a message tells of behind it, where the message has room for it.
func withAnswer(message string, err error) string {
	const most = 512
	if err == nil {
		return message
	}
	name := backend.WithReference("", backend.ReferenceOf(err))
	if room := most - len([]rune(name)); len([]rune(message)) > room {
		message = string([]rune(message)[:room-1]) + "…"
	}
	return message + name
}

// kept is the text of a condition that stays as it is though another answer said so: each has a name of its own, and nothing
// else is new.
func kept(conditions []metav1.Condition, kind string, m decision.State, text string) string {
	old := meta.FindStatusCondition(conditions, kind)
	if old != nil && string(old.Status) == string(m.Status) && old.Reason == m.Reason && backend.WithoutReference(old.Message) == backend.WithoutReference(text) {
		return old.Message
	}
	return text
}
