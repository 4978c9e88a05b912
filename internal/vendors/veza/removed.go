package veza

import "github.com/governance-operator/governance-operator/internal/backend"

// What becomes of a field that leaves the spec of an object that wrote it.
const (
	whyEmptied = "emptying it would take access from everybody who has it by this"
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
		pathLabels:                           {Fate: backend.FateCleared, Why: "what has no label can be asked for in no more ways"},
		pathPolicy:                           left("without it people might get access past an approval"),
		pathApplication:                      left("what the profile does without it is not known"),
		pathApplicationAction:                left("what the profile does without it is not known"),
		pathProperties:                       {Fate: backend.FateCleared, Why: "a mark for people and reports; each key is a field of its own"},
		pathApproval:                         left("without it the profile could be started without a confirmation"),
		pathCatalog + ".name":                left("a name cannot be empty"),
		pathCatalog + ".description":         {Fate: backend.FateCleared, Why: whyText},
		pathCatalog + ".markdownDescription": {Fate: backend.FateCleared, Why: whyText},
		pathCatalog + ".icon":                {Fate: backend.FateCleared, Why: "a picture for people"},
		pathCatalog + ".recommended":         left("what it was before is not known, and neither value is none"),
		pathMembers:                          {Fate: backend.FateHeld, Empty: "nobody is a member", Why: whyEmptied},
		pathPublish:                          {Fate: backend.FateEnds, Why: "it says how is written, and nothing of it stays"},
	}
}
