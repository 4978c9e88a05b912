package conductorone

import (
	"context"
	"sync"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// enrolment is the entitlement behind a profile: it lives in the tenant's own app and
// has the id of the catalog (docs/vendors/conductorone-api.md#enrolment-entitlement).
type enrolment struct {
	api
	mu  sync.Mutex
	app string
}

func (e *enrolment) read(ctx context.Context, catalogID string) (entitlement, error) {
	found, _, err := e.find(ctx, catalogID)
	return found, err
}

func (e *enrolment) write(ctx context.Context, catalogID string, row *masked) error {
	current, appID, err := e.find(ctx, catalogID)
	if err != nil {
		return err
	}
	_, err = e.post(ctx, entitlementPath(appID, catalogID), map[string]any{
		"entitlement":                    row.values,
		"updateMask":                     row.text(),
		"overrideAccessRequestsDefaults": current.OverrideRequestDefaults,
	}, nil)
	return err
}

// find looks in the app known from earlier, else in every app that has one of the two
// names: people may have called another app so.
func (e *enrolment) find(ctx context.Context, catalogID string) (entitlement, string, error) {
	apps, err := e.candidates(ctx)
	if err != nil {
		return entitlement{}, "", err
	}
	if len(apps) == 0 {
		return entitlement{}, "", backend.Errorf(backend.Terminal, "the profile's policies are kept in the tenant's own app, and there is none named ConductorOne or C1")
	}
	for _, appID := range apps {
		var answer entitlementAnswer
		_, err := e.get(ctx, entitlementPath(appID, catalogID), nil, &answer)
		if rest.IsNotFound(err) {
			continue
		}
		if err != nil {
			return entitlement{}, "", err
		}
		e.remember(appID)
		return answer.View.Entitlement, appID, nil
	}
	return entitlement{}, "", backend.Errorf(backend.Retryable,
		"the enrolment entitlement of the profile, which has its policies, does not exist yet (searched %d apps named ConductorOne or C1)", len(apps))
}

func (e *enrolment) candidates(ctx context.Context) ([]string, error) {
	if id := e.known(); id != "" {
		return []string{id}, nil
	}
	var out []string
	for _, label := range []string{"ConductorOne", "C1"} {
		found, err := matches(search[wrapped](ctx, e.api, "/api/v1/search/apps", map[string]any{"displayName": label}),
			func(x thing) bool { return x.DisplayName == label })
		if err != nil {
			return nil, err
		}
		for _, m := range found {
			out = append(out, m.ID)
		}
	}
	return out, nil
}

func (e *enrolment) known() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.app
}

func (e *enrolment) remember(appID string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.app = appID
}
