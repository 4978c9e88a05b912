package rest

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

const hidden = "[redacted]"

// Shorter values are no secrets, and taking them out would make texts unreadable.
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
	for _, secret := range s.known {
		text = strings.ReplaceAll(text, secret, hidden)
		if escaped := url.QueryEscape(secret); escaped != secret {
			text = strings.ReplaceAll(text, escaped, hidden)
		}
	}
	s.mu.RUnlock()
	for _, shape := range credentialShapes {
		text = shape.ReplaceAllString(text, hidden)
	}
	return text
}
