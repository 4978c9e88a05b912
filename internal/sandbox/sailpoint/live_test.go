package sailpoint_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/sandboxtest"
)

// What the live server does beyond its documentation.

func TestADeadlineOnAFullMinuteIsShownWithoutItsSeconds(t *testing.T) {
	f := start(t, sandbox.Options{})
	for sent, want := range map[string]string{
		"2034-06-13T00:00:00.000Z":      "2034-06-13T00:00Z",
		"2034-06-13T14:30:00Z":          "2034-06-13T14:30Z",
		"2034-06-13T16:30:00.000+02:00": "2034-06-13T14:30Z",
		"2034-06-13T00:00:01.000Z":      "2034-06-13T00:00:01.000Z",
		"2034-06-13T00:00:00.001Z":      "2034-06-13T00:00:00.001Z",
	} {
		id := f.createCampaign(object{"deadline": sent})
		expect(t, f.must("GET", campaigns+"/"+id, nil), want, "deadline")
	}
}

func TestEveryErrorHasATrackingIDOfItsOwn(t *testing.T) {
	f := start(t, sandbox.Options{})
	seen := map[any]bool{}
	for range 3 {
		answer := f.Send("GET", campaigns+"/00000000000000000000000000000000", "", nil)
		body, _ := answer.Body.(object)
		if answer.Status != http.StatusNotFound || body["trackingId"] == "" {
			t.Fatalf("%d %v", answer.Status, body)
		}
		seen[body["trackingId"]] = true
	}
	if len(seen) != 3 {
		t.Errorf("three answers have %d ids", len(seen))
	}
}

func TestADeleteMayNameAContentTypeAndHaveNoBody(t *testing.T) {
	f := start(t, sandbox.Options{})
	answer := f.Send("DELETE", profiles+"/"+f.createProfile(nil), sandboxtest.MediaJSON, "")
	if answer.Status != http.StatusNoContent || len(f.Rejections()) != 0 {
		t.Errorf("%d %v, rejections %v", answer.Status, answer.Body, f.Rejections())
	}
}

func TestAnOffsetLeadsTenThousandRowsDeepAndSearchAfterFurther(t *testing.T) {
	f := start(t, sandbox.Options{})
	f.refuses(400, "", "use searchAfter", "GET", allItems+"?sorters=id&offset=9751&limit=250", nil)
	f.refuses(400, "", "the last of which must be id", "GET", allItems+"?sorters=name&searchAfter=x", nil)
	f.refuses(400, "", "an offset beside searchAfter", "GET", allItems+"?sorters=id&offset=1&searchAfter=x", nil)
	all := f.Send("GET", allItems+"?sorters=id", "", nil).Body.([]any)
	third, _ := at(all, 2, "id").(string)
	rest := f.Send("GET", fmt.Sprintf("%s?sorters=id&searchAfter=%s", allItems, third), "", nil).Body.([]any)
	if len(rest) != len(all)-3 {
		t.Errorf("%d of %d rows behind the third", len(rest), len(all))
	}
	expect(t, rest, at(all, 3, "id"), 0, "id")
}
