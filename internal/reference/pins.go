package reference

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
)

const (
	// mostPins is what the schema takes, and mostBytes what all pins together may take of an object
	// that has to stay far below what etcd stores.
	mostPins, mostBytes = 4096, 400 << 10
	// longestName is what is kept of a name as it is.
	longestName = 96
	// longestID is what the schema takes of an id.
	longestID = 256
	// digestMark is between the beginning of a long name and its digest.
	digestMark = "…sha256:"
	// ObjectPin is before the kind of a resolved name that is an object of this cluster.
	ObjectPin = "ref:"
)

// question names a pin: what was asked, and nothing about where.
type question struct{ kind, parentID, typeID, name string }

func questionOf(q backend.Name) question {
	return question{string(q.Kind), q.ParentID, q.TypeID, short(q.Name)}
}

// short keeps long names apart in little room.
func short(name string) string {
	if len(name) <= longestName {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	start := []rune(name)
	return string(start[:min(len(start), longestName/4)]) + digestMark + hex.EncodeToString(sum[:16])
}

func pinOf(q backend.Name, id string) v1alpha1.ResolvedName {
	asked := questionOf(q)
	return v1alpha1.ResolvedName{Kind: asked.kind, ParentID: asked.parentID, TypeID: asked.typeID, Name: asked.name, ID: id}
}

// pins are what names meant when they were resolved, by question.
type pins struct {
	known map[question]v1alpha1.ResolvedName
	// objects are those of this namespace, by kind and name.
	objects map[[2]string]v1alpha1.ResolvedName
	// earlier are those of the version before, which kept them by path; those of them whose names
	// belong to no parent also count by the path without its indexes.
	earlier, anywhere map[[2]string]v1alpha1.ResolvedName
	used              map[question]v1alpha1.ResolvedName
	// before are the questions in use that were pinned when the pass began.
	before map[question]bool
}

// pinsOf reads the pins of a status. Where an earlier version wrote them and the spec was edited since, a
// path may hold another question: only a name that counts in the whole tenant is the same then.
func pinsOf(object Managed) pins {
	p := pins{objects: map[[2]string]v1alpha1.ResolvedName{}, known: map[question]v1alpha1.ResolvedName{}, used: map[question]v1alpha1.ResolvedName{}, before: map[question]bool{}}
	st := object.GetManagedStatus()
	same := reached(st.Conditions, object.GetGeneration())
	for _, pin := range st.Resolved {
		if kind, ok := strings.CutPrefix(pin.Kind, ObjectPin); ok {
			p.objects[[2]string{kind, pin.Name}] = pin
			continue
		}
		if pin.Kind != "" {
			p.known[question{pin.Kind, pin.ParentID, pin.TypeID, pin.Name}] = pin
			continue
		}
		if p.anywhere == nil {
			p.earlier, p.anywhere = map[[2]string]v1alpha1.ResolvedName{}, map[[2]string]v1alpha1.ResolvedName{}
		}
		p.anywhere[[2]string{place(pin.Path), pin.Name}] = pin
		if same {
			p.earlier[[2]string{pin.Path, pin.Name}] = pin
		}
	}
	return p
}

// reached reports whether the pins of a status were made for this generation of the spec.
func reached(conditions []metav1.Condition, generation int64) bool {
	c := meta.FindStatusCondition(conditions, v1alpha1.ConditionSynced)
	return c != nil && c.ObservedGeneration == generation && (c.Status == metav1.ConditionTrue || c.Reason == v1alpha1.ReasonDrifted)
}

var indexes = regexp.MustCompile(`\[[0-9]+\]`)

// place is a path without its indexes.
func place(path string) string { return indexes.ReplaceAllString(path, "") }

// find returns the pin of a question. The path counts for what an earlier version wrote.
func (p *pins) find(path string, q backend.Name) (v1alpha1.ResolvedName, bool) {
	if pin, ok := p.known[questionOf(q)]; ok {
		return pin, true
	}
	pin, ok := p.earlier[[2]string{path, q.Name}]
	if !ok && q.ParentID == "" {
		pin, ok = p.anywhere[[2]string{place(path), q.Name}]
	}
	if !ok {
		return pin, false
	}
	return pinOf(q, pin.ID), true
}

// of returns the pin of a question that is in use.
func (p *pins) of(q backend.Name) (v1alpha1.ResolvedName, bool) {
	pin, ok := p.used[questionOf(q)]
	return pin, ok
}

// object returns the pin of an object of this namespace.
func (p *pins) object(kind, name string) (v1alpha1.ResolvedName, bool) {
	pin, ok := p.objects[[2]string{kind, name}]
	return pin, ok
}

func (p *pins) keep(pin v1alpha1.ResolvedName, before bool) {
	asked := question{pin.Kind, pin.ParentID, pin.TypeID, pin.Name}
	p.used[asked], p.before[asked] = pin, before
}

// kept lists the pins in use, in order, as many as an object can hold; old: only those that were there
// before this pass.
func (p *pins) kept(old bool) []v1alpha1.ResolvedName {
	var out []v1alpha1.ResolvedName
	for asked, pin := range p.used {
		if (!old || p.before[asked]) && max(len(pin.ID), len(pin.ParentID), len(pin.TypeID)) <= longestID {
			out = append(out, pin) // An id that is cut to what the schema takes would be another's.
		}
	}
	slices.SortFunc(out, func(a, b v1alpha1.ResolvedName) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ParentID, b.ParentID), cmp.Compare(a.TypeID, b.TypeID), cmp.Compare(a.Name, b.Name))
	})
	room := mostBytes
	for i, pin := range out {
		room -= 64 + len(pin.Kind) + len(pin.ParentID) + len(pin.TypeID) + len(pin.Name) + len(pin.ID) + len(pin.Message)
		if room < 0 || i == mostPins {
			return out[:i]
		}
	}
	return out
}

