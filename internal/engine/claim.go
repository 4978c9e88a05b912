package engine

import (
	"context"

	"github.com/governance-operator/governance-operator/internal/engine/claims"
)

func claimantOf(obj Object) claims.Claimant {
	return claims.Claimant{
		UID: obj.GetUID(), Namespace: obj.GetNamespace(), Name: ownerOf(obj), Created: obj.GetCreationTimestamp().Unix(),
		Backend: BackendKey(obj), Ref: obj.GetManagedSpec().BackendRef,
	}
}

// rivals says whose claims count against c. An object only says which tenant its remote is in, and
// so does its backend: what counts is that the backend is where ours is, may be used by the object,
// and that this very tenant has answered it since the process started.
func (p *pass[O, D]) rivals(c claims.Claimant) func(claims.Claimant) bool {
	places := map[string]Place{}
	return func(h claims.Claimant) bool {
		if h.Backend == c.Backend && h.Namespace == c.Namespace {
			return true
		}
		of := h.Namespace + " " + h.Backend
		place, ok := places[of]
		if !ok {
			place = p.r.Backends.Place(context.Background(), h.Namespace, h.Ref)
			places[of] = place
		}
		return place.At == p.backend.At && place.Proven == p.backend.TenantID
	}
}
