package tenancy

import (
	"fmt"
	"strings"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

// held returns what the brakes of a backend hold: the kinds whose remotes are absent
// at once, and how many deletions wait. What people accepted on the backend is not
// held. What the status tells from before a restart is, until it was counted anew.
func (p *Pool) held(obj Object, key string) (absent map[string]int32, deletions int32) {
	accepted := acceptedAbsence(obj)
	for kind, count := range accepted {
		p.Brakes.AcceptAbsence(key, kind, count)
	}
	if count, ok := number(obj.GetAnnotations()[v1alpha1.AnnotationAcceptDeletions]); ok {
		p.Brakes.AcceptDeletions(key, count)
	}
	absent, deletions = p.Brakes.State(key)
	for _, a := range obj.GetBackendStatus().Absent {
		if _, known := absent[a.Kind]; !known && !p.Brakes.Judged(key, a.Kind) && accepted[a.Kind] < int(a.Count) {
			absent[a.Kind] = a.Count
		}
	}
	return absent, deletions
}

// acceptedAbsence reads "<kind>=<count>, …". What cannot be read accepts nothing.
func acceptedAbsence(obj Object) map[string]int {
	accepted := map[string]int{}
	for _, one := range strings.Split(obj.GetAnnotations()[v1alpha1.AnnotationAcceptAbsence], ",") {
		kind, text, _ := strings.Cut(one, "=")
		if count, ok := number(text); ok {
			accepted[strings.TrimSpace(kind)] = count
		}
	}
	return accepted
}

func number(text string) (count int, ok bool) {
	_, err := fmt.Sscanf(strings.TrimSpace(text), "%d", &count)
	return count, err == nil
}