// Apply takes verdicts over into pins, and reports whether a name now stands for something else.
func Apply(resolved []v1alpha1.ResolvedName, verdicts map[backend.Name]Verdict) (replaced bool) {
	byQuestion := make(map[question]Verdict, len(verdicts))
	for q, v := range verdicts {
		byQuestion[questionOf(q)] = v
	}
	for i := range resolved {
		pin := &resolved[i]
		v, ok := byQuestion[question{pin.Kind, pin.ParentID, pin.TypeID, pin.Name}]
		if !ok || v.Pinned != pin.ID {
			continue
		}
		replaced = replaced || v.ID != pin.ID
		pin.ID, pin.Reason, pin.Message = v.ID, v.Reason, v.Message
	}
	return replaced
}

// FromEarlier reports whether an earlier version of the operator wrote some of the pins.
func FromEarlier(resolved []v1alpha1.ResolvedName) bool {
	return slices.ContainsFunc(resolved, func(pin v1alpha1.ResolvedName) bool { return pin.Kind == "" })
}

// Knows reports whether pins say already what a verdict says; also where the name is not pinned for the
// same thing any more.
func Knows(resolved []v1alpha1.ResolvedName, q backend.Name, v Verdict) bool {
	asked := questionOf(q)
	for _, pin := range resolved {
		if (question{pin.Kind, pin.ParentID, pin.TypeID, pin.Name}) == asked && pin.ID == v.Pinned {
			return pin.ID == v.ID && pin.Reason == v.Reason && pin.Message == v.Message
		}
	}
	return v.ID == v.Pinned && v.Reason == ""
}

// AskedBy lists the names that pins are of. whole: each of them shows all of its name and where it counts.
func AskedBy(resolved []v1alpha1.ResolvedName) (asked []Asked, whole bool) {
	for _, pin := range resolved {
		switch {
		case pin.Kind == "" || strings.Contains(pin.Name, digestMark):
			return nil, false
		case strings.HasPrefix(pin.Kind, ObjectPin):
			continue
		}
		q := backend.Name{Kind: backend.NameKind(pin.Kind), ParentID: pin.ParentID, TypeID: pin.TypeID, Name: pin.Name}
		asked = append(asked, Asked{Query: q, Pinned: pin.ID})
	}
	return asked, true
}
