package rest

import "github.com/governance-operator/governance-operator/internal/backend"

// Rate is how fast a vendor may be called: in the long run, and at once.
type Rate = backend.Budget

// Open returns a client of the tenant that cfg names, which sends no credentials until
// Authenticate and keeps those of cfg out of every error. What cfg says of the rate counts
// before the vendor's usual one, and what all with its credential say before that. Explain as in Options.
func Open(cfg backend.Config, usual Rate, explain func(status int, body []byte) Explanation) (*Client, error) {
	if cfg.RequestsPerSecond == 0 || cfg.Shared != nil {
		cfg.RequestsPerSecond = usual.PerSecond
	}
	if cfg.Burst == 0 || cfg.Shared != nil {
		cfg.Burst = usual.Burst
	}
	for key, secret := range map[string]backend.Secret{"clientSecret": cfg.Credentials.ClientSecret, "token": cfg.Credentials.Token} {
		if length := len(secret.Reveal()); length > 0 && length < shortestSecret {
			return nil, backend.Errorf(backend.Terminal, "%s: has fewer than %d characters; no vendor issues one that short, and it could not be kept out of messages", key, shortestSecret)
		}
	}
	var names []string
	if cfg.Credentials.SubjectToken == nil { // Else it stands in the backend, for everybody to read.
		names = []string{cfg.Credentials.ClientID}
	}
	return New(Options{
		Names:             names,
		Endpoint:          cfg.Endpoint,
		UserAgent:         cfg.UserAgent,
		Timeout:           cfg.Timeout,
		CABundle:          cfg.CABundle,
		RequestsPerSecond: cfg.RequestsPerSecond,
		Burst:             cfg.Burst,
		Shared:            cfg.Shared,
		Secrets:           []string{cfg.Credentials.ClientSecret.Reveal(), cfg.Credentials.Token.Reveal()},
		Explain:           explain,
		Observe:           cfg.Observe,
		Room:              cfg.Room,
		Gone:              cfg.Gone,
		Outside:           cfg.Outside,
	})
}
