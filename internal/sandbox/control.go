package sandbox

import "time"

// Now returns the time in the sandbox.
func (s *Server) Now() time.Time { return s.clock.now() }

// Advance moves the sandbox's clock forward: tokens age, lists catch up, campaigns progress. The clock by which signed
// assertions and identity tokens are validated does not move, because clients sign by their own.
func (s *Server) Advance(d time.Duration) { s.clock.advance(d) }

// Settings returns the settings in force.
func (s *Server) Settings() Settings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.settings.clone()
}

// Configure changes settings for the calls that come after it.
func (s *Server) Configure(change func(*Settings)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	settings := s.settings.clone()
	change(&settings)
	s.settings = settings.clone()
}

// Tenant returns the id of the active tenant.
func (s *Server) Tenant() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tenant
}

// SwitchTenant puts another tenant behind the same address and credentials. Each tenant has its own store, seeded when
// first seen and kept while others are active. An empty id means DefaultTenant.
func (s *Server) SwitchTenant(id string) {
	if id == "" {
		id = DefaultTenant
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tenant = id
}

// AddFault appends a rule.
func (s *Server) AddFault(fault Fault) error { return s.faults.add(fault) }

// Faults returns the rules in force. Count is what is left of it.
func (s *Server) Faults() []Fault { return s.faults.list() }

// ClearFaults drops all rules. Held calls stay held.
func (s *Server) ClearFaults() { s.faults.clear() }

// Held returns how many calls are held now.
func (s *Server) Held() int { return s.faults.holding() }

// Release lets all held calls go on and returns how many they were.
func (s *Server) Release() int { return s.faults.releaseAll() }

// Calls returns the calls after sequence number since, oldest first.
func (s *Server) Calls(since int64) []Call { return s.log.since(since) }

// Counts sums up the calls since the last reset.
func (s *Server) Counts() Counts { return s.log.summary() }

// ResetCalls forgets calls and counts.
func (s *Server) ResetCalls() { s.log.reset() }

// Rejections returns the requests that broke the vendor's contract, oldest first. A correct client causes none.
func (s *Server) Rejections() []Rejection { return s.log.rejected() }

// ResetRejections forgets the rejections.
func (s *Server) ResetRejections() { s.log.resetRejections() }

// Credentials returns the credentials that are valid now.
func (s *Server) Credentials() Credentials { return s.vendor.Access().Credentials() }

// RotateCredentials replaces the secret; the old one and its tokens are refused from now on.
func (s *Server) RotateCredentials() (Credentials, error) { return s.vendor.Access().Rotate() }

// ExpireTokens makes every token issued so far expire.
func (s *Server) ExpireTokens() { s.vendor.Access().ExpireTokens() }

// Create adds an object as a person in the console does, to the active tenant and returns its id.
func (s *Server) Create(kind, parentID string, object map[string]any) (string, error) {
	return s.vendor.Console().Create(kind, parentID, object)
}

// Edit changes an object of the active tenant as a person in the console does.
func (s *Server) Edit(target Target, patch map[string]any) error {
	return s.vendor.Console().Edit(target, patch)
}

// Delete removes an object of the active tenant for good, as a person in the console does.
func (s *Server) Delete(target Target) error { return s.vendor.Console().Delete(target) }

// SetReviewState moves a review to a state.
func (s *Server) SetReviewState(id, state string) error {
	return s.vendor.Console().SetState(id, state)
}

// CloseReviewTasks closes up to count open tasks of a review and returns how many it closed.
func (s *Server) CloseReviewTasks(id string, count int, outcome string) (int, error) {
	return s.vendor.Console().CloseTasks(id, count, outcome)
}

// Dump returns the whole store of the active tenant.
func (s *Server) Dump() any { return s.vendor.Console().Dump() }

// Reset puts everything back to how it started: stores, tenant, settings, faults, calls, rejections. Credentials, tokens,
// and the clock stay.
func (s *Server) Reset() {
	s.Release()
	s.ClearFaults()
	s.vendor.Console().Reset()
	s.SwitchTenant(DefaultTenant)
	s.Configure(func(settings *Settings) { *settings = s.initial.clone() })
	s.limiter.reset()
	s.ResetCalls()
	s.ResetRejections()
}
