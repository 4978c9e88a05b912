package managed

import (
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
)

func TestReadIntent(t *testing.T) {
	note := Intent{Token: "ABCDEFGHIJKLMNOP", Attempt: 3, At: time.Date(2030, 1, 1, 0, 0, 0, 123, time.UTC), Owner: "team-a/payroll",
		Tenant: "tenant-1", ParentID: "app-1", Key: backend.Key{DisplayName: "Payroll", Alias: "pay"}}
	with := func(change func(*Intent)) string {
		out := note
		change(&out)
		return out.Encode()
	}
	for sentence, c := range map[string]struct {
		annotations map[string]string
		want        *Intent
		foreign     bool
	}{
		"no annotation means that nothing was sent": {},
		"a note of ours comes back whole":           {annotations: map[string]string{v1alpha1.AnnotationIntent: note.Encode()}, want: &note},
		"a note of another object is foreign": {
			annotations: map[string]string{v1alpha1.AnnotationIntent: with(func(i *Intent) { i.Owner = "team-a/other" })}, foreign: true},
		"a note of the same name elsewhere is foreign": {
			annotations: map[string]string{v1alpha1.AnnotationIntent: with(func(i *Intent) { i.Owner = "team-b/payroll" })}, foreign: true},
		"a note without a token is foreign": {
			annotations: map[string]string{v1alpha1.AnnotationIntent: with(func(i *Intent) { i.Token = "" })}, foreign: true},
		"a note that cannot be read is foreign": {annotations: map[string]string{v1alpha1.AnnotationIntent: "{"}, foreign: true},
		"an empty note is foreign":              {annotations: map[string]string{v1alpha1.AnnotationIntent: ""}, foreign: true},
	} {
		t.Run(sentence, func(t *testing.T) {
			obj := &v1alpha1.AppEntitlement{ObjectMeta: metav1.ObjectMeta{Namespace: "team-a", Name: "payroll", Annotations: c.annotations}}
			got, foreign := ReadIntent(obj)
			if foreign != c.foreign {
				t.Errorf("foreign %t, want %t", foreign, c.foreign)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTokensAreRandomAndSafe(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		token := NewToken()
		if !regexp.MustCompile(`^[A-Z2-7]{16}$`).MatchString(token) || seen[token] {
			t.Fatalf("token %q", token)
		}
		seen[token] = true
	}
}
