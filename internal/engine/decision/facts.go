package decision

// Facts are everything that one decision depends on, as gathered. Enums start at
// the value that writes least. Errors, time and the lease are never facts.
type Facts struct {
	Deleting, KindTerminating, Suspended       bool
	Creation                                   Creation
	Drift                                      Drift
	Deletion                                   Deletion
	RemoteID                                   RemoteID
	Bound                                      bool
	Intent                                     IntentFact
	Found                                      Found
	Owner                                      Owner
	Twin                                       TwinFact
	Phase                                      PhaseFact
	PendingLong                                bool
	Changes                                    ChangesFact
	SpecMoved                                  bool
	CanCreate, CanUpdate, CanDelete, CanRetire bool
	Undeletable, Retired, DeleteSent           bool
	RunOnce, CreateHeld                        bool
	TenantMatches                              bool
	MassAbsence, MassDeletion                  bool
	ClaimConflict                              bool
	Index                                      Index
	MarkProven, NonConverging                  bool
	NeverCame, TooLate                         bool
	FieldRemoved, Closes, Referenced           bool
	NameFree, Settling                         bool
}

// Creation is the effective creation policy.
type Creation int

// Drift is the effective drift policy.
type Drift int

// Deletion is the effective deletion policy.
type Deletion int

// RemoteID is what spec.remoteID asks for.
type RemoteID int

// IntentFact is what the intent annotation means, read against the status.
type IntentFact int

// Found is what the observations of the vendor brought.
type Found int

// Owner is whose the find is.
type Owner int

// TwinFact is what is known of a duplicate: a second remote that carries our token.
type TwinFact int

// PhaseFact is the phase of the find.
type PhaseFact int

// ChangesFact sums up the diff.
type ChangesFact int

// Index is what the marker index of the parent holds about our name.
type Index int

// The values of the facts. The engine gathers them; rules read them through a reader.
const (
	CreationAdopt Creation = iota
	CreationCreateOrAdopt
	CreationCreate
	CreationCreateDuplicate
)

// Drift policies.
const (
	DriftReport Drift = iota
	DriftCorrect
)

// Deletion policies.
const (
	DeletionOrphan Deletion = iota
	DeletionRetire
	DeletionDelete
)

// What spec.remoteID asks for.
const (
	RemoteIDNone RemoteID = iota
	RemoteIDSet
	RemoteIDMismatch
)

// Intents. Fresh and Old are open: a create may be out there, inside and past the window.
const (
	IntentNone IntentFact = iota
	IntentForeign
	IntentClosed
	IntentFresh
	IntentOld
)

// Finds.
const (
	FoundNotLooked Found = iota
	FoundAbsentUnproved
	FoundAbsentProved
	FoundByID
	FoundByMark
	FoundByKey
)

// Owners of a find.
const (
	OwnerForeign Owner = iota
	OwnerOtherCluster
	OwnerOtherLife
	OwnerUnmarked
	OwnerOurs
)

// Twins.
const (
	TwinNone TwinFact = iota
	TwinRemovable
	TwinStuck
)

// Phases.
const (
	PhasePending PhaseFact = iota
	PhaseSealed
	PhaseFailed
	PhaseLive
)

// Changes.
const (
	ChangesNone ChangesFact = iota
	ChangesUnwritable
	ChangesLocked
	ChangesWritable
)

// Index answers.
const (
	IndexUnasked Index = iota
	IndexHit
	IndexClear
)
