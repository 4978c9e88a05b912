package rest

import "testing"

func TestTheNameOfAnAnswerIsNoPartOfWhatItSays(t *testing.T) {
	for said, want := range map[string][2]string{
		"not found (request-id: 2xAbCdEfGhIjKlMnOpQrStUvWxY)":                 {"not found", "request-id 2xAbCdEfGhIjKlMnOpQrStUvWxY"},
		"The name already exists. trackingId: 5c1f4a3e9d":                     {"The name already exists.", "trackingId 5c1f4a3e9d"},
		"oops [Trace ID 00-4bf92f3577b34da6]; call us":                        {"oops; call us", "Trace ID 00-4bf92f3577b34da6"},
		`failed, "correlationId":"a1b2c3d4-e5f6"`:                             {`failed, "`, "correlationId a1b2c3d4-e5f6"},
		"first (request-id: 2x00000001), then again (request-id: 2x00000002)": {"first, then again", "request-id 2x00000001"},
		"request id: missing":                                                 {"request id: missing", ""},
		"request_id is required":                                              {"request_id is required", ""},
		"trackingId must have 27 characters":                                  {"trackingId must have 27 characters", ""},
		"no name at all":                                                      {"no name at all", ""},
	} {
		message, reference := apart(Explanation{Message: said})
		if message != want[0] || reference != want[1] {
			t.Errorf("%q: %q and %q, want %q and %q", said, message, reference, want[0], want[1])
		}
	}
	if message, reference := apart(Explanation{Message: "no (request-id: 2x00000001)", Reference: "trackingId 1"}); message != "no" || reference != "trackingId 1" {
		t.Errorf("%q and %q", message, reference)
	}
}
