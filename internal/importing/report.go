package importing

// generator is who writes reports, by which a file of somebody else is told from them.
const generator = "governance import"

// Report says what became of each remote that the tenant has.
type Report struct {
	// FormatVersion is that of the JSON.
	FormatVersion string `json:"formatVersion"`
	Generator     string `json:"generator"`
	Tenant        string `json:"tenant"`
	// Counts are by kind: what is exported and what is skipped add up to what there is.
	Counts   []Count    `json:"counts"`
	Exported []Exported `json:"exported"`
	Skipped  []Skipped  `json:"skipped"`
	// Unresolved are ids that stand in files because no name means them alone.
	Unresolved []Unresolved `json:"unresolved"`
	// Left are files that were there and say something else, and were not touched.
	Left []string `json:"left,omitempty"`
}

// Count is how many remotes of a kind there are.
type Count struct {
	Kind     string `json:"kind"`
	Total    int    `json:"total"`
	Exported int    `json:"exported"`
	Skipped  int    `json:"skipped"`
}

// Exported is a remote that has a file.
type Exported struct {
	Kind     string `json:"kind"`
	ParentID string `json:"parentID,omitempty"`
	ID       string `json:"id"`
	// Name is that of the object in the file.
	Name string `json:"name"`
	File string `json:"file"`
}

// Skipped is a remote that has no file, and why.
type Skipped struct {
	Kind     string `json:"kind"`
	ParentID string `json:"parentID,omitempty"`
	ID       string `json:"id"`
	Label    string `json:"label,omitempty"`
	Reason   string `json:"reason"`
}

// Unresolved is an id that stands in files, and why its name does not.
type Unresolved struct {
	Kind     string `json:"kind"`
	ParentID string `json:"parentID,omitempty"`
	ID       string `json:"id"`
	Reason   string `json:"reason"`
}
