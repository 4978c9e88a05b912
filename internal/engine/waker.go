package engine

import (
	"sync"

	"k8s.io/apimachinery/pkg/types"
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

// waiting says which objects wait for what another object of the kind has. Everything in it is
// found again by the first pass of a process.
type waiting struct {
	mu      sync.Mutex
	waiters map[string]map[types.NamespacedName]bool // by the holder's namespace/name
	holders map[types.NamespacedName]string
	woken   map[types.NamespacedName]bool
}

// set says for which holder an object waits; an empty one is none.
func (w *waiting) set(name types.NamespacedName, holder string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.holders[name]
	if before == holder {
		return
	}
	w.drop(name)
	if holder == "" {
		return
	}
	if w.waiters == nil {
		w.waiters, w.holders, w.woken = map[string]map[types.NamespacedName]bool{}, map[types.NamespacedName]string{}, map[types.NamespacedName]bool{}
	}
	if w.waiters[holder] == nil {
		w.waiters[holder] = map[types.NamespacedName]bool{}
	}
	w.waiters[holder][name], w.holders[name] = true, holder
}

// forget drops an object that is gone.
func (w *waiting) forget(name types.NamespacedName) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.drop(name)
	delete(w.woken, name)
}

// drop ends the wait of an object; w.mu is held.
func (w *waiting) drop(name types.NamespacedName) {
	holder, ok := w.holders[name]
	if !ok {
		return
	}
	delete(w.holders, name)
	if delete(w.waiters[holder], name); len(w.waiters[holder]) == 0 {
		delete(w.waiters, holder)
	}
}

// freed returns those who waited for the holder: it was changed, or is gone.
func (w *waiting) freed(holder string) (names []types.NamespacedName) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for name := range w.waiters[holder] {
		names = append(names, name)
		delete(w.holders, name)
		w.woken[name] = true
	}
	delete(w.waiters, holder)
	return names
}

// takeWoken reports whether the object was woken by its holder since it was asked last.
func (w *waiting) takeWoken(name types.NamespacedName) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	woken := w.woken[name]
	delete(w.woken, name)
	return woken
}

// freed wakes the objects that wait for what the object has.
func (r *Reconciler[O, D]) freed(name types.NamespacedName) {
	for _, waiter := range r.waiting.freed(name.String()) {
		r.names.news(waiter, r.Now())
		if r.Wake != nil {
			r.Wake(waiter)
		}
	}
}
