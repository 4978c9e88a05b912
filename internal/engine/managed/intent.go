package managed

import (
	"crypto/rand"
	"encoding/json"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
)

// Intent is the note, kept on the object, that a create may have been sent. Without
// one no create was ever sent for the object.
type Intent struct {
	// Token is drawn once in an object's life, so that a late remote is provably ours.
	Token string `json:"token"`
	// Attempt is the number of the claim; above status.closedAttempt its outcome is open.
	Attempt int64 `json:"attempt"`
	// At is the tenant's clock at the claim.
	At time.Time `json:"at"`
	// Owner is the namespace/name of the object; another's intent (copied YAML) is ignored.
	Owner    string      `json:"owner"`
	Tenant   string      `json:"tenant"`
	ParentID string      `json:"parentID,omitempty"`
	Key      backend.Key `json:"key"`
	// Bound: a run-once object had its remote. It is noted here, too, for a status can be lost.
	Bound bool `json:"bound,omitempty"`
	// Made is how the remote came, created or adopted; empty in what an earlier version noted.
	Made v1alpha1.CreationPolicy `json:"made,omitempty"`
	// Of is the id of the remote that is adopted.
	Of string `json:"of,omitempty"`
	// Wrote are the fields that the create or the adoption sends, until the status has them.
	Wrote []string `json:"wrote,omitempty"`
}

// ReadIntent returns the intent of obj, and whether it is somebody else's.
func ReadIntent(obj Object) (intent *Intent, foreign bool) {
	raw, ok := obj.GetAnnotations()[v1alpha1.AnnotationIntent]
	if !ok {
		return nil, false
	}
	intent = &Intent{}
	err := json.Unmarshal([]byte(raw), intent)
	if err != nil || intent.Token == "" || intent.Owner != FullName(obj) || intent.Attempt < 1 || intent.Attempt > lastAttempt {
		return nil, true
	}
	return intent, false
}

// lastAttempt is far beyond what an object lives to see, and can still be counted on.
const lastAttempt = 1 << 53

// Encode returns the text of the annotation.
func (i Intent) Encode() string {
	raw, err := json.Marshal(i)
	if err != nil {
		panic("engine: an intent is plain data: " + err.Error())
	}
	return string(raw)
}

// FullName is the namespace/name of an object, as ownership markers have it.
func FullName(obj Object) string { return obj.GetNamespace() + "/" + obj.GetName() }

// NewToken draws the 16 characters that mark all remotes of one object.
func NewToken() string { return rand.Text()[:16] }
