package tenancy

import (
	"context"
	"sync"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/queue"
)

const (
	// wholeRoom is what large answers may hold in memory at once; the backends of one namespace get at
	// most half of what the others left, or leastRoom.
	wholeRoom = 48 << 20
	// leastRoom is what a namespace gets within the whole however much the others hold: the largest
	// answer that is read, so that half of the whole in one hand leaves room for it.
	leastRoom = 16 << 20
	// roomPatience is how long an answer waits to be read.
	roomPatience = 10 * time.Second
	// roomAgain is when to ask again for what found no room.
	roomAgain = 5 * time.Second
)

// rooms bounds what large answers hold in memory, by namespace. The zero value is ready.
type rooms struct {
	mu    sync.Mutex
	all   int64
	each  map[string]int64
	freed chan struct{} // closed when something was given back
}

// of is the room of a namespace.
func (r *rooms) of(namespace string) backend.Room { return room{r, namespace} }

type room struct {
	rooms     *rooms
	namespace string
}

// Take implements backend.Room.
func (r room) Take(ctx context.Context, size int64) (func(), error) {
	timer := time.NewTimer(roomPatience)
	defer timer.Stop()
	for {
		freed, ok := r.rooms.enter(r.namespace, size)
		if ok {
			return sync.OnceFunc(func() { r.rooms.leave(r.namespace, size) }), nil
		}
		select {
		case <-freed:
			continue
		case <-timer.C:
		case <-ctx.Done():
		}
		return nil, &backend.Error{Class: backend.Retryable, After: roomAgain,
			Err: backend.Errorf(backend.Retryable, "too many large answers of backends of one namespace are read at once")}
	}
}

func (r *rooms) enter(namespace string, size int64) (freed <-chan struct{}, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.freed == nil {
		r.freed, r.each = make(chan struct{}), map[string]int64{}
	}
	most := max(leastRoom, int64(queue.Share(wholeRoom, int(r.all-r.each[namespace]))))
	if r.each[namespace]+size > most || r.all+size > wholeRoom {
		return r.freed, false
	}
	r.all += size
	r.each[namespace] += size
	return nil, true
}

func (r *rooms) leave(namespace string, size int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all -= size
	if r.each[namespace] -= size; r.each[namespace] == 0 {
		delete(r.each, namespace)
	}
	close(r.freed)
	r.freed = make(chan struct{})
}
