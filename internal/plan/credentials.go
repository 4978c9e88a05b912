package plan

import (
	"errors"
	"fmt"
	"os"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/tenancy"
)

// Credential opens one backend, and says where it may be sent: what files say of the endpoint, the vendor and the CA must be the
// same.
type Credential struct {
	// Backend is the name of the backend, or namespace/name.
	Backend  string
	Endpoint string
	// Vendor is not compared where it is empty.
	Vendor string
	// CABundle holds PEM certificates.
	CABundle string

	keys map[string][]byte
}

// credentialKeys are those of a backend's Secret, by their names in the environment.
var credentialKeys = map[string]string{"CLIENT_ID": "clientID", "CLIENT_SECRET": "clientSecret", "TOKEN": "token", "API_KEY": "apiKey"}

// ReadCredential reads NAME=env, from variables such as GOVERNANCE_NAME_ENDPOINT and GOVERNANCE_NAME_CLIENT_ID, or NAME=FILE, from
// the keys endpoint, vendor, caBundle, clientID, clientSecret, token and apiKey of a file. No secret is in an error.
func ReadCredential(argument string, environment func(string) (string, bool)) (Credential, error) {
	name, from, ok := strings.Cut(argument, "=")
	if !ok || name == "" || from == "" {
		return Credential{}, fmt.Errorf("--credentials: write NAME=env or NAME=FILE, where NAME is that of a backend")
	}
	c := Credential{Backend: name, keys: map[string][]byte{}}
	values := map[string]string{}
	if from == "env" {
		prefix := "GOVERNANCE_" + strings.ToUpper(strings.NewReplacer("-", "_", ".", "_", "/", "_").Replace(name)) + "_"
		for variable, key := range credentialKeys {
			values[key], _ = environment(prefix + variable)
		}
		values["endpoint"], _ = environment(prefix + "ENDPOINT")
		values["vendor"], _ = environment(prefix + "VENDOR")
		values["caBundle"], _ = environment(prefix + "CA_BUNDLE")
		if values["endpoint"] == "" {
			return Credential{}, fmt.Errorf("--credentials: %sENDPOINT is not set: a credential goes only to the endpoint that stands beside it", prefix)
		}
	} else {
		text, err := os.ReadFile(from)
		if err != nil {
			return Credential{}, fmt.Errorf("--credentials: %w", err)
		}
		if yaml.Unmarshal(text, &values) != nil {
			return Credential{}, fmt.Errorf("--credentials: %s is no file of keys and values, such as endpoint and clientID", from)
		}
		if values["endpoint"] == "" {
			return Credential{}, fmt.Errorf("--credentials: %s has no endpoint: a credential goes only to the endpoint that stands beside it", from)
		}
	}
	c.Endpoint, c.Vendor, c.CABundle = values["endpoint"], values["vendor"], values["caBundle"]
	for _, key := range credentialKeys {
		if values[key] != "" {
			c.keys[key] = []byte(values[key])
		}
	}
	if len(c.keys) == 0 {
		return Credential{}, fmt.Errorf("--credentials: for %s there is none of clientID and clientSecret, token, apiKey", name)
	}
	return c, nil
}

// fits reports whether the credential is for a backend.
func (c Credential) fits(b tenancy.Object) bool {
	return c.Backend == b.GetName() || c.Backend == b.GetNamespace()+"/"+b.GetName()
}

// secretName is the name of the Secret and the ConfigMap that stand in for those of a cluster.
const secretName = "plan-credentials"

// Use gives the backends of a world the credentials, and returns the Secrets and ConfigMaps to read them from. Each backend needs
// one, and each credential a backend. A backend at another endpoint, of another vendor or with another CA is an error.
func Use(w *World, credentials []Credential, operatorNamespace string) ([]client.Object, error) {
	var beside []client.Object
	used := map[string]bool{}
	for _, b := range w.Backends() {
		c, err := credentialOf(b, credentials)
		if err != nil {
			return nil, err
		}
		if c == nil {
			if what := w.elsewhere[idOf(b)]; what != "" {
				return nil, fmt.Errorf("backend %s/%s: the files have another %s than the cluster: %w; apply the backend first, or give --credentials for it",
					b.GetNamespace(), b.GetName(), what, errOther)
			}
			continue
		}
		used[c.Backend] = true
		if err := c.refuses(b); err != nil {
			return nil, err
		}
		namespace := b.GetNamespace()
		if namespace == "" {
			namespace = operatorNamespace
		}
		at := metav1.ObjectMeta{Namespace: namespace, Name: secretName + "-" + strings.ToLower(idOf(b).Kind) + "-" + b.GetName()}
		next := b.DeepCopyObject().(tenancy.Object)
		spec := next.GetBackendSpec()
		spec.Credentials = v1alpha1.Credentials{SecretRef: &v1alpha1.LocalObjectRef{Name: at.Name}}
		beside = append(beside, &corev1.Secret{ObjectMeta: at, Data: c.keys})
		spec.CABundleRef = nil
		if c.CABundle != "" {
			spec.CABundleRef = &v1alpha1.CABundleRef{Name: at.Name, Key: "ca.crt"}
			beside = append(beside, &corev1.ConfigMap{ObjectMeta: at, Data: map[string]string{"ca.crt": c.CABundle}})
		}
		w.put(next)
	}
	for _, c := range credentials {
		if !used[c.Backend] {
			return nil, fmt.Errorf("--credentials: no backend is named %q", c.Backend)
		}
	}
	return beside, nil
}

// credentialOf is the one credential for a backend, nil where there is none.
func credentialOf(b tenancy.Object, credentials []Credential) (*Credential, error) {
	var found *Credential
	for i := range credentials {
		if !credentials[i].fits(b) {
			continue
		}
		if found != nil {
			return nil, fmt.Errorf("--credentials: two are for the backend %s/%s", b.GetNamespace(), b.GetName())
		}
		found = &credentials[i]
	}
	return found, nil
}

var errOther = errors.New("a credential goes only where the endpoint, the vendor and the CA are those that stand beside it")

// refuses says why the credential must not be sent where a backend says.
func (c Credential) refuses(b tenancy.Object) error {
	spec := b.GetBackendSpec()
	what := ""
	switch {
	case strings.TrimSuffix(spec.Endpoint, "/") != strings.TrimSuffix(c.Endpoint, "/"):
		what = fmt.Sprintf("spec.endpoint is %q, and %q stands beside the credential", spec.Endpoint, c.Endpoint)
	case c.Vendor != "" && c.Vendor != string(spec.Vendor):
		what = fmt.Sprintf("spec.vendor is %s, and %s stands beside the credential", spec.Vendor, c.Vendor)
	case spec.CABundleRef != nil && c.CABundle == "":
		what = "spec.caBundleRef names a CA, and none stands beside the credential"
	default:
		return nil
	}
	return fmt.Errorf("backend %s/%s: %s: %w", b.GetNamespace(), b.GetName(), what, errOther)
}
