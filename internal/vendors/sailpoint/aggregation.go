package sailpoint

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// aggregationPause is how long one source is left alone: aggregations are dear to the
// tenant (docs/vendors/sailpoint-api.md#post-sourcesv1sourceidload-entitlements).
const aggregationPause = time.Hour

// aggregations remembers when each source was asked to aggregate, for all objects together.
type aggregations struct {
	now func() time.Time

	mu      sync.Mutex
	started map[string]time.Time
}

// due reports whether a source may be asked, and takes note that it is.
func (a *aggregations) due(sourceID string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	if at, known := a.started[sourceID]; known && now.Sub(at) < aggregationPause {
		return false
	}
	if a.started == nil {
		a.started = map[string]time.Time{}
	}
	a.started[sourceID] = now
	return true
}

// undo forgets an attempt that may be made again.
func (a *aggregations) undo(sourceID string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.started, sourceID)
}

// Refresh starts the aggregation of a source, at most once an hour. Neither body nor
// content type may be sent (docs/vendors/sailpoint-api.md#post-sourcesv1sourceidload-entitlements).
func (d *entitlementDriver) Refresh(ctx context.Context, parentID string) error {
	if !d.aggregations.due(parentID) {
		return nil
	}
	_, err := d.do(ctx, rest.Call{Method: http.MethodPost, Path: rest.Path("/sources/v1/%s/load-entitlements", parentID)}, nil)
	if err != nil && backend.ClassOf(err) != backend.Terminal {
		d.aggregations.undo(parentID)
	}
	return err
}
