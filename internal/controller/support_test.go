package controller_test

import (
	"errors"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
)

type runtimeObject = runtime.Object

const applyPatch = types.ApplyPatchType

func newObject(kind string) client.Object {
	switch kind {
	case v1alpha1.KindGovernanceBackend:
		return &v1alpha1.GovernanceBackend{}
	case v1alpha1.KindClusterGovernanceBackend:
		return &v1alpha1.ClusterGovernanceBackend{}
	}
	return reference.New(kind)
}

var errThere = errors.New("it is still there")

// notFound turns "found" into an error and passes any other.
func notFound(err error) error {
	if err == nil {
		return errThere
	}
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}
