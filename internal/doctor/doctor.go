// Package doctor checks what the operator stands on: definitions, rights, the webhook, the manager, backends and clocks. It reads,
// and asks no vendor.
package doctor

import (
	"context"
	"errors"
	"time"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

// Level is how a check ended.
type Level string

// The levels. Unknown is one that this user may not carry out.
const (
	OK      Level = "ok"
	Warn    Level = "warn"
	Fail    Level = "fail"
	Unknown Level = "unknown"
)

// Check is one thing that was looked at.
type Check struct {
	Level Level `json:"level"`
	// Area is what it belongs to, for example "webhook".
	Area string `json:"area"`
	// Says is what was found, and Do what there is to do about it.
	Says string `json:"says"`
	Do   string `json:"do,omitempty"`
}

// Doctor checks a cluster.
type Doctor struct {
	Client client.Client
	// Namespace is the one of which the rights of the user are asked, and Operator that of the manager; empty if it is to be found.
	Namespace, Operator string
	// Version is that of this binary.
	Version string
	// Now is the clock of this machine, and ServerTime that of the API server.
	Now        func() time.Time
	ServerTime func(context.Context) (time.Time, error)
}

// Scheme has the kinds that are read.
func Scheme() (*runtime.Scheme, error) {
	scheme := runtime.NewScheme()
	return scheme, errors.Join(v1alpha1.AddToScheme(scheme), corev1.AddToScheme(scheme), appsv1.AddToScheme(scheme), coordinationv1.AddToScheme(scheme), discoveryv1.AddToScheme(scheme),
		admissionv1.AddToScheme(scheme), authorizationv1.AddToScheme(scheme), apiextensionsv1.AddToScheme(scheme))
}

// Examine makes all checks. An error is one of the connection: what is found is a check.
func (d *Doctor) Examine(ctx context.Context) (all []Check, err error) {
	managers, err := d.managers(ctx)
	if err != nil && !unavailable(err) {
		return nil, err
	}
	hidden := err != nil
	for _, examine := range []func(context.Context) ([]Check, error){
		d.definitions, d.userRights,
		func(ctx context.Context) ([]Check, error) { return d.examineManagers(ctx, managers, hidden) },
		d.webhooks, d.backends,
		func(ctx context.Context) ([]Check, error) { return d.clocks(ctx, managers) },
	} {
		checks, err := examine(ctx)
		if err != nil {
			return all, err
		}
		all = append(all, checks...)
	}
	return all, nil
}

// Failed reports whether a check failed.
func Failed(checks []Check) bool {
	for _, c := range checks {
		if c.Level == Fail {
			return true
		}
	}
	return false
}

// unavailable reports whether something cannot be read by this user, or is not installed.
func unavailable(err error) bool { return apierrors.IsForbidden(err) || meta.IsNoMatchError(err) }

// hidden is the check of something that this user may not read.
func hidden(area, what string) []Check {
	return []Check{{Level: Unknown, Area: area, Says: "you may not read " + what}}
}
