package plan

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/rehearsal"
)

// Action is what would be done about an object.
type Action string

// The actions. Nothing, Hold and Release write nothing at the vendor.
const (
	Create   Action = "create"
	Recreate Action = "recreate"
	Adopt    Action = "adopt"
	Update   Action = "update"
	Delete   Action = "delete"
	Retire   Action = "retire"
	Nothing  Action = "nothing"
	Hold     Action = "hold"
	Release  Action = "release" // the object goes, and its remote stays
)

// Actions are all of them, in the order in which they are counted.
var Actions = []Action{Create, Recreate, Adopt, Update, Retire, Delete, Release, Hold, Nothing}

// Plan is what the operator would do.
type Plan struct {
	// FormatVersion is that of the JSON.
	FormatVersion string         `json:"formatVersion"`
	Summary       map[Action]int `json:"summary"`
	// Widens counts the changes that give access, Perhaps those of which it is not known.
	Widens  int `json:"widens"`
	Perhaps int `json:"perhapsWidens"`
	// Calls is how many calls the changes take at most, and Read how many it took to plan.
	Calls int `json:"calls"`
	Read  int `json:"read"`
	// Hash is that of the hashes of all changes, in order.
	Hash    string   `json:"hash"`
	Changes []Change `json:"changes"`
	// NotInFiles are remotes with the mark of this cluster that no file declares. What becomes of them only the cluster decides.
	NotInFiles []Remote `json:"notInFiles,omitempty"`
	// Unknown says what this plan cannot know as a whole.
	Unknown []string `json:"unknown,omitempty"`
}

// Change is what would be done about one object.
type Change struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Action    Action `json:"action"`
	// Reason and Message say where the object comes to rest: why it is held, or what is left.
	Reason  string `json:"reason,omitempty"`
	Message string `json:"message,omitempty"`
	// Tenant and RemoteID are those of the remote.
	Tenant   string                  `json:"tenant,omitempty"`
	RemoteID string                  `json:"remoteID,omitempty"`
	Fields   []backend.ProposedField `json:"fields,omitempty"`
	Widens   backend.Widening        `json:"widens,omitempty"`
	// Members is how many people have the profile that would be changed, where that is known.
	Members *int64 `json:"members,omitempty"`
	Calls   int    `json:"calls,omitempty"`
	// Hash names the change; the audit log has it with the write. Empty where nothing is written.
	Hash string `json:"hash,omitempty"`
	// Unknown are fields of which it is not known whether they would be written.
	Unknown []Unknown `json:"unknown,omitempty"`
}

// Object names the object of a change.
func (c Change) Object() string { return c.Kind + " " + c.Namespace + "/" + c.Name }

// Unknown is a field of which it is not known whether it would be written, and why.
type Unknown struct {
	Path string `json:"path"`
	Why  string `json:"why"`
	// Widens is empty where a write of the field could widen nothing.
	Widens backend.Widening `json:"widens,omitempty"`
}

// Remote is a remote that bears a mark of this cluster.
type Remote struct {
	Kind     string `json:"kind"`
	Owner    string `json:"owner"`
	ID       string `json:"id"`
	ParentID string `json:"parentID,omitempty"`
	Name     string `json:"name,omitempty"`
}

// MayWiden reports whether a change widens access, or may, or a field of which it is not known whether it would be written.
func (p *Plan) MayWiden() bool {
	return p.Widens+p.Perhaps > 0 || slices.ContainsFunc(p.Changes, func(c Change) bool {
		return slices.ContainsFunc(c.Unknown, func(u Unknown) bool { return u.Widens != backend.WidensNot })
	})
}

// Empty reports whether nothing would be written.
func (p *Plan) Empty() bool {
	return !slices.ContainsFunc(p.Changes, func(c Change) bool { return c.Hash != "" })
}

// result sums up what was rehearsed.
func (p *planner) result() *Plan {
	out := &Plan{FormatVersion: "1", Summary: map[Action]int{}, Read: p.reads, Changes: []Change{}}
	targets := slices.Clone(p.Targets)
	slices.SortFunc(targets, compareIDs)
	var hashes []string
	for _, id := range targets {
		c := p.change(id)
		out.Changes = append(out.Changes, c)
		out.Summary[c.Action]++
		out.Calls += c.Calls
		switch c.Widens {
		case backend.Widens:
			out.Widens++
		case backend.WidensPerhaps:
			out.Perhaps++
		case backend.WidensNot:
		}
		if c.Hash != "" {
			hashes = append(hashes, c.Hash)
		}
	}
	slices.Sort(hashes)
	sum := sha256.Sum256([]byte(strings.Join(hashes, "\n")))
	out.Hash = "sha256:" + hex.EncodeToString(sum[:16])
	if !p.Statuses {
		for _, kind := range kindOrder {
			out.NotInFiles = append(out.NotInFiles, p.kinds[kind].notDeclared()...)
		}
		slices.SortFunc(out.NotInFiles, func(a, b Remote) int {
			return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Owner, b.Owner), strings.Compare(a.ID, b.ID))
		})
		out.Unknown = append(out.Unknown, "fields that left a spec: only the cluster knows what an object wrote before")
	}
	return out
}

