package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/duration"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	ofTheManager = "manager"
	// leaseName is the name of the lease of leader election.
	leaseName = "governance-operator.governance-operator.io"
	// partOf is the label that the pods of the manager have.
	partOf, product = "app.kubernetes.io/part-of", "governance-operator"
	container       = "manager"
)

// manager is a deployment of the operator.
type manager struct {
	namespace, name, account string
	args                     []string
	image                    string
	wanted, available        int32
	// watched are the namespaces that it is limited to; none means all.
	watched []string
	elects  bool
	// lease is what it leads by, nil if there is none.
	lease *coordinationv1.Lease
}

// Managers finds the deployments of the operator, in a namespace or, if it is empty, in all.
func Managers(ctx context.Context, reader client.Reader, namespace string) (out []appsv1.Deployment, err error) {
	list := &appsv1.DeploymentList{}
	if err := reader.List(ctx, list, client.InNamespace(namespace)); err != nil {
		return nil, err
	}
	for i := range list.Items {
		labels := list.Items[i].Spec.Template.Labels
		if (labels[partOf] == product || labels["app.kubernetes.io/name"] == product) && ManagerOf(&list.Items[i]) != nil {
			out = append(out, list.Items[i])
		}
	}
	return out, nil
}

// ManagerOf is the container of the manager, nil for a deployment of something else.
func ManagerOf(d *appsv1.Deployment) *corev1.Container {
	for i := range d.Spec.Template.Spec.Containers {
		if c := &d.Spec.Template.Spec.Containers[i]; c.Name == container {
			return c
		}
	}
	return nil
}

