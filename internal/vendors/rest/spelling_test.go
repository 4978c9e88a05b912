package rest_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

func TestMomentsAreRead(t *testing.T) {
	want := time.Date(2021, 3, 1, 22, 32, 58, 0, time.UTC)
	for text, at := range map[string]time.Time{
		`"2021-03-01T22:32:58.104Z"`: want.Add(104 * time.Millisecond), `"2021-03-01T22:32:58Z"`: want, `"2021-03-01T22:32:58.000001Z"`: want.Add(time.Microsecond),
		`null`: {}, `""`: {}, `"19.9.2022 13:55"`: {}, `17`: {},
	} {
		var m rest.Moment
		if err := json.Unmarshal([]byte(text), &m); err != nil || !m.Equal(at) {
			t.Errorf("%s reads as %s, %v", text, m, err)
		}
	}
}

func TestWordsThereAndBack(t *testing.T) {
	for ours, theirs := range map[string]string{
		"Manager": "MANAGER", "GovernanceGroup": "GOVERNANCE_GROUP", "AdditionalGovernanceGroup": "ADDITIONAL_GOVERNANCE_GROUP", "NotEquals": "NOT_EQUALS", "": "",
	} {
		if rest.Upper(ours) != theirs || rest.Word(theirs) != ours {
			t.Errorf("%q is %q and %q is %q", ours, rest.Upper(ours), theirs, rest.Word(theirs))
		}
	}
}