// change is what was rehearsed for one object.
func (p *planner) change(id reference.Object) Change {
	c := Change{Kind: id.Kind, Namespace: id.Namespace, Name: id.Name, Action: Nothing}
	obj, there := p.store.objects[id].(managed.Object)
	if there {
		c.Reason, c.Message = restsAt(obj)
		if remote := obj.GetManagedStatus().Remote; remote != nil {
			c.RemoteID, c.Tenant = remote.ID, remote.TenantID
		}
		if profile, ok := obj.(*v1alpha1.AccessProfile); ok {
			c.Members = profile.Status.MemberCount
		}
	}
	unknown := map[string]string{}
	maps.Copy(unknown, p.unknown[id])
	for _, op := range p.ops[id] {
		maps.Copy(unknown, op.Unknown)
		c.Calls += op.Calls
		p.add(&c, op)
	}
	for _, path := range slices.Sorted(maps.Keys(unknown)) {
		if slices.ContainsFunc(c.Fields, func(f backend.ProposedField) bool { return f.Path == path }) {
			continue // A remote that is made gets it.
		}
		u := Unknown{Path: path, Why: unknown[path]}
		if there && p.kinds[id.Kind].mayWiden(obj, path) {
			u.Widens = backend.WidensPerhaps
		}
		c.Unknown = append(c.Unknown, u)
	}
	for _, f := range c.Fields {
		if f.Widens == backend.Widens || c.Widens == "" {
			c.Widens = cmp.Or(f.Widens, c.Widens)
		}
	}
	if c.Hash == "" {
		c.Action = atRest(obj, there)
	}
	if c.Action == Nothing || c.Action == Release || c.Hash != "" && c.Reason == v1alpha1.ReasonInSync {
		c.Reason, c.Message = "", ""
	}
	return c
}

// add takes a write over. The first one names the change: those that follow complete it.
func (p *planner) add(c *Change, op rehearsal.Op) {
	if op.Action == "" || op.Action == rehearsal.Refresh {
		return
	}
	if c.Hash == "" {
		c.Action, c.Hash, c.Fields = actionOf(op), op.Hash(), slices.Clone(op.Fields)
		c.Tenant, c.RemoteID = op.TenantID, op.RemoteID
		return
	}
	for _, f := range op.Fields {
		at := slices.IndexFunc(c.Fields, func(known backend.ProposedField) bool { return known.Path == f.Path })
		if at < 0 {
			c.Fields = append(c.Fields, f)
			continue
		}
		known := &c.Fields[at]
		if string(known.After) != string(f.After) { // It is written in two steps.
			known.After, known.Text = f.After, ""
		}
		if f.Widens == backend.Widens || known.Widens == backend.WidensNot {
			known.Widens = f.Widens
		}
	}
}

func actionOf(op rehearsal.Op) Action {
	if op.Action == "Create" && op.Reason == backend.WriteDrift {
		return Recreate
	}
	return Action(strings.ToLower(op.Action))
}

// atRest is the action of an object for which nothing is written.
func atRest(obj managed.Object, there bool) Action {
	if !there || letGo(obj) {
		return Release
	}
	c := meta.FindStatusCondition(obj.GetManagedStatus().Conditions, v1alpha1.ConditionReady)
	synced := meta.FindStatusCondition(obj.GetManagedStatus().Conditions, v1alpha1.ConditionSynced)
	if obj.GetDeletionTimestamp().IsZero() && c != nil && c.Status == metav1.ConditionTrue && synced != nil &&
		(synced.Status == metav1.ConditionTrue || synced.Reason == v1alpha1.ReasonVendorWorking) {
		return Nothing
	}
	return Hold
}

// restsAt is the reason and the message of the condition that says where an object comes to rest.
func restsAt(obj managed.Object) (reason, message string) {
	for _, kind := range []string{v1alpha1.ConditionAccepted, v1alpha1.ConditionResolvedRefs, v1alpha1.ConditionSynced} {
		c := meta.FindStatusCondition(obj.GetManagedStatus().Conditions, kind)
		if c == nil || c.ObservedGeneration != obj.GetGeneration() {
			continue
		}
		if c.Status != metav1.ConditionTrue || kind == v1alpha1.ConditionSynced {
			return c.Reason, c.Message
		}
	}
	return "", ""
}
