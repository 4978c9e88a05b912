package inspect

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// subject is an object that is explained, with what was read of it.
type subject struct {
	id         reference.Object
	obj        reference.Managed
	caller     Caller
	suspension managed.Suspension
	decided    *metav1.Condition
	endings    []decision.Ending
	backendID  reference.Object
	// backend is nil where it is not there or not readable, which backendSays says.
	backend     backendObject
	backendSays string
	// waitsFor are the objects that it refers to and that are not ready, with what is known of each.
	waitsFor []reference.Object
	lacks    map[reference.Object]string
	// holder is the object that has what this one wants.
	holder *reference.Object
}

// read reads what belongs to the object.
func (s *subject) read(ctx context.Context, reader client.Reader) error {
	s.backendID = backendOf(s.obj)
	backend := backendObject(&v1alpha1.GovernanceBackend{})
	if s.backendID.Kind == v1alpha1.KindClusterGovernanceBackend {
		backend = &v1alpha1.ClusterGovernanceBackend{}
	}
	switch err := reader.Get(ctx, keyOf(s.backendID), backend); {
	case apierrors.IsNotFound(err):
		s.backendSays = "there is no such backend"
	case unavailable(err):
		s.backendSays = "you may not read it"
	case err != nil:
		return err
	default:
		s.backend = backend
	}
	s.lacks = map[reference.Object]string{}
	for _, other := range reference.Of(s.obj) {
		says, err := lackOf(ctx, reader, other)
		if err != nil {
			return err
		}
		if says != "" {
			s.waitsFor, s.lacks[other] = append(s.waitsFor, other), says
		}
	}
	return s.readHolder(ctx, reader)
}

// lackOf is what an object that others refer to lacks, empty for nothing.
func lackOf(ctx context.Context, reader client.Reader, id reference.Object) (string, error) {
	other := reference.New(id.Kind)
	if other == nil {
		return "", nil
	}
	switch err := reader.Get(ctx, keyOf(id), other); {
	case apierrors.IsNotFound(err):
		return "there is no such object", nil
	case unavailable(err):
		return "you may not read it", nil
	case err != nil:
		return "", err
	case !other.GetDeletionTimestamp().IsZero():
		return "it is being deleted", nil
	case boundTo(other) == "":
		return "it has no remote yet", nil
	}
	return "", nil
}

// resync is the resync interval of the backend, in words.
func (s *subject) resync() string {
	if s.backend == nil {
		return "the resync interval of the backend"
	}
	return fmt.Sprintf("%s (the backend's resyncInterval)", s.backend.GetBackendSpec().ResyncInterval)
}

// facts are what is seen of the object.
func (s *subject) facts() (out []string) {
	st, spec := s.obj.GetManagedStatus(), s.obj.GetManagedSpec()
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if s.decided == nil || s.decided.ObservedGeneration != s.obj.GetGeneration() {
		out = append(out, notHandled(s.obj.GetGeneration(), st.ObservedGeneration))
	}
	for _, kind := range []string{v1alpha1.ConditionAccepted, v1alpha1.ConditionResolvedRefs} {
		if c := meta.FindStatusCondition(st.Conditions, kind); c != nil && c.Status == metav1.ConditionFalse && c.Message != s.decided.Message {
			add("%s is False, %s: %s", kind, c.Reason, c.Message)
		}
	}
	if at := s.obj.GetDeletionTimestamp(); !at.IsZero() {
		add("its deletion was asked for at %s", at.UTC().Format(time.RFC3339))
	}
	switch {
	case spec.Suspend:
		add("spec.suspend holds every write")
	case s.suspension.On:
		add("it is %s", s.suspension)
	}
	out = append(out, remoteFacts(st)...)
	for _, name := range st.Resolved {
		if name.Reason != "" {
			add("%s %q means %q, %s: %s", name.Kind, name.Name, name.ID, name.Reason, name.Message)
		}
	}
	for _, other := range s.waitsFor {
		add("it refers to %s: %s", inWords(other), s.lacks[other])
	}
	switch {
	case s.backend == nil:
		add("its backend is %s: %s", inWords(s.backendID), s.backendSays)
	case s.backend.GetBackendSpec().Suspend:
		add("spec.suspend of its backend %s holds every write", inWords(s.backendID))
	}
	return out
}

// remoteFacts are what the status has of the remote.
func remoteFacts(st *v1alpha1.ManagedStatus) (out []string) {
	remote := st.Remote
	if remote == nil || remote.ID == "" {
		out = append(out, "it is bound to no remote")
	} else {
		out = append(out, joinedBy(", ", fmt.Sprintf("it is bound to remote %q", remote.ID), prefixed("in tenant ", remote.TenantID), prefixed("phase ", string(remote.Phase)), remote.URL))
	}
	if remote == nil {
		return out
	}
	if len(remote.Changes) > 0 {
		out = append(out, "these fields differ from the spec: "+strings.Join(remote.Changes, ", "))
	}
	if len(remote.Narrowed) > 0 {
		out = append(out, "these fields were written alone, since they take access away: "+strings.Join(remote.Narrowed, ", "))
	}
	if remote.LastWrittenAt != nil {
		out = append(out, "the vendor took a write of the operator last at "+inUTC(*remote.LastWrittenAt))
	}
	if remote.LastDrift != nil {
		out = append(out, fmt.Sprintf("somebody else had changed it at %s: %s", inUTC(remote.LastDrift.At), strings.Join(remote.LastDrift.Fields, ", ")))
	}
	if remote.DeleteSentAt != nil {
		out = append(out, "the vendor took its deletion at "+inUTC(*remote.DeleteSentAt))
	}
	for _, f := range st.Settling {
		out = append(out, fmt.Sprintf("spec.%s was written at %s and is not shown yet", f.Path, f.Since.UTC().Format(time.RFC3339)))
	}
	return out
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

// can reports whether the vendor has a verb for the kind.
func (s *subject) can(verb string) bool {
	if s.backend == nil {
		return false
	}
	for _, c := range s.backend.GetBackendStatus().Capabilities {
		if c.Kind == s.id.Kind {
			return slices.Contains(c.Verbs, verb)
		}
	}
	return false
}
