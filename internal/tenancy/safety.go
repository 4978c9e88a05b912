package tenancy

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/engine/safety"
)

// hear tells the safety limits what the backend says: its status what was held before a restart, its
// annotations what people confirm now.
func (p *Pool) hear(obj Object, key string) {
	st := obj.GetBackendStatus()
	said := safety.Said{Deletions: st.PendingDeletions, Absent: map[string]safety.Absence{}, ConfirmAbsence: confirmedAbsence(obj)}
	said.ConfirmDeletions, _ = confirmation(obj.GetAnnotations()[v1alpha1.AnnotationAcceptDeletions])
	for _, a := range st.Absent {
		absence := safety.Absence{Count: int(a.Count)}
		if a.Since != nil {
			absence.Since = a.Since.UTC()
		}
		said.Absent[a.Kind] = absence
	}
	p.Limits.Hear(key, said)
}

// limited adds what the safety limits hold to a healthy backend.
func (p *Pool) limited(ctx context.Context, obj Object, key string, h Health) (Health, error) {
	p.hear(obj, key)
	deletions, err := p.Limits.Count(ctx, key)
	if err != nil {
		return h, err
	}
	all, _ := p.Limits.State(key)
	maps.DeleteFunc(all, func(_ string, a safety.Absence) bool { return !a.Held })
	switch {
	case len(all) > 0:
		h.Reason = v1alpha1.ReasonMassAbsence
		for _, kind := range slices.Sorted(maps.Keys(all)) {
			h.Message += fmt.Sprintf("%d %s objects have lost their remote at once; nothing is created or released. Fix the credentials, or confirm with the annotation %s: %q. ",
				all[kind].Count, kind, v1alpha1.AnnotationAcceptAbsence, kind+"="+confirm(all[kind].Count, all[kind].Since))
		}
		h.Message += otherwise(obj, v1alpha1.AnnotationAcceptAbsence)
	case deletions.Held:
		h.Reason = v1alpha1.ReasonMassDeletion
		h.Message = fmt.Sprintf("%d deletions wait, too many at once to go without a confirmation; to confirm them, set the annotation %s: %q. %s",
			deletions.Waiting, v1alpha1.AnnotationAcceptDeletions, confirm(deletions.Waiting, deletions.Newest), otherwise(obj, v1alpha1.AnnotationAcceptDeletions))
	default:
		h.Ready, h.Reason, h.Message = true, v1alpha1.ReasonAuthenticated, "the tenant answers"
	}
	return h, nil
}

// otherwise says of an annotation that is there and confirms nothing why that is so.
func otherwise(obj Object, annotation string) string {
	text := obj.GetAnnotations()[annotation]
	if text == "" {
		return ""
	}
	if runes := []rune(text); len(runes) > 64 {
		text = string(runes[:64]) + "…"
	}
	return fmt.Sprintf("its present value %q names another number or moment, or none: copy both", text)
}

// confirm is the text that confirms so many of a moment.
func confirm(count int, at time.Time) string {
	return strconv.Itoa(count) + "@" + at.UTC().Format(time.RFC3339)
}

// confirmation reads "<count>@<moment>". A number alone confirms nothing: it would go on
// confirming what nobody has seen.
func confirmation(text string) (safety.Confirmation, bool) {
	number, moment, ok := strings.Cut(strings.TrimSpace(text), "@")
	if !ok {
		return safety.Confirmation{}, false
	}
	count, err := strconv.Atoi(strings.TrimSpace(number))
	if err != nil || count < 0 {
		return safety.Confirmation{}, false
	}
	at, err := time.Parse(time.RFC3339, strings.TrimSpace(moment))
	if err != nil {
		return safety.Confirmation{}, false
	}
	return safety.Confirmation{Count: count, At: at.UTC()}, true
}

// confirmedAbsence reads "<kind>=<count>@<moment>, …". What cannot be read confirms nothing.
func confirmedAbsence(obj Object) map[string]safety.Confirmation {
	confirmed := map[string]safety.Confirmation{}
	for _, one := range strings.Split(obj.GetAnnotations()[v1alpha1.AnnotationAcceptAbsence], ",") {
		kind, text, _ := strings.Cut(one, "=")
		if c, ok := confirmation(text); ok {
			confirmed[strings.TrimSpace(kind)] = c
		}
	}
	return confirmed
}
