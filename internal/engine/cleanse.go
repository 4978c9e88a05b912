package engine

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

// cleanse takes out of a stored status what older versions kept there and nobody should read. It goes before everything that
// could end a pass: also what is finished, suspended, or behind a backend that does not answer is cleansed at once.
func (r *Reconciler[O, D]) cleanse(ctx context.Context, obj O) (bool, error) {
	if r.Kind.Cleanse == nil {
		return false, nil
	}
	before := obj.DeepCopyObject().(O)
	if !r.Kind.Cleanse(obj) {
		return false, nil
	}
	if err := r.Client.Status().Patch(ctx, obj, client.MergeFrom(before)); err != nil {
		return true, client.IgnoreNotFound(fmt.Errorf("cleansing the status of %s: %w", client.ObjectKeyFromObject(obj), err))
	}
	return true, nil
}
