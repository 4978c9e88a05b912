package webhook

import (
	"context"
	"fmt"
	"strings"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/controller"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// namedUsers is how many of those who refer to an entitlement a warning names; kubectl prints 4,096 characters of all together.
const namedUsers = 10

// missed warns who refers to an entitlement that is being deleted: they lose what it grants, or the deletion waits for them.
// Whoever cannot be looked up is not warned of.
func (j *validators) missed(ctx context.Context, obj *v1alpha1.AppEntitlement) []string {
	users, err := controller.Users(ctx, j.reader, reference.Object{Kind: v1alpha1.KindAppEntitlement, Namespace: obj.Namespace, Name: obj.Name})
	if err != nil || len(users) == 0 {
		return nil
	}
	names := make([]string, 0, namedUsers+1)
	for i, u := range users {
		if i == namedUsers {
			names = append(names, fmt.Sprintf("%d more", len(users)-namedUsers))
			break
		}
		names = append(names, u.Kind+" "+u.Name)
	}
	who := strings.Join(names, ", ")
	if obj.Spec.KeepWhileReferenced {
		return []string{"the deletion waits until nothing refers to this entitlement any more (spec.keepWhileReferenced): " + who}
	}
	return []string{"referred to by " + who + ", which lose it; spec.keepWhileReferenced would hold the deletion until nothing refers to it"}
}
