package sandbox

import (
	"io"
	"net/http"
	"time"
)

// Class sorts calls by what they do, so that faults and counts can distinguish them. A search is a read, whatever its verb.
type Class string

// The classes of calls. ClassAny is for fault rules only and matches each of the others.
const (
	ClassRead  Class = "read"
	ClassWrite Class = "write"
	ClassToken Class = "token"
	ClassAny   Class = "any"
)

// Route is one operation of a vendor's API. Pattern is a net/http.ServeMux path without the method, for example
// "/api/v1/things/{id}". Handle does the whole work in memory and answers with a value: only then does the server decide
// whether the client gets to see it, which is how a write can be committed and its response lost.
type Route struct {
	Method  string
	Pattern string
	Class   Class
	Handle  func(*http.Request) Response
}

// Response is what a route answers. Body is marshalled as JSON. Rejection is set when the request broke the vendor's
// contract, as against a refusal such as a name that is taken; it says how.
type Response struct {
	Status    int
	Header    http.Header
	Body      any
	Rejection string
}

// Vendor is a fake governance product.
type Vendor interface {
	// Name is the vendor's lower-case name.
	Name() string
	// Open prepares the vendor behind host and returns its operations. It is called once, before the first request.
	Open(host Host) ([]Route, error)
	// Problem is the error body the vendor sends with status on an operation of class.
	Problem(class Class, status int, message string) any
	// Access is the vendor's credentials and tokens.
	Access() Access
	// Console is what people and time do to the vendor's objects behind the API's back.
	Console() Console
}

// Access is who may call the vendor.
type Access interface {
	// Credentials returns the credentials that are valid now.
	Credentials() Credentials
	// Rotate replaces the secret: the old one, and every token issued with it, is refused from now on.
	Rotate() (Credentials, error)
	// ExpireTokens makes every token issued so far expire. The static token stays valid.
	ExpireTokens()
}

// Credentials are the ways into a fake vendor. All are generated at start; none is a secret worth keeping.
type Credentials struct {
	ClientID           string `json:"clientID"`
	ClientSecret       string `json:"clientSecret"`
	FederationClientID string `json:"federationClientID"`
	StaticToken        string `json:"staticToken"`
}

// Console acts on the objects of the active tenant as a person in the vendor's own user interface does: without the
// API's rules, and without telling anyone. Kinds are AccessProfile, AppEntitlement and AccessReview.
type Console interface {
	// Create adds an object as a person in the console does, and returns its id.
	Create(kind, parentID string, object map[string]any) (string, error)
	// Edit changes fields of an object, by their wire names.
	Edit(target Target, patch map[string]any) error
	// Delete removes an object for good: no soft delete.
	Delete(target Target) error
	// SetState moves a review to a state, with everything that happens on the way in.
	SetState(id, state string) error
	// CloseTasks closes up to count open tasks of a review with outcome and returns how many it closed.
	CloseTasks(id string, count int, outcome string) (int, error)
	// Dump returns the whole store of the active tenant.
	Dump() any
	// Reset puts every tenant back to its seed.
	Reset()
}

// Target names one object. ParentID is the container its id is relative to, empty for kinds that have none.
type Target struct {
	Kind     string `json:"kind"`
	ParentID string `json:"parentID"`
	ID       string `json:"id"`
}

// Host is what the server lends to a vendor. All functions are safe for concurrent use.
type Host struct {
	// Name is the host the vendor is reached at, without port.
	Name string
	// Now is the sandbox's clock, which tests can advance.
	Now func() time.Time
	// WallClock ignores advances; it dates what clients sign by their own clock.
	WallClock func() time.Time
	// Settings returns the settings in force.
	Settings func() Settings
	// Tenant returns the id of the active tenant.
	Tenant func() string
	// Entropy is what credentials are made of.
	Entropy io.Reader
	// NewID returns an unused identifier: 27 letters and digits.
	NewID func() string
	// CheckExpression type-checks an expression for an environment. It is never nil.
	CheckExpression func(environment, text string) error
	// VerifySubjectToken checks the signature of a federated identity token. It is never nil.
	VerifySubjectToken func(token string) error
}
