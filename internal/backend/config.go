package backend

import (
	"context"
	"fmt"
	"time"
)

// Secret is a text that never shows itself.
type Secret string

const redacted = "[redacted]"

// String hides the secret from fmt.
func (Secret) String() string { return redacted }

// GoString hides the secret from %#v.
func (Secret) GoString() string { return redacted }

// MarshalText hides the secret from encoders and loggers.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Reveal returns the secret, for the one place that sends it.
func (s Secret) Reveal() string { return string(s) }

// Credentials open a tenant. Which of them must be set is the vendor's matter.
type Credentials struct {
	ClientID     string
	ClientSecret Secret
	// Token is a static bearer token or API key.
	Token Secret
	// SubjectToken returns a fresh workload identity token, for federation.
	SubjectToken func(ctx context.Context) (Secret, error)
}

// Config opens a tenant at a vendor.
type Config struct {
	// Endpoint is the base URL, without a path.
	Endpoint    string
	Credentials Credentials
	// CABundle holds PEM certificates to trust beside the system's.
	CABundle []byte
	// RequestsPerSecond and Burst bound the calls; zero means the vendor's default.
	RequestsPerSecond float64
	Burst             int
	// Shared is what other backends with the same credential have in common with this one, and
	// bounds the calls in place of the two figures above; nil where there are none.
	Shared    *Shared
	UserAgent string
	// Timeout bounds one call, from its first byte to the last of its answer; the usual bound if zero.
	Timeout time.Duration
	// Observe receives every call; nil for nobody.
	Observe Observer
	// Outside: no call may go to an address of the process's own host, whatever the endpoint's name means.
	Outside bool
	// Gone reports whether nobody uses the tenant any more: a list that is being read ends. Nil means never.
	Gone func() bool
	// Room bounds what large answers hold in memory; nil bounds nothing.
	Room Room
	// APIStyle is the family of paths to call, where the vendor has several.
	APIStyle string
	// Overrides are what the tenant turned out not to have.
	Overrides []Override
	// Allow lists the undocumented operations that the tenant's owner has opted in to.
	Allow []string
}

// Vendor is a governance product.
type Vendor struct {
	// Name as in GovernanceBackend.spec.vendor.
	Name string
	// Open checks the configuration and returns a tenant. It makes no call. An error names
	// the credential key that is missing or malformed and is Terminal.
	Open func(cfg Config) (Tenant, error)
}

// Declared opens a tenant that nobody has, for what its drivers declare of a configuration. No call may be made with it.
func (v Vendor) Declared(cfg Config) (Tenant, error) {
	const word = "declared"
	cfg.Endpoint = "https://tenant.example"
	cfg.Credentials = Credentials{ClientID: word + "@tenant.example/" + word, ClientSecret: word, Token: word}
	t, err := v.Open(cfg)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", v.Name, err)
	}
	return Restrict(t, cfg.Overrides), nil
}

// Priority is the class of a call in the tenant's budget.
type Priority int

// The priorities. The zero value is for what somebody waits for.
const (
	// PriorityEdit is for what a user asked for: edits and deletions.
	PriorityEdit Priority = iota
	// PriorityRest is for all other passes; it leaves a quarter of the burst to edits.
	PriorityRest
	// PrioritySweep is for lists and health; it gets at most half of the budget, and leaves as much to edits.
	PrioritySweep
)

// Pace is whether a call could be made now.
type Pace struct {
	// Delay is how long the next call of this priority would have to wait; zero means it may go.
	Delay time.Duration
	// Throttled: the vendor asked for the pause (Retry-After), not our own budget.
	Throttled bool
	// CircuitOpen: calls are held because the vendor failed repeatedly.
	CircuitOpen bool
}

type priorityKey struct{}

// WithPriority returns a context whose calls count in class p.
func WithPriority(ctx context.Context, p Priority) context.Context {
	return context.WithValue(ctx, priorityKey{}, p)
}

// PriorityOf returns the class of the calls of a context.
func PriorityOf(ctx context.Context) Priority {
	p, _ := ctx.Value(priorityKey{}).(Priority)
	return p
}
