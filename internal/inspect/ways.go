package inspect

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// outOf has the ways out of a reason that are commands. What each says is a part of the page on reasons; advice that is no command,
// as a look at the vendor's console, stands there alone. A reason that is not here is left by itself, or has no such way.
var outOf = map[string]func(s *subject) []Way{
	v1alpha1.ReasonDrifted:             (*subject).outOfDrift,
	v1alpha1.ReasonStartHeld:           (*subject).outOfStartHeld,
	v1alpha1.ReasonSuspended:           (*subject).outOfSuspension,
	v1alpha1.ReasonInvalidSpec:         edited("The field named in the message is invalid"),
	v1alpha1.ReasonFieldUnsupported:    (*subject).outOfUnsupported,
	v1alpha1.ReasonExpressionInvalid:   edited("The CEL expression does not compile"),
	v1alpha1.ReasonCreateUnsupported:   managing("choose management.creation: Adopt", "creation", v1alpha1.CreationAdopt),
	v1alpha1.ReasonUpdateUnsupported:   edited("Put the old values back"),
	v1alpha1.ReasonDeletionUnsupported: managing("Choose Orphan", "deletion", v1alpha1.DeletionOrphan),
	v1alpha1.ReasonDeletionBlocked:     managing("set management.deletion: Orphan to let the object go", "deletion", v1alpha1.DeletionOrphan),
	v1alpha1.ReasonFieldRemoved:        managing("set spec.management.removed: Keep", "removed", v1alpha1.RemovedKeep),
	v1alpha1.ReasonRemoteIDMismatch:    (*subject).outOfMismatch,
	v1alpha1.ReasonSealedByVendor:      edited("Put the old values back"),
	v1alpha1.ReasonReferenceNotReady:   (*subject).lookAtReferences,
	v1alpha1.ReasonReferenceCycle:      edited("Cut it"),
	v1alpha1.ReasonNameNotFound:        edited("Fix the name"),
	v1alpha1.ReasonNameAmbiguous:       edited("Write {id: …}"),
	v1alpha1.ReasonNameMoved:           edited("Write its id to say that this is right"),
	v1alpha1.ReasonBackendNotAllowed:   (*subject).outOfNotAllowed,
	v1alpha1.ReasonStillReferenced:     (*subject).outOfReferenced,
	v1alpha1.ReasonRemoteNotFound:      (*subject).outOfNotFound,
	v1alpha1.ReasonRemoteExists:        (*subject).outOfExists,
	v1alpha1.ReasonRemoteMissing:       (*subject).outOfMissing,
	v1alpha1.ReasonRemoteFailed:        looking("Fix it there"),
	v1alpha1.ReasonPendingTooLong:      looking("Look there"),
	v1alpha1.ReasonOwnershipLost:       letting("delete the object under deletion: Orphan and apply it with creation: CreateOrAdopt"),
	v1alpha1.ReasonClaimedByOther:      (*subject).outOfClaimed,
	v1alpha1.ReasonOutcomeUnknown:      (*subject).outOfUnknown,
	v1alpha1.ReasonAmbiguousRemote:     looking("Remove one at the vendor"),
	v1alpha1.ReasonNonConverging:       (*subject).outOfNonConverging,
	v1alpha1.ReasonDraftPending:        looking("Publish or discard it there"),
	v1alpha1.ReasonNameTaken:           edited("rename one of the two"),
	v1alpha1.ReasonRefused:             mended("Fix the spec"),
	v1alpha1.ReasonRefusedPerhaps:      mended("if they name something that the spec says, fix that"),
}

// onceMore is that of the beginning of the page on reasons.
const onceMore = "To request a full pass over an object now"

// ways are the ways out of the decision in force that are commands.
func (s *subject) ways() []Way {
	if s.decided == nil || s.decided.ObservedGeneration != s.obj.GetGeneration() {
		return nil // What was decided of another spec is no longer in the way.
	}
	find := outOf[s.decided.Reason]
	if find == nil {
		return nil
	}
	return pasteable(find(s))
}

// pasteable are ways that do nothing to a terminal: an id of a stranger may be anything.
func pasteable(ways []Way) []Way {
	return slices.DeleteFunc(ways, func(w Way) bool { return backend.Printable(w.Command) != w.Command })
}

