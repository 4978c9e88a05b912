package doctor

import (
	"context"
	"fmt"
	"slices"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

const ofWebhook = "webhook"

// webhooks examines the configurations that judge the objects of this operator.
func (d *Doctor) webhooks(ctx context.Context) (out []Check, err error) {
	list := &admissionv1.ValidatingWebhookConfigurationList{}
	if err := d.Client.List(ctx, list); unavailable(err) {
		return hidden(ofWebhook, "ValidatingWebhookConfigurations"), nil
	} else if err != nil {
		return nil, err
	}
	for i := range list.Items {
		configuration := &list.Items[i]
		ours := slices.DeleteFunc(slices.Clone(configuration.Webhooks), func(w admissionv1.ValidatingWebhook) bool {
			return !slices.ContainsFunc(w.Rules, func(r admissionv1.RuleWithOperations) bool {
				return slices.Contains(r.APIGroups, v1alpha1.GroupVersion.Group)
			})
		})
		if len(ours) == 0 {
			continue
		}
		checks, err := d.webhook(ctx, configuration.Name, ours)
		if err != nil {
			return nil, err
		}
		out = append(out, checks...)
	}
	if len(out) == 0 {
		out = []Check{{Level: OK, Area: ofWebhook, Says: "none is installed: mistakes of a spec are shown in its status"}}
	}
	return out, nil
}

func (d *Doctor) webhook(ctx context.Context, name string, hooks []admissionv1.ValidatingWebhook) (out []Check, err error) {
	fails, services, bare := false, []admissionv1.ServiceReference{}, 0
	for _, h := range hooks {
		fails = fails || h.FailurePolicy == nil || *h.FailurePolicy == admissionv1.Fail
		if len(h.ClientConfig.CABundle) == 0 {
			bare++
		}
		if s := h.ClientConfig.Service; s != nil && !slices.ContainsFunc(services, func(o admissionv1.ServiceReference) bool { return o.Name == s.Name && o.Namespace == s.Namespace }) {
			services = append(services, *s)
		}
	}
	level, then := Warn, "nothing is refused when it is written (failurePolicy Ignore)"
	if fails {
		level, then = Fail, "nothing can be written (failurePolicy Fail)"
	}
	if bare > 0 {
		out = append(out, Check{level, ofWebhook, fmt.Sprintf("%s: %d of %d webhooks have no caBundle: %s", name, bare, len(hooks), then), "see that the manager, or cert-manager, may patch the configuration, and the logs of the manager"})
	}
	for _, s := range services {
		ready, says, err := d.answers(ctx, s)
		switch {
		case unavailable(err):
			out = append(out, hidden(ofWebhook, "the service "+s.Namespace+"/"+s.Name)...)
		case err != nil:
			return nil, err
		case !ready:
			out = append(out, Check{level, ofWebhook, fmt.Sprintf("%s: %s: %s", name, says, then), "kubectl get endpointslices -n " + s.Namespace + " -l " + discoveryv1.LabelServiceName + "=" + s.Name})
		}
	}
	if len(out) == 0 {
		out = append(out, Check{Level: OK, Area: ofWebhook, Says: fmt.Sprintf("%s: %d webhooks, with a caBundle each, whose service answers", name, len(hooks))})
	}
	return out, nil
}

// answers reports whether a service is there with an endpoint that is ready, and says what is missing.
func (d *Doctor) answers(ctx context.Context, s admissionv1.ServiceReference) (ready bool, says string, err error) {
	key := client.ObjectKey{Namespace: s.Namespace, Name: s.Name}
	if err := d.Client.Get(ctx, key, &corev1.Service{}); apierrors.IsNotFound(err) {
		return false, "there is no service " + key.String(), nil
	} else if err != nil {
		return false, "", err
	}
	slices := &discoveryv1.EndpointSliceList{}
	if err := d.Client.List(ctx, slices, client.InNamespace(s.Namespace), client.MatchingLabels{discoveryv1.LabelServiceName: s.Name}); err != nil {
		return false, "", err
	}
	for _, slice := range slices.Items {
		for _, e := range slice.Endpoints {
			if e.Conditions.Ready == nil || *e.Conditions.Ready {
				return true, "", nil
			}
		}
	}
	return false, "the service " + key.String() + " has no endpoint that is ready", nil
}
