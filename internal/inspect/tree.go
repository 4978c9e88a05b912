package inspect

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// Branch is something that an object belongs together with.
type Branch struct {
	// Relation says how: backend, refers to, name, used by.
	Relation string `json:"relation"`
	// Object names it: kind/name, or a name at the vendor.
	Object string `json:"object"`
	// State of an object; empty for a name at the vendor.
	State State `json:"state,omitempty"`
	// Says is its reason and message where it is not ready, or the id that a name means.
	Says string `json:"says,omitempty"`
}

// Tree is an object with all that it belongs together with.
type Tree struct {
	Object   string   `json:"object"`
	State    State    `json:"state"`
	Says     string   `json:"says,omitempty"`
	RemoteID string   `json:"remoteID,omitempty"`
	Branches []Branch `json:"branches,omitempty"`
}

// The relations.
const (
	ofBackend  = "backend"
	ofReferred = "refers to"
	ofName     = "name"
	ofUser     = "used by"
)

// Grow reads the tree of an object.
func Grow(ctx context.Context, reader client.Reader, obj reference.Managed, now time.Time) (Tree, error) {
	out := Tree{Object: nameOf(obj)}
	out.State, out.Says = stateAndWords(obj, now)
	if remote := obj.GetManagedStatus().Remote; remote != nil {
		out.RemoteID = remote.ID
	}
	branch, err := backendBranch(ctx, reader, backendOf(obj))
	if err != nil {
		return Tree{}, err
	}
	out.Branches = append(out.Branches, branch)
	beside, err := managedObjects(ctx, reader, obj.GetNamespace())
	if err != nil {
		return Tree{}, err
	}
	there := map[reference.Object]reference.Managed{}
	for _, other := range beside {
		there[idOf(other)] = other
	}
	for _, other := range reference.Of(obj) {
		branch := Branch{Relation: ofReferred, Object: inWords(other), State: Stalled, Says: "there is no such object"}
		if found, ok := there[other]; ok {
			branch.State, branch.Says = stateAndWords(found, now)
		}
		out.Branches = append(out.Branches, branch)
	}
	for _, name := range obj.GetManagedStatus().Resolved {
		if strings.HasPrefix(name.Kind, reference.ObjectPin) {
			continue // It is among the objects.
		}
		says := "is " + name.ID
		if name.Reason != "" {
			says += ", " + name.Reason + ": " + name.Message
		}
		out.Branches = append(out.Branches, Branch{Relation: ofName, Object: fmt.Sprintf("%s %q", name.Kind, name.Name), Says: says})
	}
	self := idOf(obj)
	for _, other := range beside {
		if slices.Contains(reference.Of(other), self) {
			state, says := stateAndWords(other, now)
			out.Branches = append(out.Branches, Branch{Relation: ofUser, Object: nameOf(other), State: state, Says: says})
		}
	}
	return out, nil
}

// stateAndWords is the state of an object, and why it is not Ready.
func stateAndWords(obj reference.Managed, now time.Time) (State, string) {
	state, ready := StateOf(obj, now)
	if state == Ready || state == Unseen {
		return state, ""
	}
	return state, strings.TrimSuffix(ready.Reason+": "+ready.Message, ": ")
}

func backendBranch(ctx context.Context, reader client.Reader, id reference.Object) (Branch, error) {
	out := Branch{Relation: ofBackend, Object: inWords(id), State: Stalled}
	var status v1alpha1.GovernanceBackendStatus
	var err error
	if id.Kind == v1alpha1.KindClusterGovernanceBackend {
		obj := &v1alpha1.ClusterGovernanceBackend{}
		err = reader.Get(ctx, client.ObjectKey{Name: id.Name}, obj)
		status = obj.Status
	} else {
		obj := &v1alpha1.GovernanceBackend{}
		err = reader.Get(ctx, client.ObjectKey{Namespace: id.Namespace, Name: id.Name}, obj)
		status = obj.Status
	}
	switch {
	case apierrors.IsNotFound(err):
		out.Says = "there is no such backend"
		return out, nil
	case apierrors.IsForbidden(err):
		out.State, out.Says = "", "you may not read it"
		return out, nil
	case err != nil:
		return out, err
	}
	ready := meta.FindStatusCondition(status.Conditions, v1alpha1.ConditionReady)
	switch {
	case ready == nil:
		out.State = Unseen
	case ready.Status == "True":
		out.State, out.Says = Ready, "tenant "+status.TenantName
	default:
		out.Says = ready.Reason + ": " + ready.Message
	}
	return out, nil
}

// unavailable reports whether a kind cannot be read by this user, or is not installed.
func unavailable(err error) bool { return apierrors.IsForbidden(err) || meta.IsNoMatchError(err) }

// String draws the tree.
func (t Tree) String() string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s  %s\n", t.Object, said(string(t.State), t.Says, t.RemoteID))
	for i, b := range t.Branches {
		line := "├─"
		if i == len(t.Branches)-1 {
			line = "└─"
		}
		fmt.Fprintf(&out, "%s %s %s  %s\n", line, b.Relation, backend.Printable(b.Object), said(string(b.State), b.Says))
	}
	return out.String()
}

// said joins what is there.
func said(parts ...string) string {
	return backend.Printable(strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), "  "))
}
