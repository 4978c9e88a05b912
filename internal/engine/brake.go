package engine

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// deletionWindow is the time in which deletions are counted together.
const deletionWindow = 5 * time.Minute

// Brakes stop what would happen to far too many remotes of one backend at once:
// remotes that all vanish (a credential that lost its rights answers "not found"
// too), and objects that are all deleted.
type Brakes struct {
	// Now is the clock; time.Now if nil.
	Now func() time.Time
	// Tripped is told the backend whose brakes changed.
	Tripped func(backendKey string)

	mu       sync.Mutex
	backends map[string]*brake
}

type brake struct {
	absent   map[string]int // by kind, while on
	accepted map[string]int
	judged   map[string]bool         // kinds looked at since the process started
	deleting map[types.UID]time.Time // first seen
	sent     map[types.UID]time.Time
	allowed  int
	held     int
}

func (b *Brakes) now() time.Time {
	if b.Now != nil {
		return b.Now()
	}
	return time.Now()
}

func (b *Brakes) get(key string) *brake {
	if b.backends == nil {
		b.backends = map[string]*brake{}
	}
	x, ok := b.backends[key]
	if !ok {
		x = &brake{absent: map[string]int{}, accepted: map[string]int{}, judged: map[string]bool{}, deleting: map[types.UID]time.Time{}, sent: map[types.UID]time.Time{}}
		b.backends[key] = x
	}
	return x
}

func (b *Brakes) changed(key string, did bool) {
	if did && b.Tripped != nil {
		b.Tripped(key)
	}
}

// tooManyAbsent: more than max(5, 10 %), or all of three or more.
func tooManyAbsent(missing, total int) bool {
	return missing > max(5, total/10) || total >= 3 && missing == total
}

// Absent tells that missing of total remotes of a kind are gone, and says whether
// nothing may be created or released for that reason.
func (b *Brakes) Absent(key, kind string, missing, total int) bool {
	b.mu.Lock()
	x := b.get(key)
	on := tooManyAbsent(missing, total) && missing > x.accepted[kind]
	before := x.absent[kind]
	x.judged[kind] = true
	if on {
		x.absent[kind] = missing
	} else {
		delete(x.absent, kind)
	}
	after := x.absent[kind]
	b.mu.Unlock()
	b.changed(key, before != after)
	return on
}

// AcceptAbsence confirms that up to count remotes of a kind are really gone.
func (b *Brakes) AcceptAbsence(key, kind string, count int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	x := b.get(key)
	x.accepted[kind] = count
	if x.absent[kind] <= count {
		delete(x.absent, kind)
	}
}

// State returns the kinds whose remotes are absent at once, and how many deletions are held.
func (b *Brakes) State(key string) (absent map[string]int32, held int32) {
	b.mu.Lock()
	defer b.mu.Unlock()
	absent = map[string]int32{}
	x := b.backends[key]
	if x == nil {
		return absent, 0 // Whoever only asks leaves nothing behind.
	}
	for kind, n := range x.absent {
		absent[kind] = int32(n)
	}
	return absent, int32(x.held)
}

// Judged says whether the absence of a kind was counted since the process started.
func (b *Brakes) Judged(key, kind string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.get(key).judged[kind]
}

// Deleting tells that an object behind the backend is being deleted whose deletion
// would remove something at the vendor, and says whether it has to wait. total is
// the number of objects behind the backend, itself included.
func (b *Brakes) Deleting(key string, uid types.UID, total int) bool {
	b.mu.Lock()
	x := b.get(key)
	now := b.now()
	if _, ok := x.deleting[uid]; !ok {
		x.deleting[uid] = now
	}
	count := 0
	for id, at := range x.deleting {
		if _, sent := x.sent[id]; sent && now.Sub(at) > deletionWindow {
			delete(x.deleting, id)
			delete(x.sent, id)
			continue
		}
		count++
	}
	before := x.held
	held := count > max(10, (total+len(x.sent))/10) && count > x.allowed
	if held {
		x.held = count
	} else {
		x.held = 0
	}
	after := x.held
	b.mu.Unlock()
	b.changed(key, before != after)
	return held
}

// Deleted tells that the deletion of an object was sent to the vendor.
func (b *Brakes) Deleted(key string, uid types.UID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.get(key).sent[uid] = b.now()
}

// Released tells that an object went, or asks for nothing at the vendor any more.
func (b *Brakes) Released(key string, uid types.UID) {
	b.mu.Lock()
	x := b.get(key)
	before := x.held
	if _, sent := x.sent[uid]; !sent {
		delete(x.deleting, uid)
	}
	waiting := 0
	for id := range x.deleting {
		if _, sent := x.sent[id]; !sent {
			waiting++
		}
	}
	if waiting == 0 {
		x.held = 0
	}
	after := x.held
	b.mu.Unlock()
	b.changed(key, before != after)
}

// AcceptDeletions confirms that up to count deletions are wanted.
func (b *Brakes) AcceptDeletions(key string, count int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	x := b.get(key)
	x.allowed = count
	if x.held <= count {
		x.held = 0
	}
}

// Forget drops the brakes of a backend that is gone.
func (b *Brakes) Forget(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.backends, key)
}
