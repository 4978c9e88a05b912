package decision

// Action is what a pass does.
type Action int

// The actions. Adopt, Update, Create, Retire and Delete write at the vendor.
const (
	Hold Action = iota
	Wait
	Observe
	Settle
	Release
	Adopt
	Update
	Create
	Retire
	Delete
)

var actionNames = [...]string{"Hold", "Wait", "Look", "Settle", "Release", "Adopt", "Update", "Create", "Retire", "Delete"}

// String names the action, as metrics and logs do.
func (a Action) String() string { return actionNames[a] }

// Writes reports whether the action writes at the vendor.
func (a Action) Writes() bool { return a >= Adopt }

// Plan is what a pass does, why, and all that follows from it. Plans are compared by identity:
// two of them may share action and reason and differ in what they report.
type Plan struct {
	Action Action
	// Reason is what conditions and events show, one of those of the API.
	Reason string
	// Quiet: no event is sent when the object is released.
	Quiet bool
	// Leaves: a release that leaves a remote at the vendor, though the object asked for its deletion.
	Leaves bool
	// Drift: somebody else changed the remote, or took it away.
	Drift bool

	// follows and says are those of a pass that ends with the plan; what ends none has neither.
	follows follow
	says    func(Words) string
}

// Message is the sentence that conditions show, with the parts that only the object knows.
func (p *Plan) Message(w Words) string { return p.says(w) }

// text is a message that is the same for all objects.
func text(s string) func(Words) string { return func(Words) string { return s } }

// Words are what messages say of one object. Those that end in Message are whole sentences.
type Words interface {
	// Fields names the fields that differ, "nothing" if none does.
	Fields() string
	// Differences names them with what they are and what they are to be.
	Differences() string
	// Remote names the remote that was found; DuplicateID is the other one that carries our marker.
	Remote() string
	DuplicateID() string
	// Tenant is who answers for the backend's credentials.
	Tenant() string
	// WantedID is spec.remoteID, and BoundID the remote that the object has.
	WantedID() string
	BoundID() string
	// VendorSays is what the vendor says of its own work, or otherwise where it says nothing.
	VendorSays(otherwise string) string
	// SuspendedWrite is what would be done if the object were not suspended.
	SuspendedWrite() string

	InSyncMessage() string
	WritingMessage() string
	InvalidSpecMessage() string
	DriftedMessage() string
	StillReferencedMessage() string
	RemoteMissingMessage() string
	RemoteNotFoundMessage() string
	DraftPendingMessage() string
	FieldRemovedMessage() string
	ClaimedByOtherMessage() string
	RemoteExistsMessage() string
	OwnershipLostMessage() string
	PendingTooLongMessage() string
	OrphanedMessage() string
}
