package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// followed says which test does what a sentence of the troubleshooting page, or of the chart's notes, says to do.
type followed struct {
	// says is a part of the sentence.
	says string
	// by is the name of the test, or a part of the sentence of the spec.
	by string
	// not is why no test can do it; by is empty then.
	not string
}

const (
	// ofMessages tests that the message of the condition has the same words, and that all of its ways out are gone.
	ofMessages = "TestEveryAdviceOfAMessageHelps"
	bySomebody = "somebody looks at something, and nothing is done by that"
)

// advised is the advice of the troubleshooting page, by heading.
var advised = map[string][]followed{
	"Drifted":   {{says: "Edit the spec to take the vendor's value over", by: ofMessages}},
	"StartHeld": {{says: "Change `spec.start`", by: "that is scheduled is made at its time, and not before"}},
	"Suspended": {{says: "Set it to `false`", by: "is held by suspend: no create, no update, no delete"}},
	"FieldUnsupported": {
		{says: "the vendor has no such kind: delete the object", by: "TestAnObjectOfAKindThatTheVendorDoesNotHaveIsRefusedWithoutACall"},
		{says: "Take it out", by: "are published when the spec asks for it and the backend allows it, and only then"},
	},
	"CreateUnsupported":   {{says: "choose `management.creation: Adopt`", by: ofMessages}},
	"UpdateUnsupported":   {{says: "Put the old values back", not: "every vendor takes edits of every kind that it has today; the row of the decision has its own case"}},
	"DeletionUnsupported": {{says: "Choose `Orphan`, or let the backend's owner allow it", by: ofMessages}},
	"FieldRemoved":        {{says: "Write the list again, write `[]` where it may be empty, or set", by: "TestAListThatLeavesTheSpecHoldsWhatWidens"}},
	"RemoteIDMismatch":    {{says: "Put it back, or delete", by: ofMessages}},
	"SealedByVendor":      {{says: "Put the old values back, or delete and apply", by: ofMessages}},
	"ReferenceNotFound":   {{says: "Apply it", by: "waits for an entitlement that is not there yet, and goes on when it is"}},
	"ReferenceNotReady":   {{says: "Look at that object", not: bySomebody}},
	"ReferenceCycle":      {{says: "Cut it", by: "is told for two entitlements that delegate to each other, and mended by cutting one"}},
	"NameNotFound": {
		{says: "Fix the name", by: "is told for an app that does not exist, and mended by spelling it right"},
		{says: "create the thing", by: "mends itself when the thing that was named comes into being at the vendor"},
	},
	"NameAmbiguous": {{says: "Write `{id: …}`", by: "is told for a name that two apps share, with their ids, and mended by an id"}},
	"NameMoved":     {{says: "Write its id to say that this is right", by: "TestANameThatMovedIsToldAndThePinnedIDStaysInUse"}},
	"BackendNotAllowed": {
		{says: "Label the namespace", by: "an object goes on when its namespace is labelled after it was applied"},
		{says: "let the backend's owner add it", by: "is told for a cluster backend that does not allow the namespace, and mended by allowing it"},
	},
	"BackendNotReady": {{says: "read its reason", not: bySomebody}},
	"Throttled":       {{says: "lower `requestsPerSecond`", not: "who else uses a credential, and how much, is not known to the operator; that the rate is kept is asserted by the throttle spec"}},
	"TenantChanged":   {{says: "Put them back", by: "nothing is written and nothing let go when another tenant answers at the same address"}},
	"MassAbsence": {{says: "fix it", by: "is created or let go while the credential sees nothing, and all is well when it sees again"},
		{says: "confirm number and moment", by: "all are made again once somebody confirms that they are really gone"}},
	"StillReferenced": {{says: "Take it out of them or delete them", by: "an entitlement that asks for it is kept until nobody refers to it, and no longer"}},
	"MassDeletion":    {{says: "Confirm number and moment", by: "the rest waits until somebody confirms the number"}},
	"SecretNotFound":  {{says: "Create it, in the backend's namespace", by: "a Secret that is deleted first traps no object that is being deleted"}},
	"Unauthorized":    {{says: "put new ones into the Secret", by: "is told for credentials that the vendor refuses, and mended by the right ones"}},
	"Unreachable":     {{says: "Look at its name, the network", not: bySomebody}},
	"CircuitOpen":     {{says: "look at the vendor's status page", not: bySomebody}},
	"RemoteNotFound": {{says: "Make it at the vendor, or fix the name", by: ofMessages},
		{says: "`sailPoint.onNotFound: Aggregate`", by: "waits for the aggregation of an entitlement, and asks for it once an hour if it may"}},
	"RemoteExists": {{says: "Choose `creation: CreateOrAdopt`", by: ofMessages}, {says: "ask there", not: "the other cluster is somebody else's"}},
	"RemoteMissing": {{says: "Choose `Correct` with `Create`; for a review, delete and apply", by: ofMessages},
		{says: "put its id into `spec.remoteID` if it is this one, or delete it at the vendor", by: "TestACreateThatCameToNothingIsSentAgainByItself"}},
	"RemoteFailed":   {{says: "Fix it there, or delete and apply", by: ofMessages}},
	"PendingTooLong": {{says: "Look there, or delete and apply", by: ofMessages}},
	"OwnershipLost": {{says: "To take it back, delete the object under `deletion: Orphan`", by: ofMessages},
		{says: "delete that one first, under `deletion: Orphan`", by: ofMessages}},
	"ClaimedByOther": {
		{says: "delete that object under `deletion: Orphan`", by: "move an object to another namespace, and the remote stays what it was"},
		{says: "To leave it to the other, delete this one", by: "of two "},
		{says: "rename one of the two, or choose `creation: CreateDuplicate`", by: " of the name is made where it is written out"},
	},
	"OutcomeUnknown":  {{says: "Look in its console", by: ofMessages}, {says: "If the remote is there, set `spec.remoteID`; if not", by: ofMessages}},
	"AmbiguousRemote": {{says: "Remove one at the vendor, or set `spec.remoteID`", by: ofMessages}},
	"NonConverging": {{says: "Change the field, drop it from the spec, choose `drift: Report`", by: ofMessages},
		{says: "An edit or the annotation above starts again", by: "TestWhatDidNotConvergeIsTriedAgainWhenSomebodyAsks"}},
	"DraftPending":    {{says: "Publish or discard it there", by: "are never overtaken: a draft that somebody opened is a condition, until it is gone"}},
	"NameTaken":       {{says: "rename one of the two", by: "an object waits for a name that another one has, names it, and gets it when that is deleted"}},
	"RefusedPerhaps":  {{says: "Read the vendor's words in the message: if they name something that the spec says, fix that", by: "TestAFailureThatMayBeAMistakeIsSaidAfterThreeAndSlowsDown"}},
	"Refused":         {{says: "Fix the spec, the credential's rights, or the vendor's side", by: "is told for an alias that somebody else has"}},
	"DeletionBlocked": {{says: "Fix that, or set `management.deletion: Orphan`", by: "an object that the vendor refuses to delete says so in the vendor's words, and goes at once under Orphan"}},
	"CopiedIntent":    {{says: "Take it out of your YAML", by: "TestCopiedYAMLGetsARemoteOfItsOwn"}},
}

