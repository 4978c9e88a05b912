package tenancy

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

// FuzzSecret: whatever the data of a Secret is, it becomes credentials, or a problem that
// names the Secret and its keys and never a value. What vendors make of the credentials is
// tried in internal/vendors.
func FuzzSecret(f *testing.F) {
	for _, value := range []string{"", " ", "\n", "plain-credential", " padded-credential \r\n", "two\nlines-of-credential", "\xff\xfe\x00\x01credential", strings.Repeat("x", 70_000)} {
		f.Add([]byte("id@tenant.example/spc"), []byte(value), []byte(nil), []byte(nil))
		f.Add([]byte(nil), []byte(value), []byte(value), []byte(nil))
		f.Add([]byte(value), []byte(nil), []byte(nil), []byte(value))
	}
	scheme := runtime.NewScheme()
	if err := errors.Join(corev1.AddToScheme(scheme), v1alpha1.AddToScheme(scheme)); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, id, secret, token, key []byte) {
		data := map[string][]byte{}
		for name, value := range map[string][]byte{"clientID": id, "clientSecret": secret, "token": token, "apiKey": key} {
			if value != nil {
				data[name] = value
			}
		}
		var got backend.Config
		vendor := backend.Vendor{Name: "ConductorOne", Open: func(cfg backend.Config) (backend.Tenant, error) {
			got = cfg
			return nil, backend.Errorf(backend.Terminal, "clientSecret: %s %v %+v", cfg.Credentials.ClientSecret, cfg.Credentials.Token, cfg)
		}}
		pool := &Pool{
			Vendors: []backend.Vendor{vendor},
			Client: fake.NewClientBuilder().WithScheme(scheme).WithObjects(
				&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "team-a", Name: "credentials"}, Data: data},
			).Build(),
		}
		obj := &v1alpha1.GovernanceBackend{ObjectMeta: metav1.ObjectMeta{Namespace: "team-a", Name: "c1"}}
		obj.Spec.Vendor, obj.Spec.Endpoint = "ConductorOne", "https://tenant.example"
		obj.Spec.Credentials.SecretRef = &v1alpha1.LocalObjectRef{Name: "credentials"}
		_, err := pool.Open(t.Context(), obj)
		var problem *managed.BackendError
		if !errors.As(err, &problem) {
			t.Fatalf("%T: %v", err, err)
		}
		for name, value := range map[string][]byte{"clientSecret": secret, "token": token, "apiKey": key} {
			if text := strings.TrimSpace(string(value)); len(text) >= 8 && strings.Contains(err.Error(), text) && !strings.Contains(string(id), text) {
				t.Errorf("%s is in %q", name, err)
			}
		}
		c := got.Credentials
		switch asked := c.Token != "" || c.ClientID != "" && c.ClientSecret != ""; {
		case asked == strings.Contains(err.Error(), "has none of the keys"):
			t.Errorf("%+v and %v", c.ClientID, err)
		case asked && c.ClientSecret.Reveal() != strings.TrimSpace(string(secret)):
			t.Errorf("the secret became another")
		case strings.TrimSpace(string(token)) != "" && c.Token.Reveal() != strings.TrimSpace(string(token)):
			t.Errorf("the token became another")
		}
		if text := fmt.Sprintf("%s %v %+v %#v", c.Token, c.ClientSecret, c, c); len(c.Token) >= 8 && !strings.Contains(c.ClientID, c.Token.Reveal()) && strings.Contains(text, c.Token.Reveal()) {
			t.Errorf("a secret shows itself: %s", text)
		}
	})
}
