package crd_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// edit is a change of a stored object's spec, a JSON merge patch. No words: it is accepted and stored.
type edit struct {
	patch string
	want  []string
}

// history is an object and what is done to it, one edit after the other.
type history struct {
	kind  string
	spec  string
	edits []edit
}

const (
	backendFixed   = "spec: backendRef cannot be changed: the remote is in the backend's tenant; delete and apply"
	vendorFixed    = "spec: vendor cannot be changed; create a new backend"
	appFixed       = "spec: app cannot be changed: an entitlement stays in its app; delete and apply"
	resourceGone   = "spec: conductorOne.resource can be set at creation only; delete and apply"
	resourceFixed  = "spec.conductorOne.resource: conductorOne.resource can be set at creation only; delete and apply"
	cohortFixed    = "spec: conductorOne.cohort can be set at creation only, and the vendor never shows it again; write membership.expression, or delete and apply"
	ownersFixed    = "spec: owners can be set at creation only, and the vendor never shows them again; change them in the console, or delete and apply"
	durationFixed  = "spec: duration counts from the creation and cannot be set or changed later; write a deadline instead"
	duplicateFixed = "spec: conductorOne.duplicateFrom can be set at creation only; delete and apply"
)

var histories = map[string]history{
	"the backend stays": {"AccessProfile", `{}`, []edit{
		{`{backendRef: {name: other}}`, refused(backendFixed)},
		{`{backendRef: {kind: ClusterGovernanceBackend}}`, refused(backendFixed)},
		{`{backendRef: null}`, refused("spec.backendRef: Required value")},
		{`{backendRef: {kind: null}}`, nil},
	}},
	"the vendor stays": {"GovernanceBackend", `{}`, []edit{
		{`{vendor: Veza}`, refused(vendorFixed)},
		{`{endpoint: "https://new.conductor.one", suspend: true}`, nil},
	}},
	"the vendor of a cluster backend stays": {"ClusterGovernanceBackend", `{}`, []edit{
		{`{vendor: Veza}`, refused(vendorFixed)},
	}},
	"an app may be spelt as id, and is not another one": {"AppEntitlement", `{app: {name: GitHub}}`, []edit{
		{`{app: null}`, refused("spec.app: Required value")},
		{`{app: {name: null, id: a}}`, nil},
		{`{app: {id: b}}`, refused(appFixed)},
	}},
	"a resource is not added": {"AppEntitlement", `{conductorOne: {alias: a}}`, []edit{
		{`{conductorOne: {resource: {type: {name: Team}, name: b}}}`, refused(resourceGone)},
	}},
	"a resource is not added with its block": {"AppEntitlement", `{}`, []edit{
		{`{conductorOne: {resource: {type: {name: Team}, name: b}}}`, refused(resourceGone)},
	}},
	"what was made without a resource can still be edited, held and let go": {"AppEntitlement", `{conductorOne: {alias: a}}`, []edit{
		{`{management: {creation: null}}`, nil},
		{`{suspend: true}`, nil},
		{`{management: {deletion: Orphan}}`, nil},
		{`{conductorOne: {slug: b}}`, nil},
	}},
	"who sees a profile is not added while nothing says that it can be requested": {"AccessProfile", `{}`, []edit{
		{`{conductorOne: {visibleTo: [{app: {name: a}, name: b}]}}`, refused(needsRequestable)},
		{`{conductorOne: {visibleTo: [{app: {name: a}, name: b}]}, requestable: false}`, nil},
		{`{requestable: true}`, nil},
	}},
	"what was made so, or only narrows, can still be edited, held and let go": {"AccessProfile", `{requestable: true, conductorOne: {visibleTo: [{app: {name: a}, name: b}]}}`, []edit{
		{`{requestable: null}`, nil},
		{`{suspend: true}`, nil},
		{`{management: {deletion: Orphan}}`, nil},
		{`{conductorOne: {visibleTo: []}}`, nil},
		{`{conductorOne: {visibleTo: [{app: {name: a}, name: b}]}}`, refused(needsRequestable)},
	}},
	"a resource is neither changed nor taken away": {"AppEntitlement", `{conductorOne: {resource: {type: {name: Team}, id: b}}}`, []edit{
		{`{conductorOne: {resource: {id: c}}}`, refused(resourceFixed)},
		{`{conductorOne: {resource: null}}`, refused(resourceGone)},
		{`{conductorOne: null}`, refused(resourceGone)},
		{`{conductorOne: {resource: {type: {name: null, id: t}}}}`, nil},
		{`{conductorOne: {resource: {type: {id: u}}}}`, refused(resourceFixed)},
	}},
	"a cohort is not added": {"AccessProfile", `{}`, []edit{
		{`{conductorOne: {cohort: {}}}`, refused(cohortFixed)},
	}},
	"a cohort is neither changed nor taken away": {"AccessProfile", `{conductorOne: {cohort: {profileFilters: [{attribute: a, values: [b]}]}}}`, []edit{
		{`{conductorOne: {cohort: {suggestionID: s}}}`, refused(cohortFixed)},
		{`{conductorOne: {cohort: {profileFilters: [{attribute: a, values: [c]}]}}}`, refused(cohortFixed)},
		{`{conductorOne: {cohort: null}}`, refused(cohortFixed)},
		{`{conductorOne: null}`, refused(cohortFixed)},
		{`{conductorOne: {requestBundle: true}, membership: {expression: "true"}}`, nil},
	}},
	"owners of a review are not added": {"AccessReview", `{}`, []edit{
		{`{owners: [{id: a}]}`, refused(ownersFixed)},
	}},
	"owners of a review are neither changed nor taken away": {"AccessReview", `{owners: [{id: a}, {id: b}]}`, []edit{
		{`{owners: [{id: a}]}`, refused(ownersFixed)},
		{`{owners: [{id: a}, {id: a}]}`, refused(ownersFixed)},
		{`{owners: [{id: a}, {id: b}, {id: c}]}`, refused(ownersFixed)},
		{`{owners: null}`, refused(ownersFixed)},
		{`{owners: [{id: b}, {id: a}]}`, nil},
	}},
	"owners of other kinds may change": {"AppEntitlement", `{owners: [{id: a}]}`, []edit{
		{`{owners: []}`, nil},
		{`{owners: null}`, nil},
		{`{owners: [{id: b}]}`, nil},
	}},
	"a duration gives way to a deadline and does not come back": {"AccessReview", `{duration: 1h}`, []edit{
		{`{duration: 2h}`, refused(durationFixed)},
		{`{displayName: a}`, nil},
		{`{duration: null, deadline: "2030-01-01T00:00:00Z"}`, nil},
		{`{deadline: "2030-02-01T00:00:00Z"}`, nil},
		{`{duration: 1h, deadline: null}`, refused(durationFixed)},
	}},
	"a copied review is not named later": {"AccessReview", `{owners: [{id: a}]}`, []edit{
		{`{conductorOne: {duplicateFrom: {id: a}}}`, refused(duplicateFixed)},
	}},
	"a copied review is neither changed nor forgotten": {"AccessReview", `{owners: [{id: a}], conductorOne: {duplicateFrom: {id: a}}}`, []edit{
		{`{conductorOne: {duplicateFrom: {id: b}}}`, refused(duplicateFixed)},
		{`{conductorOne: {duplicateFrom: null}}`, refused(duplicateFixed)},
		{`{conductorOne: null}`, refused(duplicateFixed)},
		{`{conductorOne: {defaultView: ByApp}}`, nil},
	}},
	"policies and suspension may change at any time": {"AppEntitlement", `{suspend: true, remoteID: a}`, []edit{
		{`{suspend: false, management: {deletion: Orphan}}`, nil},
		{`{remoteID: null}`, nil},
	}},
}

// allHistories are those of what the vendors share, and those of each vendor.
func allHistories() map[string]history {
	all := maps.Clone(histories)
	maps.Copy(all, vendorHistories)
	return all
}

func TestEdits(t *testing.T) {
	all := allHistories()
	for _, sentence := range slices.Sorted(maps.Keys(all)) {
		t.Run(sentence, func(t *testing.T) {
			h := all[sentence]
			c := server(t)
			stored := store(t, h.kind, "edited", h.spec)
			for _, e := range h.edits {
				patch := toJSON(t, `{spec: `+e.patch+`}`)
				err := c.Patch(t.Context(), stored.DeepCopy(), client.RawPatch(types.MergePatchType, patch), client.FieldValidation(metav1.FieldValidationStrict))
				if diff := cmp.Diff(e.want, refusal(t, err)); diff != "" {
					t.Errorf("refusal of %s (-want +got):\n%s", e.patch, diff)
				}
			}
		})
	}
}
