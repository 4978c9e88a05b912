package backend

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// DigestPrefix names the way digests are computed; a digest with another one is
// recomputed from the next row without being taken for a change.
const DigestPrefix = "v1:"

// RowDigest sums up the identity, phase, mark and managed row fields of an
// observation. A list row and a full read of the same remote have the same digest.
func RowDigest[D any](desired D, obs Observation[D], caps Capabilities) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00%s\x00%s\x00%s\x00%t\x00%t\n", obs.ID, obs.ParentID, phaseOf(obs.Phase), obs.Mark.Token, obs.Retired, obs.Locked)
	if obs.VersionNumber != nil || obs.DraftNumber != nil {
		fmt.Fprintf(h, "%d\x00%d\n", Value(obs.VersionNumber), Value(obs.DraftNumber))
	}
	have := byPath(obs.Actual)
	for _, want := range Fields(desired) {
		if want.Parameter || caps.carries(want.Path) || Covers(caps.DetailFields, want.Path) || Covers(caps.WriteOnly, want.Path) {
			continue
		}
		_, seen := hashes(want, have[want.Path])
		fmt.Fprintf(h, "%s=%s\n", want.Path, seen)
	}
	return DigestPrefix + hex.EncodeToString(h.Sum(nil)[:12])
}

func phaseOf(p Phase) Phase {
	if p == "" {
		return PhaseLive
	}
	return p
}

// DesiredDigest sums up everything that is set in desired.
func DesiredDigest(desired any) string {
	h := sha256.New()
	for _, f := range Fields(desired) {
		fmt.Fprintf(h, "%s=%s\n", f.Path, f.Hash())
	}
	return DigestPrefix + hex.EncodeToString(h.Sum(nil)[:12])
}

// DetailFieldsOf returns the detail fields that desired manages.
func DetailFieldsOf(desired any, caps Capabilities) []string {
	var out []string
	for _, f := range Fields(desired) {
		if Covers(caps.DetailFields, f.Path) && !f.Parameter {
			out = append(out, f.Path)
		}
	}
	return out
}

// KnownDigest reports whether a digest was computed the present way.
func KnownDigest(digest string) bool { return strings.HasPrefix(digest, DigestPrefix) }
