package decision

import "github.com/governance-operator/governance-operator/api/v1alpha1/reasons"

// Status is the value of a condition; empty leaves the condition as it is.
type Status string

// The values of a condition.
const (
	True    Status = "True"
	False   Status = "False"
	Unknown Status = "Unknown"
)

// State is what becomes of a condition; the zero value leaves it as it is.
type State struct {
	Status Status
	Reason string
}

// Yes is the state True for a reason.
func Yes(reason string) State { return State{True, reason} }

// No is the state False for a reason.
func No(reason string) State { return State{False, reason} }

// Perhaps is the state Unknown for a reason.
func Perhaps(reason string) State { return State{Unknown, reason} }

var (
	valid    = Yes(reasons.Valid)
	resolved = Yes(reasons.Resolved)
)

// Readiness is what becomes of Ready.
type Readiness int

// NotReady is False and Ready True; KeepReady stays True if it was True for this generation, else False.
const (
	NotReady Readiness = iota
	Ready
	KeepReady
)

// Activity is the condition that is there only while it is True.
type Activity string

// Work that goes on, and work that does not go on by itself.
const (
	Idle        Activity = ""
	Reconciling Activity = "Reconciling"
	Stalled     Activity = "Stalled"
)

// Event is whether a transition is reported by an event, and of which type.
type Event int

// The types of events.
const (
	NoEvent Event = iota
	Normal
	Warning
)

// Requeue is the rule by which an object comes back by itself.
type Requeue int

// The rules. Those that double do so with each pass that ends for the same reason.
const (
	Never          Requeue = iota
	AtPoll                 // never for a remote that does not move by itself
	AtOnce                 // after a few writes in a row 1 s doubling to the resync interval
	AtOutcome              // 2 s, 10 s, end of the window; behind that 1 s doubling to the resync interval
	AtVendorsPace          // the driver's pace doubling to the resync interval
	WhileSettling          // some times while what was written is shown late, and once that is over
	AtResync               // the resync interval
	Soon                   // 10 s doubling to the resync interval
	WhileVanishing         // 10 s doubling to a minute: the vendor was asked and is not asked again so soon
	Rarely                 // 1 min doubling to an hour
	AfterFailure           // 1 s doubling to 5 min
	WhileTaken             // 5 s doubling to 5 min
	AsVendorSays           // after the pause that the vendor asks for
	InASecond              // 1 s
	Again                  // 30 s doubling to the resync interval
	AtStart                // never if no time is known
	WithItsLikes           // a minute after the observation that refused it, with all that were
	AfterDoubt             // when it may be tried again: 1 min doubling to an hour
	RequeueCount           // how many rules there are
)

// Waker is a set of what wakes an object beside the time that its outcome asks for.
type Waker uint

// The wakers. Those but ByPerson are watches of package controller, or of the engine's own.
const (
	// ByPerson: an edit, a deletion or an annotation of the object. Alone it is enough only where
	// a condition says what there is to do.
	ByPerson Waker = 1 << iota
	// ByBackend: its backend was edited or confirmed, became ready, or stopped being so.
	ByBackend
	// ByNamespace: the labels of its namespace changed.
	ByNamespace
	// ByReference: an object that it refers to came, went or got a remote.
	ByReference
	// ByReferrer: an object that refers to it was changed, or goes.
	ByReferrer
	// ByHolder: the object that has what it wants was changed, or goes.
	ByHolder
	// BySweep: its remote differs in the vendor's list from what it was.
	BySweep
	wakers
)

// Wakers lists all wakers, each alone.
func Wakers() (all []Waker) {
	for w := ByPerson; w < wakers; w <<= 1 {
		all = append(all, w)
	}
	return all
}

// Effects are what is written down of a pass, and who brings the object back.
type Effects struct {
	Accepted, Refs, Synced State
	Ready                  Readiness
	Also                   Activity
	Requeue                Requeue
	Wake                   Waker // who else wakes it
	Event                  Event
	Leave                  bool // no status is written
}

// Synced is what the condition Synced shows while the plan stands and nothing was written.
func (p *Plan) Synced() State { return p.follows(Outcome{Plan: p}).Synced }