func (s *subject) patch(says string, spec map[string]any) Way {
	return Way{says, s.caller.patch(s.id, map[string]any{"spec": spec})}
}

func (s *subject) edit(says string) Way { return Way{says, s.caller.kubectl("edit", s.id)} }

func (s *subject) reconcile(says string) Way {
	return Way{says, s.caller.governance("reconcile", s.id)}
}

func (s *subject) manage(says, policy string, value any) Way {
	return s.patch(says, map[string]any{"management": map[string]any{policy: value}})
}

func edited(says string) func(*subject) []Way {
	return func(s *subject) []Way { return []Way{s.edit(says)} }
}

func managing(says, policy string, value any) func(*subject) []Way {
	return func(s *subject) []Way { return []Way{s.manage(says, policy, value)} }
}

// looking is for what is done at the vendor: the operator sees it at once if it is asked to look.
func looking(says string) func(*subject) []Way {
	return func(s *subject) []Way { return []Way{s.reconcile(says + ", then: " + onceMore)} }
}

func letting(says string) func(*subject) []Way {
	return func(s *subject) []Way { return []Way{{says, s.caller.governance("orphan", s.id)}} }
}

func mended(says string) func(*subject) []Way {
	return func(s *subject) []Way { return []Way{s.edit(says), s.reconcile(onceMore)} }
}

func (s *subject) management() v1alpha1.Management {
	if m := s.obj.GetManagedSpec().Management; m != nil {
		return *m
	}
	return v1alpha1.Management{}
}

func (s *subject) outOfDrift() []Way {
	ways := []Way{s.edit("Edit the spec to take the vendor's value over")}
	if s.management().Drift == v1alpha1.DriftReport {
		return append(ways, s.manage("choose drift: Correct to have yours back", "drift", v1alpha1.DriftCorrect))
	}
	return ways
}

func (s *subject) outOfStartHeld() []Way {
	return []Way{s.patch("Change spec.start to start it earlier", map[string]any{"start": map[string]any{"mode": "Immediate", "at": nil}})}
}

func (s *subject) outOfSuspension() (ways []Way) {
	const says = "Set it to false to continue"
	off := map[string]any{"suspend": false}
	switch {
	case s.obj.GetManagedSpec().Suspend:
		ways = append(ways, s.patch(says, off))
	case s.suspension.On:
		ways = append(ways, Way{"governance resume ends it", s.caller.governance("resume", s.id)})
	}
	if s.backend != nil && s.backend.GetBackendSpec().Suspend {
		ways = append(ways, Way{says, s.caller.patch(s.backendID, map[string]any{"spec": off})})
	}
	return ways
}

var (
	namedField  = regexp.MustCompile(`^spec((?:\.[A-Za-z][A-Za-z0-9]*|\[\d+\])+): `)
	otherVendor = regexp.MustCompile(`^spec(\.[A-Za-z][A-Za-z0-9]*)[^:]*: belongs to another vendor;`)
	steps       = regexp.MustCompile(`[A-Za-z0-9]+`)
)

func (s *subject) outOfUnsupported() []Way {
	message := s.decided.Message
	found := otherVendor.FindStringSubmatch(message)
	if found == nil {
		found = namedField.FindStringSubmatch(message)
	}
	if found == nil {
		return []Way{s.edit("Take it out")}
	}
	path := steps.FindAllString(found[1], -1)
	if path[0] == "backendRef" {
		return []Way{{"the vendor has no such kind: delete the object", s.caller.kubectl("delete", s.id)}}
	}
	if !hasField(s.obj, append([]string{"spec"}, path...)) {
		return []Way{s.edit("Take it out")}
	}
	patch := compact([]map[string]string{{"op": "remove", "path": "/spec/" + strings.Join(path, "/")}})
	return []Way{{"Take it out", s.caller.kubectl("patch", s.id, "--type=json", "-p", patch)}}
}

