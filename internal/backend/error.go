package backend

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// Class says what to do about an error.
type Class int

// The classes of errors. The zero value is the one that only waits and observes again.
const (
	// Retryable: the vendor could not be reached or failed; nothing was changed, or what was
	// sent may be sent again.
	Retryable Class = iota
	// Throttled: the vendor asked for a pause; Error.After says how long.
	Throttled
	// Conflict: somebody else changed it meanwhile; observe again.
	Conflict
	// Unauthorized: the credentials are not accepted.
	Unauthorized
	// Terminal: the vendor said no; the same request will be refused again.
	Terminal
	// OutcomeUnknown: a create was sent and its outcome is not known.
	OutcomeUnknown
	// Ambiguous: more than one remote answers.
	Ambiguous
	// Fenced: no byte was sent because the right to write was lost.
	Fenced
)

var classNames = [...]string{"Retryable", "Throttled", "Conflict", "Unauthorized", "Terminal", "OutcomeUnknown", "Ambiguous", "Fenced"}

// String names the class.
func (c Class) String() string {
	if c < 0 || int(c) >= len(classNames) {
		return fmt.Sprintf("Class(%d)", int(c))
	}
	return classNames[c]
}

// Error is an error that says what to do. Its text never holds a secret or a raw body.
type Error struct {
	Class Class
	// After is how long to wait before the next call, for Throttled and, where known, Retryable.
	After time.Duration
	// Taken: a name is refused that another remote has. It may be free in a moment.
	Taken bool
	// Holder is the mark of the remote that has the name, zero where nobody looked.
	Holder Mark
	// Reference is what the vendor calls this one answer, for its support to find it by. No two answers have the same, so
	// it is no part of the text, by which one error is known from another.
	Reference string
	// Doubtful: the vendor reports a failure of its own, in a way in which it also answers mistakes of the caller. It proves nothing.
	Doubtful bool
	Err      error
}

// longestText is what the text of an error may have, in characters.
const longestText = 512

// Error returns the text of the cause, as one line of printable text and of at most 512
// characters: it may hold names and ids as a vendor spells them.
func (e *Error) Error() string {
	text := Printable(e.Err.Error())
	if runes := []rune(text); len(runes) > longestText {
		text = string(runes[:longestText-1]) + "…"
	}
	return text
}

// Printable is a text on one line that does nothing to a terminal.
func Printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' ' // Not nothing: what was apart must not become a word that somebody hides.
	}, text)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ReferenceOf returns what the vendor calls the answer behind err, empty if it has no name for it.
func ReferenceOf(err error) string {
	var e *Error
	for errors.As(err, &e) {
		if e.Reference != "" {
			return e.Reference
		}
		err = e.Err
	}
	return ""
}

// IsDoubtful reports whether the vendor answered with a failure that may as well be a mistake of the caller.
func IsDoubtful(err error) bool {
	var e *Error
	for errors.As(err, &e) {
		if e.Doubtful {
			return true
		}
		err = e.Err
	}
	return false
}

// Describe is the text of err with the vendor's name for the answer behind it.
func Describe(err error) string { return WithReference(err.Error(), ReferenceOf(err)) }

// WithReference puts the vendor's name for an answer behind a text, where WithoutReference finds it.
func WithReference(text, reference string) string {
	if reference == "" {
		return text
	}
	return text + referenceStart + reference + referenceEnd
}

const (
	referenceStart = " [the vendor's "
	referenceEnd   = "]"
)

// WithoutReference is a text without what WithReference put behind it.
func WithoutReference(text string) string {
	if at := strings.LastIndex(text, referenceStart); at >= 0 && strings.HasSuffix(text, referenceEnd) {
		return text[:at]
	}
	return text
}

// ErrNoNames is what Tenant.Find returns for a kind of name that the vendor cannot look up.
var ErrNoNames = errors.New("this vendor cannot look up such names")

// Errorf makes an error of a class.
func Errorf(class Class, format string, args ...any) *Error {
	return &Error{Class: class, Err: fmt.Errorf(format, args...)}
}

// Taken makes the error for a name that another remote has; holder is the mark of that one, zero if
// it is not known.
func Taken(holder Mark, format string, args ...any) *Error {
	return &Error{Class: Terminal, Taken: true, Holder: holder, Err: fmt.Errorf(format, args...)}
}

// IsTaken reports whether err refuses a name that another remote has.
func IsTaken(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Taken
}

// HolderOf returns the mark of the remote that has the name, zero if it is not known.
func HolderOf(err error) Mark {
	var e *Error
	if errors.As(err, &e) {
		return e.Holder
	}
	return Mark{}
}

// ClassOf returns the class of err; an error without one is Retryable.
func ClassOf(err error) Class {
	var e *Error
	if errors.As(err, &e) {
		return e.Class
	}
	return Retryable
}

// AfterOf returns how long err asks to wait, zero if it does not say.
func AfterOf(err error) time.Duration {
	var e *Error
	if errors.As(err, &e) {
		return e.After
	}
	return 0
}
