package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
)

func TestOfAKindThatAVendorDoesNotHaveNoFieldIsListed(t *testing.T) {
	var out strings.Builder
	section[backend.AccessReview](&out, "AccessReview", backend.Unsupported{}.AccessReviews().Capabilities())
	const want = "\n### AccessReview\n\nThe vendor has nothing of this kind: objects of it are refused.\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestOfAKindThatAVendorHasEveryFieldIsListed(t *testing.T) {
	var out strings.Builder
	section[backend.AppEntitlement](&out, "AppEntitlement", backend.Capabilities{Update: true, Unsupported: map[string]string{"owners": "it has none"}})
	for _, want := range []string{"\n\nPossible: adopt, update.\n", "\n| `displayName` | updated |", "\n| `owners` | refused: it has none |"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}
