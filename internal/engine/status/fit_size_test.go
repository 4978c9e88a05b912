package status

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/bounds"
)

// TestAnObjectWithEveryNameResolvedIsNotTooLarge: whatever the schema admits for pins, the object
// stays below a mebibyte, as long as its spec leaves room for a status at all.
func TestAnObjectWithEveryNameResolvedIsNotTooLarge(t *testing.T) {
	most := *bounds.Of(v1alpha1.KindAccessReview).Properties["resolved"].MaxItems
	for sentence, c := range map[string]struct {
		pins, length, spec int
		all                bool
	}{
		"as many names as there are, of the usual length":    {most, 40, 1000, true},
		"as many names as there are, each as long as can be": {most, 1024, 1000, false},
		"a spec that is large itself":                        {most, 40, 800_000, false},
		"few names":                                          {63, 1024, 1, true},
	} {
		t.Run(sentence, func(t *testing.T) {
			obj := &v1alpha1.AccessReview{}
			obj.Spec.DisplayName = strings.Repeat("x", c.spec)
			for i := range c.pins {
				obj.Status.Resolved = append(obj.Status.Resolved, v1alpha1.ResolvedName{Kind: "Entitlement", ParentID: fmt.Sprint("parent-", i), Name: strings.Repeat("n", c.length), ID: fmt.Sprint("id-", i)})
			}
			notes := fewerPins(obj, largestObject)
			text, err := json.Marshal(obj)
			if err != nil {
				t.Fatal(err)
			}
			if len(text) > largestObject {
				t.Errorf("%d bytes", len(text))
			}
			if got := len(obj.Status.Resolved) == c.pins; got != c.all || (len(notes) == 0) != c.all {
				t.Errorf("%d of %d names are left: %v", len(obj.Status.Resolved), c.pins, notes)
			}
			if !c.all && len(text) < largestObject-4096 {
				t.Errorf("only %d bytes: too much was left out", len(text))
			}
		})
	}
}
