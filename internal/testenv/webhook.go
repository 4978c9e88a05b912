package testenv

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

// WebhookName is the name of everything of the webhook in an installation: prefix and name of config/webhook.
const WebhookName = prefix + webhook

const (
	prefix  = "governance-operator-"
	webhook = "webhook"
)

// managerSubject is the manager as it runs here.
var managerSubject = rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: ManagerUser}

// WebhookRoles are what config/webhook grants the manager beside its own roles.
func WebhookRoles() (out []Role, err error) {
	root, err := repositoryRoot()
	if err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(filepath.Join(root, "config", "webhook", "objects", "role.yaml"))
	if err != nil {
		return nil, err
	}
	for _, text := range bytes.Split(raw, []byte("\n---\n")) {
		var role rbacv1.Role // A ClusterRole has no field more that is used here.
		if err := yaml.Unmarshal(text, &role); err != nil {
			return nil, fmt.Errorf("reading the webhook's roles: %w", err)
		}
		if len(role.Rules) == 0 {
			continue // A binding, which Grant makes.
		}
		r := Role{Name: prefix + role.Name + "-" + role.Kind, Rules: role.Rules}
		if role.Namespace == system {
			r.Namespace = OperatorNamespace
		}
		for i := range r.Rules {
			for j, name := range r.Rules[i].ResourceNames {
				r.Rules[i].ResourceNames[j] = prefix + name
			}
		}
		out = append(out, r)
	}
	if len(out) != 2 {
		return nil, fmt.Errorf("%d roles of the webhook, want one of the namespace and one of the cluster", len(out))
	}
	return out, nil
}

// InstallWebhook installs what config/webhook does, for a manager that serves its webhook at an address: there is no network
// of a cluster, in which a Service could be reached.
func (e *Environment) InstallWebhook(ctx context.Context, address string) error {
	roles, err := WebhookRoles()
	if err != nil {
		return err
	}
	if err := e.Grant(ctx, managerSubject, roles...); err != nil {
		return err
	}
	if err := e.Client.Create(ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: OperatorNamespace, Name: WebhookName}}); err != nil {
		return fmt.Errorf("making the webhook's Secret: %w", err)
	}
	configuration, err := webhookConfiguration(address)
	if err != nil {
		return err
	}
	return client.IgnoreAlreadyExists(e.Client.Create(ctx, configuration))
}

// RemoveWebhook removes what InstallWebhook installs, and the rights of it; what is not there is no error.
func (e *Environment) RemoveWebhook(ctx context.Context) error {
	roles, err := WebhookRoles()
	if err != nil {
		return err
	}
	objects := []client.Object{
		&admissionregistrationv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: WebhookName}},
		&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: OperatorNamespace, Name: WebhookName}},
	}
	for _, role := range roles {
		objects = append(objects, granted(role, managerSubject)...)
	}
	for _, object := range objects {
		if err := client.IgnoreNotFound(e.Client.Delete(ctx, object)); err != nil {
			return fmt.Errorf("removing the webhook: %w", err)
		}
	}
	return nil
}

func webhookConfiguration(address string) (*admissionregistrationv1.ValidatingWebhookConfiguration, error) {
	root, err := repositoryRoot()
	if err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(filepath.Join(root, "config", "webhook", "objects", "configuration.yaml"))
	if err != nil {
		return nil, err
	}
	out := &admissionregistrationv1.ValidatingWebhookConfiguration{}
	if err := yaml.UnmarshalStrict(raw, out); err != nil {
		return nil, fmt.Errorf("reading the webhook's configuration: %w", err)
	}
	out.Name = prefix + out.Name
	for i := range out.Webhooks {
		to := &out.Webhooks[i].ClientConfig
		url := "https://" + address + *to.Service.Path
		to.URL, to.Service = &url, nil
	}
	return out, nil
}
