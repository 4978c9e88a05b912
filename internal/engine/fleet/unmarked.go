package fleet

import "hash/maphash"

// unmarked counts remotes that bear no ownership marker, each once: pages may overlap. Of each it keeps a hash.
type unmarked struct {
	seed  maphash.Seed
	known map[uint64]bool
	count int
}

func newUnmarked() *unmarked { return &unmarked{seed: maphash.MakeSeed(), known: map[uint64]bool{}} }

// leaveOut does not count the remote of an object.
func (u *unmarked) leaveOut(id string) { u.known[maphash.String(u.seed, id)] = true }

func (u *unmarked) add(id string) {
	if h := maphash.String(u.seed, id); !u.known[h] {
		u.known[h] = true
		u.count++
	}
}
