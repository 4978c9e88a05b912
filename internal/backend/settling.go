package backend

import (
	"slices"
	"time"
)

// Sent is what was written of a field that is shown late, and when.
type Sent struct {
	Hash string
	At   time.Time
}

// Settling is a field that was written and is not shown yet.
type Settling struct {
	Path string
	// Until is when it is to be shown; after that it differs like any other.
	Until time.Time
}

// clockSkew is how far ahead of the present a note may be: one that is further ahead was made by another clock.
const clockSkew = time.Minute

// SettledBy is when a field that was sent is shown; the past where it was not, or is never shown late.
func (c Capabilities) SettledBy(path string, sent Sent) time.Time {
	late, ok := c.Settling[path]
	if !ok || sent.At.IsZero() {
		return time.Time{}
	}
	return sent.At.Add(late)
}

// Settle takes out of changes what was sent as it is wanted, so short a time ago that a read need not show it, and puts in what
// was sent otherwise since: what a read shows of that is not what will be there.
func (c Capabilities) Settle(desired any, changes Changes, sent map[string]Sent, now time.Time) (Changes, []Settling) {
	var settling []Settling
	changes = slices.Clone(changes)
	for _, want := range Fields(desired) {
		was, until := sent[want.Path], c.SettledBy(want.Path, sent[want.Path])
		if !until.After(now) || was.At.After(now.Add(clockSkew)) {
			continue
		}
		differs := changes.Has(want.Path)
		switch {
		case was.Hash != want.Hash() && !differs:
			changes = append(changes, Change{want.Path})
		case was.Hash == want.Hash() && differs:
			changes = changes.Without([]string{want.Path})
			settling = append(settling, Settling{Path: want.Path, Until: until})
		}
	}
	return changes, settling
}

// SettlingSent returns the hashes of the fields of desired that are shown late and are among paths.
func (c Capabilities) SettlingSent(desired any, paths []string) map[string]string {
	out := map[string]string{}
	for _, f := range Fields(desired) {
		if c.Settling[f.Path] > 0 && slices.Contains(paths, f.Path) {
			out[f.Path] = f.Hash()
		}
	}
	return out
}
