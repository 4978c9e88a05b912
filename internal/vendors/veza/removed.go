package veza

import "github.com/governance-operator/governance-operator/internal/backend"

// What becomes of a field that leaves the spec of an object that wrote it.
const (
	whyEmptied = "emptying it would take access from everybody who has it through this"
	whyText    = "a text for people"
)

// removedFromProfile is the table of an access profile.
func removedFromProfile() map[string]backend.Removal {
	left := func(why string) backend.Removal { return backend.Removal{Fate: backend.FateLeft, Why: why} }
	return map[string]backend.Removal{
		"displayName":                        left("a name cannot be empty"),
		"description":                        {Fate: backend.FateCleared, Why: whyText},
		pathEntitlements:                     {Fate: backend.FateHeld, Instead: []string{pathRelationships}, Shared: true, Empty: "the profile gives nothing", Why: whyEmptied},
		pathInherits:                         {Fate: backend.FateHeld, Empty: "the profile inherits nothing", Why: whyEmptied},
		pathState:                            {Fate: backend.FateClosed, Value: "Paused", Why: "what is not running gives nothing to anybody new"},
		pathRelationships:                    {Fate: backend.FateHeld, Instead: []string{pathEntitlements}, Shared: true, Empty: "the profile gives nothing", Why: whyEmptied},
		pathLabels:                           {Fate: backend.FateCleared, Why: "a profile without labels can be requested in no more ways"},
		pathPolicy:                           left("without it people might get access past an approval"),
		pathApplication:                      left("it is not known what the profile does without it"),
		pathApplicationAction:                left("it is not known what the profile does without it"),
		pathProperties:                       {Fate: backend.FateCleared, Why: "information for people and reports; each key is a field of its own"},
		pathApproval:                         left("without it the profile could be started without a confirmation"),
		pathCatalog + ".name":                left("a name cannot be empty"),
		pathCatalog + ".description":         {Fate: backend.FateCleared, Why: whyText},
		pathCatalog + ".markdownDescription": {Fate: backend.FateCleared, Why: whyText},
		pathCatalog + ".icon":                {Fate: backend.FateCleared, Why: "a picture for people"},
		pathCatalog + ".recommended":         left("the earlier value is not known, and neither value means none"),
		pathMembers:                          {Fate: backend.FateHeld, Empty: "nobody is a member", Why: whyEmptied},
		pathPublish:                          {Fate: backend.FateEnds, Why: "it controls how the operator writes, and nothing of it stays at the vendor"},
	}
}
