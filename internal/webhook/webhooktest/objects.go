// Package webhooktest holds objects, and what the webhook says of each when it is created: for its own tests, for those on an API
// server, and for those of files.
package webhooktest

import (
	_ "embed" // The objects are in a file, as people write them.
	"fmt"

	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

//go:embed objects.yaml
var objects []byte

// Tenant is the name of the backend at which the objects are.
const Tenant = "tenant"

// Case is an object with what is said of it, each a field and a message, in order.
type Case struct {
	// Vendor of the object's backend; empty for what is a backend itself.
	Vendor string `json:"vendor"`
	// Object as it is written. It is named one.
	Object  string   `json:"object"`
	Refused []string `json:"refused"`
	Warned  []string `json:"warned"`
}

// Cases are the objects by a sentence about each, and the backends by their vendors.
func Cases() (cases map[string]Case, backends map[string]string, err error) {
	var all struct {
		Endpoints map[string]string `json:"endpoints"`
		Cases     map[string]Case   `json:"cases"`
	}
	if err := yaml.UnmarshalStrict(objects, &all); err != nil {
		return nil, nil, err
	}
	backends = map[string]string{}
	for vendor, endpoint := range all.Endpoints {
		backends[vendor] = fmt.Sprintf("apiVersion: %s\nkind: %s\nmetadata: {name: %s}\nspec: {vendor: %s, endpoint: %q, credentials: {secretRef: {name: x}}}\n",
			v1alpha1.GroupVersion, v1alpha1.KindGovernanceBackend, Tenant, vendor, endpoint)
	}
	for sentence, c := range all.Cases {
		if c.Object, err = whole(c.Object); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", sentence, err)
		}
		all.Cases[sentence] = c
	}
	return all.Cases, backends, nil
}

// whole adds what all objects have.
func whole(text string) (string, error) {
	object := map[string]any{}
	if err := yaml.UnmarshalStrict([]byte(text), &object); err != nil {
		return "", err
	}
	object["apiVersion"], object["metadata"] = v1alpha1.GroupVersion.String(), map[string]any{"name": "one"}
	spec := object["spec"].(map[string]any)
	if _, backend := spec["vendor"]; !backend && spec["backendRef"] == nil {
		spec["backendRef"] = map[string]any{"name": Tenant}
	}
	out, err := yaml.Marshal(object)
	return string(out), err
}
