package backendtest

import (
	"fmt"
	"slices"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// Remote is what a test may say about one remote beside its model.
type Remote struct {
	Phase   backend.Phase
	Message string
	// ReadOnly lists the fields that take no more edits.
	ReadOnly []string
	// Locked: a draft of somebody else is open.
	Locked         bool
	Undeletable    bool
	Retired        bool
	MarkIncomplete bool
	// Occupied: it has members or has started, so that removing it takes something away.
	Occupied bool
}

// Put makes a remote behind everybody's back and returns its id.
func (m *Memory[D]) Put(parent string, mark backend.Mark, actual D) string {
	m.tenant.mu.Lock()
	defer m.tenant.mu.Unlock()
	m.drawn++
	r := &row[D]{id: fmt.Sprintf("%s-%d", m.prefix, m.drawn), parent: parent, version: 1, created: m.tenant.now(), mark: mark, actual: Clone(actual)}
	m.rows = append(m.rows, r)
	return r.id
}

// Duplicate makes a second remote like the one with this id, ownership marker included, a minute
// younger and visible at once, and returns its id.
func (m *Memory[D]) Duplicate(id string) string {
	m.tenant.mu.Lock()
	defer m.tenant.mu.Unlock()
	r := m.must(id)
	m.drawn++
	second := *r
	second.id, second.actual = fmt.Sprintf("%s-%d", m.prefix, m.drawn), Clone(r.actual)
	r.created = r.created.Add(-time.Minute)
	m.rows = append(m.rows, &second)
	return second.id
}

// Edit changes a remote as somebody in the console would.
func (m *Memory[D]) Edit(id string, edit func(actual *D)) {
	m.tenant.mu.Lock()
	defer m.tenant.mu.Unlock()
	r := m.must(id)
	edit(&r.actual)
	r.version++
}

// Change changes what is said about a remote beside its model.
func (m *Memory[D]) Change(id string, change func(*Remote)) {
	m.tenant.mu.Lock()
	defer m.tenant.mu.Unlock()
	r := m.must(id)
	change(&r.remote)
	r.version++
}

// Mark gives a remote another mark, or none.
func (m *Memory[D]) Mark(id string, mark backend.Mark) {
	m.tenant.mu.Lock()
	defer m.tenant.mu.Unlock()
	r := m.must(id)
	r.mark = mark
	r.version++
}

// Remove takes a remote away as somebody in the console would.
func (m *Memory[D]) Remove(id string) {
	m.tenant.mu.Lock()
	defer m.tenant.mu.Unlock()
	m.must(id).gone = m.tenant.now()
}

// Has returns what a remote is and whether it exists, whatever drivers can see.
func (m *Memory[D]) Has(id string) (D, backend.Mark, bool) {
	m.tenant.mu.Lock()
	defer m.tenant.mu.Unlock()
	for _, r := range m.rows {
		if r.id == id && m.exists(r) {
			return Clone(r.actual), r.mark, true
		}
	}
	var none D
	return none, backend.Mark{}, false
}

// IDs lists the remotes that exist, whatever drivers can see, the first made first.
func (m *Memory[D]) IDs() []string {
	m.tenant.mu.Lock()
	defer m.tenant.mu.Unlock()
	ids := []string{}
	for _, r := range m.rows {
		if m.exists(r) {
			ids = append(ids, r.id)
		}
	}
	return ids
}

// Bearing lists the remotes that exist and bear a token.
func (m *Memory[D]) Bearing(token string) []string {
	return slices.DeleteFunc(m.IDs(), func(id string) bool {
		_, mark, ok := m.Has(id)
		return !ok || mark.Token != token
	})
}

// must returns a remote that was made once; a test that names another one is wrong.
func (m *Memory[D]) must(id string) *row[D] {
	for _, r := range m.rows {
		if r.id == id {
			return r
		}
	}
	panic("backendtest: there is no remote " + id)
}
