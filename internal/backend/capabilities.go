package backend

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Capabilities declares what a vendor can do with a kind. It is data: the engine
// refuses by it before work starts, and the documentation is printed from it.
// Fields are named by their path below spec; an entry also covers what is below it.
type Capabilities struct {
	// NoKind: the vendor has nothing of the kind, and every object of it is refused.
	NoKind                         bool
	Create, Update, Delete, Retire bool
	// Block is a block of the vendor's type for the kind, a pointer that may be nil; nil where it has none. The fields of the
	// other vendors' blocks are refused.
	Block Block
	// Naming says when two of the kind have one name; the zero value where names repeat, or nothing is created.
	Naming Naming
	// RunOnce: the kind is never created again once it was there.
	RunOnce bool
	// Launches: the create itself reaches people. A run-once kind of that sort is not sent again even
	// when its first create seems to have come to nothing.
	Launches bool
	// FoldedIDs: the vendor finds a remote by its id in any case, and answers with its own spelling.
	FoldedIDs bool
	// IDs is the form of every id of the vendor's own, nil where it is not known. One of another form is refused before it is sent.
	IDs *IDForm
	// MarkProven: marks of this kind read back, as the vendor documents it.
	MarkProven bool
	// MarkUnsure: no marked remote of this kind was seen at this tenant yet. Until then a mark that is missing proves nothing, and
	// a create came to nothing where nothing has its name either.
	MarkUnsure bool
	// Unsupported fields, or members of a field that is a document, are refused, with the
	// reason as the value.
	Unsupported map[string]string
	// Warnings are fields that are accepted although they need a step of a person at the
	// vendor, which the value says.
	Warnings map[string]string
	// Values restricts a field to the words listed.
	Values map[string][]string
	// Carried fields have no place at the vendor: the operator acts on them by itself, as the
	// value says. They are never compared.
	Carried map[string]string
	// MaxItems bounds lists.
	MaxItems map[string]int
	// Usual is what the vendor has in a field of which nobody says anything, where that is not nothing and is known.
	Usual map[string]string
	// NotEmpty lists must have an item, if they are set.
	NotEmpty []string
	// Required fields must be set for a create.
	Required []string
	// CreateOnly fields can be set at create and never again.
	CreateOnly []string
	// WriteOnly fields are never shown by the vendor.
	WriteOnly []string
	// Removed says of each field what becomes of it when it leaves the spec of an object that wrote it.
	Removed map[string]Removal
	// DetailFields are not part of list rows; they cost calls of their own.
	DetailFields []string
	// Listing says how every remote of the kind is listed, see Lister; the zero value where that is not possible.
	Listing Listing
	// MaxLength bounds texts, in characters, the mark's line included.
	MaxLength map[string]int
	// Narrows says of the fields that let people in when a change of them takes access away and gives none.
	// A field that is not listed never counts as narrower.
	Narrows map[string]Narrowing
	// Waits says of fields that the vendor takes in some states of the remote only which these are. In any other one a field
	// is neither compared nor written.
	Waits map[string][]Wait
	// Settling says of fields that reads show some time after a write how long that may take. Until then they are neither written
	// again nor called a difference.
	Settling map[string]time.Duration
	// ListLag is how long a list may lag behind a write.
	ListLag time.Duration
	// Poll is how long to wait before looking again at a remote whose phase moves by itself.
	Poll time.Duration
}

// MarksCount reports whether a mark that is missing proves anything.
func (c Capabilities) MarksCount() bool { return c.MarkProven && !c.MarkUnsure }

// SameID reports whether two spellings name one remote.
func (c Capabilities) SameID(a, b string) bool {
	return a == b || c.FoldedIDs && strings.EqualFold(a, b)
}

// Covers reports whether one of paths is path or stands above it.
func Covers(paths []string, path string) bool {
	return slices.ContainsFunc(paths, func(p string) bool {
		return p == path || strings.HasPrefix(path, p+".") || strings.HasPrefix(path, p+"[")
	})
}

// For returns the capabilities as they are for one desired model: fields that its
// other fields make unreadable are write-only.
func (c Capabilities) For(desired any) Capabilities {
	if m, ok := desired.(interface{ Unread() []string }); ok {
		c.WriteOnly = append(slices.Clone(c.WriteOnly), m.Unread()...)
	}
	return c
}

