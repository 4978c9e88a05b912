package doctor

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/config/rbac"
)

const (
	ofUser    = "your rights"
	ofManager = "manager's rights"
)

// resources are those of the managed kinds.
var resources = []string{"appentitlements", "accessprofiles", "accessreviews"}

// need is a right, and what does not work without it.
type need struct {
	verb, group, resource string
	// without is empty where nothing works.
	without string
}

func userNeeds() (out []need) {
	for _, resource := range append(slices.Clone(resources), "governancebackends") {
		for _, verb := range []string{"get", "list"} {
			out = append(out, need{verb: verb, group: v1alpha1.GroupVersion.Group, resource: resource})
		}
	}
	for _, resource := range resources {
		out = append(out, need{"patch", v1alpha1.GroupVersion.Group, resource, "governance reconcile, suspend, resume and orphan do not work"},
			need{"delete", v1alpha1.GroupVersion.Group, resource, "governance orphan does not work"})
	}
	return append(out, need{"list", v1alpha1.GroupVersion.Group, "clustergovernancebackends", "cluster backends are not shown"},
		need{"list", "", "events", "governance events does not work, and governance why shows no events"})
}

// userRights asks what the user may do in the namespace.
func (d *Doctor) userRights(ctx context.Context) (out []Check, err error) {
	refused, asked := map[string][]string{}, 0
	for _, n := range userNeeds() {
		review := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: attributes(d.Namespace, n.verb, n.group, n.resource, "")}}
		if err := d.Client.Create(ctx, review); unavailable(err) {
			return hidden(ofUser, "your own rights"), nil
		} else if err != nil {
			return nil, err
		}
		if asked++; !review.Status.Allowed {
			refused[n.without] = append(refused[n.without], n.verb+" "+n.resource)
		}
	}
	for _, without := range slices.Sorted(maps.Keys(refused)) {
		check := Check{Warn, ofUser, fmt.Sprintf("in namespace %s you may not %s: %s", d.Namespace, strings.Join(refused[without], ", "), without), "ask for the role that has them (docs/multi-tenancy.md)"}
		if without == "" {
			check.Level, check.Says = Fail, fmt.Sprintf("in namespace %s you may not %s", d.Namespace, strings.Join(refused[without], ", "))
		}
		out = append(out, check)
	}
	if len(out) == 0 {
		out = append(out, Check{Level: OK, Area: ofUser, Says: fmt.Sprintf("you may do all that the commands need in namespace %s (%d rights)", d.Namespace, asked)})
	}
	return out, nil
}

func attributes(namespace, verb, group, resource, name string) *authorizationv1.ResourceAttributes {
	resource, sub, _ := strings.Cut(resource, "/")
	return &authorizationv1.ResourceAttributes{Namespace: namespace, Verb: verb, Group: group, Resource: resource, Subresource: sub, Name: name}
}

// managerRights asks what the manager's service account may do of what its role says.
func (d *Doctor) managerRights(ctx context.Context, m manager) ([]Check, error) {
	var refused []string
	asked := 0
	for _, part := range []struct {
		role       []byte
		namespaces []string
	}{{rbac.Role, m.watched}, {rbac.LeaderElection, []string{m.namespace}}} {
		role := &rbacv1.ClusterRole{}
		if err := yaml.Unmarshal(part.role, role); err != nil {
			return nil, err
		}
		for _, a := range rightsOf(role.Rules, part.namespaces) {
			review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
				User: "system:serviceaccount:" + m.namespace + ":" + m.account, ResourceAttributes: a,
				Groups: []string{"system:serviceaccounts", "system:serviceaccounts:" + m.namespace, "system:authenticated"},
			}}
			if err := d.Client.Create(ctx, review); unavailable(err) {
				return hidden(ofManager, "the rights of others (create subjectaccessreviews)"), nil
			} else if err != nil {
				return nil, err
			}
			if asked++; !review.Status.Allowed {
				refused = append(refused, inWords(a))
			}
		}
	}
	if len(refused) > 0 {
		return []Check{{Fail, ofManager, fmt.Sprintf("%s may not %s", m.account, some(refused)), "install the roles of version " + d.Version + ", and bind them to the service account"}}, nil
	}
	return []Check{{Level: OK, Area: ofManager, Says: fmt.Sprintf("%s has what its role says (%d rights)", m.account, asked)}}, nil
}

// clusterWide are the resources that a manager of single namespaces reads nothing of.
var clusterWide = []string{"namespaces", "customresourcedefinitions", "clustergovernancebackends"}

// rightsOf are the rights of rules, in each of the namespaces; in the whole cluster where there is none.
func rightsOf(rules []rbacv1.PolicyRule, namespaces []string) (out []*authorizationv1.ResourceAttributes) {
	if len(namespaces) == 0 {
		namespaces = []string{""}
	}
	for _, rule := range rules {
		for _, group := range rule.APIGroups {
			for _, resource := range rule.Resources {
				plain, _, _ := strings.Cut(resource, "/")
				if namespaces[0] != "" && slices.Contains(clusterWide, plain) {
					continue
				}
				for _, verb := range rule.Verbs {
					for _, name := range append(slices.Clone(rule.ResourceNames), "")[:max(len(rule.ResourceNames), 1)] {
						for _, namespace := range namespaces {
							out = append(out, attributes(namespace, verb, group, resource, name))
						}
					}
				}
			}
		}
	}
	return out
}

func inWords(a *authorizationv1.ResourceAttributes) string {
	text := a.Verb + " " + a.Resource
	if a.Subresource != "" {
		text += "/" + a.Subresource
	}
	if a.Namespace != "" {
		text += " in " + a.Namespace
	}
	return text
}
