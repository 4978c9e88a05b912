package engine

import (
	"time"

	"k8s.io/apimachinery/pkg/util/resourceversion"
)

// lagAgain is how soon a pass comes back whose object was older than what we wrote last, and
// lagLimit how long a cache that does not show it is waited for.
const (
	lagAgain = 20 * time.Millisecond
	lagLimit = 10 * time.Second
)

// stored notes the version of the object that a patch of ours made.
func (m *memory) stored(version string, at time.Time) { m.version, m.versionAt = version, at }

// lags reports whether the cache does not show our last write yet. A pass over such an object would
// know less than we do: it would look for a remote that it is bound to, and its patch would conflict.
func (m *memory) lags(version string, now time.Time) bool {
	if m.version == "" || now.Sub(m.versionAt) > lagLimit {
		return false
	}
	order, err := resourceversion.CompareResourceVersion(version, m.version)
	return err == nil && order < 0
}
