package rest

import (
	"bytes"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

const hidden = "[redacted]"

// Taking shorter values out would make texts unreadable: a tenant is not opened with such a credential, and a shorter token is
// refused.
const shortestSecret = 8

// rememberedSecrets bounds the list: tokens come and go.
const rememberedSecrets = 64

var credentialShapes = []*regexp.Regexp{
	regexp.MustCompile(`(?i)\b(bearer|dpop|basic)\s+[A-Za-z0-9._~+/=-]{8,}`),
	regexp.MustCompile(`secret-token:[^\s"',}]+`),
	regexp.MustCompile(`\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*)?`),
}

// scrubber takes credentials out of texts: those it was told, and what looks like one.
type scrubber struct {
	// names are cleaned away, too, and are no secrets.
	names []string

	mu    sync.RWMutex
	known []string
}

func (s *scrubber) add(secrets ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, secret := range secrets {
		if len(secret) < shortestSecret || slices.Contains(s.known, secret) {
			continue
		}
		s.known = append(s.known, secret)
		if len(s.known) > rememberedSecrets {
			// The first ones are the configured credentials; tokens follow.
			s.known = slices.Delete(s.known, rememberedSecrets/2, rememberedSecrets/2+1)
		}
	}
}

func (s *scrubber) clean(text string) string {
	s.mu.RLock()
	for _, secret := range slices.Concat(s.known, s.names) {
		text = strings.ReplaceAll(text, secret, hidden)
		for _, escaped := range []string{url.QueryEscape(secret), url.PathEscape(secret)} {
			if escaped != secret {
				text = strings.ReplaceAll(text, escaped, hidden)
			}
		}
	}
	s.mu.RUnlock()
	for _, shape := range credentialShapes {
		text = shape.ReplaceAllString(text, hidden)
	}
	return text
}

// repeated reports whether an answer holds one of the known secrets as it is.
func (s *scrubber) repeated(data []byte) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.ContainsFunc(s.known, func(secret string) bool { return bytes.Contains(data, []byte(secret)) })
}
