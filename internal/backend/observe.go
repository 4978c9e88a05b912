package backend

import (
	"context"
	"time"
)

// The verbs of an Operation.
const (
	VerbObserve  = "observe"
	VerbList     = "list"
	VerbCreate   = "create"
	VerbUpdate   = "update"
	VerbDelete   = "delete"
	VerbRefresh  = "refresh"
	VerbIdentity = "identity"
	VerbFind     = "find"
	VerbToken    = "token"
)

// Operation says what calls are made for. Instrument puts it into the context.
type Operation struct {
	// Kind as in `kind:`, empty for what serves no single kind.
	Kind string
	// Verb is one of the Verb constants.
	Verb string
	// Fields are the paths below spec that are written; never values.
	Fields []string
}

// Asker is the object on whose behalf something is written, in plain words.
type Asker struct {
	Kind, Namespace, Name, UID string
	// Generation is that of the spec which is carried out.
	Generation int64
	// Manager is the field manager that changed the spec last, empty where it is not known or where nobody edited.
	Manager string
	// Reason is why the object is written.
	Reason WriteReason
	// Backend is the key of the backend, and TenantID who answers there.
	Backend, TenantID string
	// Proposal is the change that is carried out; nil for what changes no remote.
	Proposal *Proposal
}

// WriteReason is why an object writes at the vendor.
type WriteReason string

// The reasons of writes.
const (
	WriteEdit    WriteReason = "Edit"    // the spec was made or changed
	WriteDrift   WriteReason = "Drift"   // somebody else changed or removed the remote
	WriteAdopt   WriteReason = "Adopt"   // a remote is taken over
	WriteDelete  WriteReason = "Delete"  // the object is deleted
	WriteClose   WriteReason = "Close"   // a review has come to its end
	WriteRecover WriteReason = "Recover" // what an interrupted create left is completed or removed
)

// The results of an Exchange beside those of ResultOf.
const (
	ResultOK       = "ok"
	ResultNotFound = "not_found"
)

// Why an Exchange was held.
const (
	HeldByPause   = "pause"   // the vendor asked for it
	HeldByBreaker = "breaker" // the vendor failed repeatedly
	HeldByBudget  = "budget"  // our own bound, or the caller gave up waiting for it
	HeldByFence   = "fence"   // the right to write was lost
)

// Exchange is one request and its answer, as the transport saw them.
type Exchange struct {
	Method string
	// Path is without secrets and query, and set for writes only.
	Path string
	// Write reports whether it could change something.
	Write bool
	// Attempt is 2 for what is sent again with a new token, else 1.
	Attempt int
	// Held says why it was not sent, empty if it was tried.
	Held string
	// Left reports whether bytes of it may have left the process.
	Left bool
	// Status is that of HTTP, zero without an answer.
	Status int
	// Result is ResultNotFound, or what ResultOf says.
	Result string
	// Date is the vendor's clock when it answered, zero where it sent none.
	Date time.Time
	// Began is when it was tried, and Took how long it took then, pauses and budget excluded.
	Began time.Time
	Took  time.Duration
}

// Observer receives every exchange. It must be fast, and safe for concurrent use.
type Observer func(ctx context.Context, e Exchange)

var resultNames = [...]string{"retryable", "throttled", "conflict", "unauthorized", "terminal", "outcome_unknown", "ambiguous", "fenced"}

// ResultOf is the class of err as a word of a bounded vocabulary, or "ok".
func ResultOf(err error) string {
	if err == nil {
		return ResultOK
	}
	if c := ClassOf(err); c >= 0 && int(c) < len(resultNames) {
		return resultNames[c]
	}
	return resultNames[Retryable]
}

type (
	operationKey struct{}
	askerKey     struct{}
)

// WithOperation returns a context whose calls are made for o.
func WithOperation(ctx context.Context, o Operation) context.Context {
	return context.WithValue(ctx, operationKey{}, o)
}

// OperationOf returns what the calls of a context are made for, zero if it does not say.
func OperationOf(ctx context.Context) Operation {
	o, _ := ctx.Value(operationKey{}).(Operation)
	return o
}

// WithAsker returns a context whose writes are asked for by a.
func WithAsker(ctx context.Context, a Asker) context.Context {
	return context.WithValue(ctx, askerKey{}, a)
}

// AskerOf returns who asks for the writes of a context, zero if it does not say.
func AskerOf(ctx context.Context) Asker {
	a, _ := ctx.Value(askerKey{}).(Asker)
	return a
}
