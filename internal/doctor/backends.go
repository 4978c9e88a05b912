package doctor

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/duration"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

const (
	ofBackends = "backends"
	// lateSweeps is how many resync intervals may pass without a sweep.
	lateSweeps = 3
	// resyncDefault is that of a backend without one.
	resyncDefault = 10 * time.Minute
)

// backends examines all backends that can be read.
func (d *Doctor) backends(ctx context.Context) (out []Check, err error) {
	local, shared := &v1alpha1.GovernanceBackendList{}, &v1alpha1.ClusterGovernanceBackendList{}
	err = d.Client.List(ctx, local)
	if unavailable(err) {
		out = append(out, hidden(ofBackends, "GovernanceBackends of other namespaces than "+d.Namespace)...)
		err = d.Client.List(ctx, local, client.InNamespace(d.Namespace))
	}
	if err != nil && !unavailable(err) {
		return nil, err
	}
	if err := d.Client.List(ctx, shared); unavailable(err) {
		out = append(out, hidden(ofBackends, "ClusterGovernanceBackends")...)
	} else if err != nil {
		return nil, err
	}
	for i := range local.Items {
		b := &local.Items[i]
		out = append(out, d.backend("governancebackend/"+b.Name+" -n "+b.Namespace, b.Generation, &b.Spec, &b.Status))
	}
	for i := range shared.Items {
		b := &shared.Items[i]
		out = append(out, d.backend("clustergovernancebackend/"+b.Name, b.Generation, &b.Spec.GovernanceBackendSpec, &b.Status))
	}
	if len(out) == 0 {
		out = append(out, Check{Warn, ofBackends, "there is no backend", "write a GovernanceBackend (docs/getting-started.md)"})
	}
	return out, nil
}

func (d *Doctor) backend(name string, generation int64, spec *v1alpha1.GovernanceBackendSpec, st *v1alpha1.GovernanceBackendStatus) Check {
	ready := meta.FindStatusCondition(st.Conditions, v1alpha1.ConditionReady)
	ask := "governance why " + name
	switch {
	case ready == nil || ready.ObservedGeneration != 0 && ready.ObservedGeneration != generation:
		return Check{Warn, ofBackends, name + " was not handled by the operator yet", "if it stays so, see what is said of the manager"}
	case ready.Status != metav1.ConditionTrue:
		return Check{Fail, ofBackends, fmt.Sprintf("%s is not Ready for %s: %s: %s", name, d.age(ready.LastTransitionTime), ready.Reason, ready.Message), ask}
	}
	resync := resyncDefault
	if length, err := spec.ResyncInterval.Parse(); err == nil && length > 0 {
		resync = length
	}
	var last *metav1.Time
	for _, c := range st.Counts {
		if c.Managed > 0 && c.LastSweepAt != nil && (last == nil || c.LastSweepAt.Before(last)) {
			last = c.LastSweepAt
		}
	}
	says := fmt.Sprintf("%s is Ready for %s", name, d.age(ready.LastTransitionTime))
	switch {
	case last == nil:
		return Check{Level: OK, Area: ofBackends, Says: says + ", and was not swept yet"}
	case d.Now().Sub(last.Time) > lateSweeps*resync:
		return Check{Warn, ofBackends, fmt.Sprintf("%s, and its last complete sweep was %s ago, at an interval of %s", says, d.age(*last), resync), "raise requestsPerSecond if the vendor allows it, or the interval (docs/operations.md)"}
	}
	return Check{Level: OK, Area: ofBackends, Says: fmt.Sprintf("%s, and was swept %s ago", says, d.age(*last))}
}

func (d *Doctor) age(at metav1.Time) string { return duration.HumanDuration(d.Now().Sub(at.Time)) }