// imperative begins a clause that says to do something.
var imperative = regexp.MustCompile(`(?:^|[.:;,] |\bor |\band |\bthen )(?i:annotate|apply|ask|choose|change|confirm|create|cut|delete|drop|edit|find out|fix|keep|label|let|look|lower|make|mend|publish|put|raise|read|remove|rename|set|take|write)\b`)

func TestEveryAdviceOfTroubleshootingIsFollowedByATest(t *testing.T) {
	named := tests(t)
	page := read(t, "docs/troubleshooting.md")
	sections := regexp.MustCompile(`(?m)^### `).Split(page, -1)[1:]
	seen := map[string]bool{}
	for _, section := range sections {
		heading, text, _ := strings.Cut(section, "\n")
		text, _, _ = strings.Cut(text, "\n## ")
		seen[heading] = true
		sentences := strings.Split(strings.ReplaceAll(text, "\n", " "), ". ")
		for _, sentence := range sentences {
			if !imperative.MatchString(strings.TrimSpace(sentence)) {
				continue
			}
			covered := false
			for _, a := range advised[heading] {
				covered = covered || strings.Contains(sentence, a.says)
			}
			if !covered {
				t.Errorf("%s: nothing says who follows %q", heading, strings.TrimSpace(sentence))
			}
		}
		for _, a := range advised[heading] {
			if !strings.Contains(strings.ReplaceAll(text, "\n", " "), a.says) {
				t.Errorf("%s: the page does not say %q", heading, a.says)
			}
			if a.not == "" && !strings.Contains(named, a.by) {
				t.Errorf("%s: there is no test %q", heading, a.by)
			}
			if (a.not == "") == (a.by == "") {
				t.Errorf("%s: %q is followed by a test or there is a reason why not", heading, a.says)
			}
		}
	}
	for heading := range advised {
		if !seen[heading] {
			t.Errorf("%s is no heading", heading)
		}
	}
}

// tests are the names of all tests and the sentences of all specs.
func tests(t *testing.T) string {
	t.Helper()
	var out strings.Builder
	names := regexp.MustCompile(`(?m)^func (Test\w+)|\b(?:It|Entry)\("(.+)"`)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "advice_test.go") && strings.Contains(path, "docs") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range names.FindAllStringSubmatch(string(source), -1) {
			out.WriteString(m[1] + m[2] + "\n")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}
