package sailpoint

import (
	"slices"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/plain"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// profile is an access profile on the wire (docs/vendors/sailpoint-api.md#access-profile-fields).
type profile struct {
	ID               string      `json:"id"`
	Name             string      `json:"name" field:"displayName"`
	Description      *string     `json:"description"`
	Created          rest.Moment `json:"created"`
	Modified         rest.Moment `json:"modified"`
	Enabled          bool        `json:"enabled" field:"sailPoint.enabled"`
	Requestable      bool        `json:"requestable" field:"requestable"`
	Owner            *ref        `json:"owner"`
	AdditionalOwners []ref       `json:"additionalOwners"`
	Source           *ref        `json:"source"`
	Entitlements     []ref       `json:"entitlements"`
	Request          members     `json:"accessRequestConfig"`
	Revocation       members     `json:"revocationRequestConfig"`
	Segments         []string    `json:"segments" field:"sailPoint.segments"`
	Criteria         *criterion  `json:"provisioningCriteria"`
	Metadata         *struct {
		Attributes []attribute `json:"attributes"`
	} `json:"accessModelMetadata"`
}

// profileCodec translates the fields with a tag `field`.
var profileCodec = plain.New[profile, backend.AccessProfile](&ProfileBlock{}, spelling)

// attribute is metadata. Of the many names that it is shown with only the technical ones count.
type attribute struct {
	Key    string           `json:"key"`
	Values []attributeValue `json:"values"`
}

type attributeValue struct {
	Value string `json:"value"`
}

// criterion is a node of the provisioning criteria (docs/vendors/sailpoint-api.md#provisioning-criteria). A member that an
// operation does not have must be missing.
type criterion struct {
	Operation string      `json:"operation"`
	Attribute string      `json:"attribute,omitempty"`
	Value     *string     `json:"value,omitempty"`
	Children  []criterion `json:"children,omitempty"`
}

func decodeProfile(p profile, date time.Time) profileObservation {
	description, mark := backend.SplitMark(backend.Value(p.Description))
	obs := profileObservation{
		Exists:      p.ID != "",
		ID:          p.ID,
		ParentID:    idOf(p.Source),
		Version:     p.Modified.Version(), // There are no etags (docs/vendors/sailpoint-api.md#versions).
		CreatedAt:   p.Created.Time,
		Mark:        mark,
		MarkInProse: true, // There is no other place for it (docs/vendors/sailpoint-api.md#names-and-marks-of-profiles).
		Phase:       backend.PhaseLive,
		Date:        date,
	}
	obs.Actual = backend.AccessProfile{
		Description:  &description,
		Entitlements: backend.EntitlementSet{},
		Owners:       ownersOf(p),
		Block: &ProfileBlock{
			SourceID:             backend.To(obs.ParentID),
			OwnerGroups:          set(additional(p, typeGroup)),
			AccessRequest:        backend.To(profileRequests.Read(p.Request.read)),
			Revocation:           backend.To(revocations.Read(p.Revocation.read)),
			ProvisioningCriteria: decodeCriteria(p.Criteria),
			AccessModelMetadata:  decodeMetadata(p),
		},
	}
	obs.Actual = profileCodec.Decode(&p, obs.Actual)
	for _, e := range p.Entitlements {
		obs.Actual.Entitlements = append(obs.Actual.Entitlements, backend.EntitlementID{AppID: obs.ParentID, ID: e.ID})
	}
	return obs
}

// ownersOf lists the owner first. Where there is none, an empty place says so: the
// first of the others must not pass for the owner.
func ownersOf(p profile) backend.Owners {
	owner, others := idOf(p.Owner), additional(p, typeIdentity)
	if owner == "" && len(others) == 0 {
		return backend.Owners{}
	}
	return append(backend.Owners{owner}, others...)
}

// additional lists the additional owners of a type.
func additional(p profile, kind string) []string {
	var out []string
	for _, o := range p.AdditionalOwners {
		if o.Type == kind && !slices.Contains(out, o.ID) {
			out = append(out, o.ID)
		}
	}
	return out
}

func decodeMetadata(p profile) Metadata {
	out := Metadata{}
	for _, a := range backend.Value(p.Metadata).Attributes {
		for _, v := range a.Values {
			out[a.Key] = append(out[a.Key], v.Value)
		}
	}
	return out
}

func decodeCriteria(c *criterion) *ProvisioningCriterion {
	if c == nil || c.Operation == "" {
		return nil
	}
	out := &ProvisioningCriterion{Operation: rest.Word(c.Operation), Attribute: c.Attribute, Value: c.Value}
	for i := range c.Children {
		if child := decodeCriteria(&c.Children[i]); child != nil {
			out.Children = append(out.Children, *child)
		}
	}
	return out
}