// BlockName names the vendor's block in the spec, empty where the kind has none.
func (c Capabilities) BlockName() string {
	if c.Block == nil {
		return ""
	}
	return c.Block.BlockName()
}

// Foreign reports whether a block is another vendor's.
func (c Capabilities) Foreign(block string) bool { return block != "" && block != c.BlockName() }

// ForeignBlockProblem is the problem with a field of another vendor's block.
func (c Capabilities) ForeignBlockProblem(path string) Problem {
	message := "belongs to another vendor"
	if own := c.BlockName(); own != "" {
		message += "; this backend's vendor has its own fields in spec." + own
	}
	return Problem{Path: path, Message: message}
}

func (c Capabilities) carries(path string) bool {
	for carried := range c.Carried {
		if Covers([]string{carried}, path) {
			return true
		}
	}
	return false
}

// Problem is a field that the vendor cannot hold.
type Problem struct {
	Path    string
	Message string
	// Empty: the list is empty. Not an error if its items are merely unresolved.
	Empty bool
}

// String names the field and says why.
func (p Problem) String() string { return fmt.Sprintf("%s: %s", p.Path, p.Message) }

// Check returns the fields of desired that the capabilities refuse, sorted by path.
func (c Capabilities) Check(desired any) []Problem {
	if c.NoKind {
		return []Problem{{Path: "backendRef", Message: noKindText}}
	}
	var problems []Problem
	for _, f := range Fields(desired) {
		if c.Foreign(f.Block) {
			problems = append(problems, c.ForeignBlockProblem(f.Path))
			continue
		}
		if n, limit := f.Len(), c.MaxItems[f.Path]; limit > 0 && n > limit {
			problems = append(problems, Problem{Path: f.Path, Message: fmt.Sprintf("has %d items, and this vendor takes at most %d", n, limit)})
		}
		if slices.Contains(c.NotEmpty, f.Path) && f.Len() == 0 {
			problems = append(problems, Problem{Path: f.Path, Message: "must not be empty at this vendor; remove the field to leave it unmanaged", Empty: true})
		}
		for path, why := range c.Unsupported {
			switch member, below := strings.CutPrefix(path, f.Path+"."); {
			case Covers([]string{path}, f.Path):
				problems = append(problems, Problem{Path: f.Path, Message: why})
			case below && f.Holds(member):
				problems = append(problems, Problem{Path: path, Message: why})
			}
		}
		if allowed, ok := c.Values[f.Path]; ok && !slices.Contains(allowed, f.Text()) {
			problems = append(problems, Problem{Path: f.Path, Message: fmt.Sprintf("%q is not possible at this vendor (possible: %s)", f.Text(), strings.Join(allowed, ", "))})
		}
		if limit, ok := c.MaxLength[f.Path]; ok && len([]rune(f.Text())) > limit {
			problems = append(problems, Problem{Path: f.Path, Message: fmt.Sprintf("has %d characters, and this vendor takes at most %d", len([]rune(f.Text())), limit)})
		}
	}
	slices.SortFunc(problems, func(a, b Problem) int { return strings.Compare(a.Path, b.Path) })
	return problems
}

// Warn returns what desired needs of a person at the vendor, sorted by path.
func (c Capabilities) Warn(desired any) []Problem {
	var out []Problem
	for _, f := range Fields(desired) {
		for path, what := range c.Warnings {
			if path == f.Path || Covers([]string{f.Path}, path) && f.Holds(strings.TrimPrefix(path, f.Path+".")) {
				out = append(out, Problem{Path: path, Message: what})
			}
		}
	}
	slices.SortFunc(out, func(a, b Problem) int { return strings.Compare(a.Path, b.Path) })
	return out
}

// Missing returns the required fields that desired leaves out.
func (c Capabilities) Missing(desired any) []string {
	set := Fields(desired)
	var missing []string
	for _, path := range c.Required {
		if !slices.ContainsFunc(set, func(f Field) bool { return Covers([]string{path}, f.Path) && !f.Zero() }) {
			missing = append(missing, path)
		}
	}
	return missing
}