// hasField reports whether an object has a field.
func hasField(obj client.Object, path []string) bool {
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(obj)
	if err != nil {
		return false
	}
	at := any(content)
	for _, step := range path {
		switch v := at.(type) {
		case map[string]any:
			at = v[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(v) {
				return false
			}
			at = v[i]
		default:
			return false
		}
	}
	return at != nil
}

func (s *subject) outOfMismatch() []Way {
	return []Way{s.patch("Put it back", map[string]any{"remoteID": boundTo(s.obj)})}
}

func (s *subject) lookAtReferences() (ways []Way) {
	for _, other := range s.waitsFor {
		ways = append(ways, Way{"Look at that object", s.caller.governance("why", other)})
	}
	return ways
}

func (s *subject) outOfNotAllowed() []Way {
	shared, ok := s.backend.(*v1alpha1.ClusterGovernanceBackend)
	if !ok {
		return nil
	}
	var names []string
	if allowed := shared.Spec.AllowedNamespaces; allowed != nil {
		names = slices.Clone(allowed.Names)
	}
	return []Way{{"let the backend's owner add it", s.caller.patch(s.backendID, map[string]any{"spec": map[string]any{
		"allowedNamespaces": map[string]any{"names": append(names, s.obj.GetNamespace())},
	}})}}
}

func (s *subject) outOfReferenced() []Way {
	return []Way{s.patch("set keepWhileReferenced to false", map[string]any{"keepWhileReferenced": false})}
}

func (s *subject) outOfNotFound() []Way {
	if s.obj.GetManagedSpec().RemoteID != "" || !s.can("Create") {
		return looking("Make it at the vendor")(s)
	}
	return append(looking("Make it at the vendor")(s), s.manage("creation: CreateOrAdopt creates it", "creation", v1alpha1.CreationCreateOrAdopt))
}

// foundRemote is the beginning of a message that names the remote that was found.
var foundRemote = regexp.MustCompile(`^remote ("(?:[^"\\]|\\.)*")(?: in "(?:[^"\\]|\\.)*")? `)

// found is the remote that the message names, empty for none.
func (s *subject) found() string {
	if m := foundRemote.FindStringSubmatch(s.decided.Message); m != nil {
		if id, err := strconv.Unquote(m[1]); err == nil {
			return id
		}
	}
	return ""
}

func (s *subject) outOfExists() (ways []Way) {
	text, second := strings.CutSuffix(s.decided.Message, "; "+decision.AdviceDuplicate)
	text = strings.TrimSuffix(text, decision.AdviceOrRename)
	bind := strings.HasSuffix(text, "; "+decision.AdviceAdoptOrBind)
	if bind || strings.HasSuffix(text, "; "+decision.AdviceAdopt) {
		ways = append(ways, s.manage("Choose creation: CreateOrAdopt", "creation", v1alpha1.CreationCreateOrAdopt))
	}
	if id := s.found(); bind && id != "" {
		ways = append(ways, s.patch("set spec.remoteID to take it over", map[string]any{"remoteID": id}))
	}
	return append(append(ways, s.edit("rename yours")), s.duplicate(second)...)
}

func (s *subject) duplicate(possible bool) []Way {
	if !possible {
		return nil
	}
	return []Way{s.manage("choose creation: CreateDuplicate", "creation", v1alpha1.CreationCreateDuplicate)}
}

func (s *subject) outOfMissing() []Way {
	m := s.management()
	switch {
	case s.id.Kind == v1alpha1.KindAccessReview:
		return []Way{{"for a review, delete and apply", s.caller.governance("orphan", s.id)}}
	case s.obj.GetManagedSpec().RemoteID != "" || !s.can("Create"):
		return []Way{s.reconcile(onceMore)}
	case m.Drift == v1alpha1.DriftReport || m.Creation == v1alpha1.CreationAdopt:
		change := map[string]any{"drift": v1alpha1.DriftCorrect}
		if m.Creation == v1alpha1.CreationAdopt {
			change["creation"] = v1alpha1.CreationCreate
		}
		return []Way{s.patch("Choose Correct with Create", map[string]any{"management": change})}
	}
	return []Way{s.reconcile(onceMore)}
}

var claimer = regexp.MustCompile(`(?:belongs to |^)(AppEntitlement|AccessProfile|AccessReview) ([a-z0-9-]+)/([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?:: | is making |\. To )`)

// readHolder reads the object that has the remote or the name, if it is the one that the message names.
func (s *subject) readHolder(ctx context.Context, reader client.Reader) error {
	decided := inForce(s.obj)
	if decided == nil || decided.Reason != v1alpha1.ReasonClaimedByOther {
		return nil
	}
	m := claimer.FindStringSubmatch(decided.Message)
	if m == nil {
		return nil
	}
	id := reference.Object{Kind: m[1], Namespace: m[2], Name: m[3]}
	switch err := reader.Get(ctx, keyOf(id), reference.New(id.Kind)); {
	case err == nil:
		s.holder = &id
	case client.IgnoreNotFound(err) != nil && !unavailable(err):
		return err
	}
	return nil
}

func (s *subject) outOfClaimed() (ways []Way) {
	if s.holder != nil && s.found() != "" {
		ways = append(ways, Way{"To hand the remote over, delete that object under deletion: Orphan", s.caller.governance("orphan", *s.holder)})
	}
	ways = append(ways, Way{"To leave it to the other, delete this one: the remote stays", s.caller.kubectl("delete", s.id)}, s.edit("rename one of the two"))
	return append(ways, s.duplicate(strings.HasSuffix(s.decided.Message, "; "+decision.AdviceDuplicate))...)
}

func (s *subject) outOfUnknown() []Way {
	return append([]Way{s.edit("If the remote is there, set spec.remoteID")}, letting("if not, delete under deletion: Orphan and apply")(s)...)
}

func (s *subject) outOfNonConverging() []Way {
	ways := []Way{s.edit("Change the field, drop it from the spec"), s.reconcile("An edit or the annotation above starts again")}
	if boundTo(s.obj) != "" {
		ways = append(ways, s.manage("choose drift: Report", "drift", v1alpha1.DriftReport))
	}
	return ways
}

// backendWays are the ways out of what a backend has.
func backendWays(obj backendObject, id reference.Object, ready *metav1.Condition, caller Caller) []Way {
	if ready.ObservedGeneration != obj.GetGeneration() {
		return nil
	}
	st, spec := obj.GetBackendStatus(), obj.GetBackendSpec()
	edit := func(says string) []Way { return []Way{{says, caller.kubectl("edit", id)}} }
	var ways []Way
	switch ready.Reason {
	case v1alpha1.ReasonMassAbsence:
		for _, absent := range st.Absent {
			if absent.Since != nil {
				ways = append(ways, Way{"confirm number and moment", caller.annotate(id, v1alpha1.AnnotationAcceptAbsence,
					absent.Kind+"="+strconv.Itoa(int(absent.Count))+"@"+inUTC(*absent.Since))})
			}
		}
	case v1alpha1.ReasonMassDeletion:
		if st.PendingDeletionsAt != nil {
			ways = append(ways, Way{"Confirm number and moment", caller.annotate(id, v1alpha1.AnnotationAcceptDeletions,
				strconv.Itoa(int(st.PendingDeletions))+"@"+inUTC(*st.PendingDeletionsAt))})
		}
	case v1alpha1.ReasonTenantChanged:
		if m := answering.FindStringSubmatch(ready.Message); m != nil {
			if tenant, err := strconv.Unquote(m[1]); err == nil {
				ways = append(ways, Way{"accept the new tenant", caller.annotate(id, v1alpha1.AnnotationAcceptTenant, tenant)})
			}
		}
	case v1alpha1.ReasonInvalidSpec:
		ways = edit("The field named in the message is invalid")
	case v1alpha1.ReasonUnreachable:
		ways = edit("Look at its name, the network, a proxy, caBundleRef")
	case v1alpha1.ReasonUnauthorized, v1alpha1.ReasonSecretInvalid:
		if ref := spec.Credentials.SecretRef; ref != nil && id.Namespace != "" {
			says := map[string]string{v1alpha1.ReasonUnauthorized: "put new ones into the Secret", v1alpha1.ReasonSecretInvalid: "A key is missing or malformed"}[ready.Reason]
			ways = append(ways, Way{says, caller.kubectl("edit", reference.Object{Kind: "Secret", Namespace: id.Namespace, Name: ref.Name})})
		}
	}
	return pasteable(ways)
}

// answering is the beginning of the message that another tenant answers.
var answering = regexp.MustCompile(`^tenant ("(?:[^"\\]|\\.)*") answers, `)

func inUTC(at metav1.Time) string { return at.UTC().Format(time.RFC3339) }
