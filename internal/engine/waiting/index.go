package waiting

import (
	"sync"

	"k8s.io/apimachinery/pkg/types"
)

// Index says which objects wait for what another object of the kind has. Everything in it is
// found again by the first pass of a process.
type Index struct {
	mu      sync.Mutex
	waiters map[string]map[types.NamespacedName]bool // by the holder's namespace/name
	holders map[types.NamespacedName]string
	woken   map[types.NamespacedName]bool
}

// Set says for which holder an object waits; an empty one is none.
func (w *Index) Set(name types.NamespacedName, holder string) {
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

// Forget drops an object that is gone.
func (w *Index) Forget(name types.NamespacedName) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.drop(name)
	delete(w.woken, name)
}

// drop ends the wait of an object; w.mu is held.
func (w *Index) drop(name types.NamespacedName) {
	holder, ok := w.holders[name]
	if !ok {
		return
	}
	delete(w.holders, name)
	if delete(w.waiters[holder], name); len(w.waiters[holder]) == 0 {
		delete(w.waiters, holder)
	}
}

// Freed returns those who waited for the holder: it was changed, or is gone.
func (w *Index) Freed(holder string) (names []types.NamespacedName) {
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

// TakeWoken reports whether the object was woken by its holder since it was asked last.
func (w *Index) TakeWoken(name types.NamespacedName) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	woken := w.woken[name]
	delete(w.woken, name)
	return woken
}
