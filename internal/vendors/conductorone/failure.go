package conductorone

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// codeUnknown is gRPC's word for a failure that its server tells nothing of.
const codeUnknown = 2

// explain reads google.rpc.Status. The server answers a number of mistakes of the caller with 500 and codeUnknown, as it does
// where it has failed: that proves neither.
func explain(status int, body []byte) rest.Explanation {
	var said struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &said) != nil || said.Code == 0 {
		return rest.Explanation{} // Another form, as the token endpoint has.
	}
	return rest.Explanation{
		Code:     strconv.Itoa(said.Code),
		Message:  said.Message,
		Doubtful: status == http.StatusInternalServerError && said.Code == codeUnknown && said.Message != "",
	}
}