func (d *Doctor) managers(ctx context.Context) (out []manager, err error) {
	deployments, err := Managers(ctx, d.Client, d.Operator)
	if err != nil {
		return nil, err
	}
	for i := range deployments {
		deployment := &deployments[i]
		c := ManagerOf(deployment)
		m := manager{
			namespace: deployment.Namespace, name: deployment.Name, account: deployment.Spec.Template.Spec.ServiceAccountName,
			args: c.Args, image: c.Image, wanted: 1, available: deployment.Status.AvailableReplicas,
		}
		if deployment.Spec.Replicas != nil {
			m.wanted = *deployment.Spec.Replicas
		}
		if watched := argument(c.Args, "watch-namespaces"); watched != "" {
			m.watched = strings.Split(watched, ",")
		}
		m.elects = slices.ContainsFunc(c.Args, func(arg string) bool {
			return strings.TrimLeft(arg, "-") == "leader-elect" || strings.TrimLeft(arg, "-") == "leader-elect=true"
		})
		lease := &coordinationv1.Lease{}
		switch err := d.Client.Get(ctx, client.ObjectKey{Namespace: m.namespace, Name: leaseName}, lease); {
		case err == nil:
			m.lease = lease
		case !apierrors.IsNotFound(err) && !unavailable(err):
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

// ClusterID is the --cluster-id of the managers, empty where they have none or where it may not be read. Two of them that have
// different ones are an error.
func (d *Doctor) ClusterID(ctx context.Context) (string, error) {
	deployments, err := Managers(ctx, d.Client, d.Operator)
	switch {
	case unavailable(err):
		return "", nil
	case err != nil:
		return "", err
	}
	id := ""
	for i := range deployments {
		given := argument(ManagerOf(&deployments[i]).Args, "cluster-id")
		if i > 0 && given != id {
			return "", fmt.Errorf("the managers have different ids for the cluster, %q and %q: set --cluster-id", id, given)
		}
		id = given
	}
	return id, nil
}

// argument is the value of a flag, empty if it is not there.
func argument(args []string, name string) string {
	for i, arg := range args {
		arg = strings.TrimLeft(arg, "-")
		if value, ok := strings.CutPrefix(arg, name+"="); ok {
			return value
		}
		if arg == name && i+1 < len(args) {
			return args[i+1]
		}
	}
	return ""
}

func (d *Doctor) examineManagers(ctx context.Context, managers []manager, isHidden bool) (out []Check, err error) {
	if isHidden {
		return hidden(ofTheManager, "the deployments; name the operator's namespace by --operator-namespace"), nil
	}
	if len(managers) == 0 {
		return []Check{{Fail, ofTheManager, "there is no deployment of the operator", "install it, or name its namespace by --operator-namespace; one that runs outside of the cluster is not seen"}}, nil
	}
	if all := slices.DeleteFunc(slices.Clone(managers), func(m manager) bool { return len(m.watched) > 0 }); len(all) > 1 {
		out = append(out, Check{Fail, ofTheManager, fmt.Sprintf("%d deployments serve all namespaces: %s/%s and %s/%s", len(all), all[0].namespace, all[0].name, all[1].namespace, all[1].name), "remove all but one, or limit each to its namespaces"})
	}
	for _, m := range managers {
		out = append(out, d.examineManager(m)...)
		rights, err := d.managerRights(ctx, m)
		if err != nil {
			return nil, err
		}
		out = append(out, rights...)
	}
	return out, nil
}

func (d *Doctor) examineManager(m manager) (out []Check) {
	name := m.namespace + "/" + m.name
	check := Check{Level: OK, Area: ofTheManager, Says: fmt.Sprintf("%s: %d of %d replicas are available, of image %s", name, m.available, m.wanted, m.image)}
	switch {
	case m.wanted == 0:
		check.Level, check.Do = Fail, "kubectl scale deployment/"+m.name+" -n "+m.namespace+" --replicas=1"
	case m.available == 0:
		check.Level, check.Do = Fail, "kubectl describe pods -n "+m.namespace+" -l "+partOf+"="+product
	case m.available < m.wanted:
		check.Level, check.Do = Warn, "kubectl get pods -n "+m.namespace
	}
	out = append(out, check)
	if tag := m.image[strings.LastIndexAny(m.image, ":/")+1:]; strings.Contains(m.image, ":") && strings.HasPrefix(tag, "v") && d.Version != "dev" && tag != d.Version {
		out = append(out, Check{Warn, ofTheManager, fmt.Sprintf("%s is of version %s, and this command of %s", name, tag, d.Version), "use the command of the version that is installed"})
	}
	return append(out, d.leadership(m)...)
}

// leadership is who leads, and since when that is known.
func (d *Doctor) leadership(m manager) []Check {
	if !m.elects {
		if m.wanted > 1 {
			return []Check{{Fail, ofTheManager, fmt.Sprintf("%s has %d replicas and no leader election", m.name, m.wanted), "set --leader-elect"}}
		}
		return []Check{{Level: OK, Area: ofTheManager, Says: m.name + " is alone, and needs no lease"}}
	}
	if m.lease == nil {
		return []Check{{Warn, ofTheManager, "there is no lease " + leaseName + " in " + m.namespace + ", or you may not read it: nobody is seen to lead", "kubectl get leases -n " + m.namespace}}
	}
	holder, length, renewed := "", 15*time.Second, time.Time{}
	if m.lease.Spec.HolderIdentity != nil {
		holder = *m.lease.Spec.HolderIdentity
	}
	if m.lease.Spec.LeaseDurationSeconds != nil {
		length = time.Duration(*m.lease.Spec.LeaseDurationSeconds) * time.Second
	}
	if m.lease.Spec.RenewTime != nil {
		renewed = m.lease.Spec.RenewTime.Time
	}
	age := d.Now().Sub(renewed)
	if holder == "" || age > length {
		return []Check{{Fail, ofTheManager, fmt.Sprintf("nobody leads: the lease of %q was renewed %s ago, and holds for %s", holder, duration.HumanDuration(age), length), "kubectl get pods -n " + m.namespace + "; see the logs of the manager"}}
	}
	return []Check{{Level: OK, Area: ofTheManager, Says: fmt.Sprintf("%s leads, and renewed its lease %s ago", holder, duration.HumanDuration(max(age, 0)))}}
}
