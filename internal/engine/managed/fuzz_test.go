package managed

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
)

// FuzzIntent: whatever stands in the annotation is a note of ours, which can be written
// again as it is, or somebody else's.
func FuzzIntent(f *testing.F) {
	note := Intent{Token: "ABCDEFGHIJKLMNOP", Attempt: 3, At: time.Date(2030, 1, 1, 0, 0, 0, 123, time.UTC), Owner: "team-a/payroll",
		Tenant: "tenant-1", ParentID: "app-1", Key: backend.Key{DisplayName: "Payroll", Alias: "pay"}}.Encode()
	for _, text := range []string{
		note, "", "null", "{}", "[]", "7", note[:40], note + note, strings.ReplaceAll(note, "2030", "9999"), strings.ReplaceAll(note, "3,", "-3,"),
		strings.ReplaceAll(note, "3,", "9223372036854775807,"), strings.ReplaceAll(note, "3,", "1e3,"), strings.ReplaceAll(note, `"ABCDEFGHIJKLMNOP"`, "7"),
		strings.ReplaceAll(note, "00Z", "00-23:59"), strings.ReplaceAll(note, `{"displayName"`, `[{"displayName"`), strings.ReplaceAll(note, "payroll", "other"),
		`{"token":"\u0000\ud800","attempt":1,"owner":"team-a/payroll"}`, strings.Repeat("[", 20_000), "\xff\xfe",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		obj := &v1alpha1.AppEntitlement{ObjectMeta: metav1.ObjectMeta{Namespace: "team-a", Name: "payroll",
			Annotations: map[string]string{v1alpha1.AnnotationIntent: text}}}
		intent, foreign := ReadIntent(obj)
		if (intent == nil) != foreign {
			t.Fatalf("%v, foreign %t", intent, foreign)
		}
		if foreign {
			return
		}
		if intent.Token == "" || intent.Owner != "team-a/payroll" || intent.Attempt < 1 {
			t.Errorf("%+v is no note of ours", intent)
		}
		obj.Annotations[v1alpha1.AnnotationIntent] = intent.Encode()
		if again, _ := ReadIntent(obj); !cmp.Equal(intent, again) {
			t.Errorf("%+v came back as %+v", intent, again)
		}
	})
}
