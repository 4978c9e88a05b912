package conductorone

import "regexp"

// What the live server does and no schema shows. Each rule holds unless a feature of the tenant turns it the other way.
const (
	// FeatureBindsAnytime takes visibility bindings in every state of a catalog.
	FeatureBindsAnytime = "bindsAnytime"
	// FeatureUnbindsAnytime lets bindings be removed in every state. Nobody has said whether that is so: by default it is
	// not, which asks more of a client.
	FeatureUnbindsAnytime = "unbindsAnytime"
	// FeatureDropsBindings forgets the bindings of a catalog that is unpublished or shown to everyone. Nobody has said so.
	FeatureDropsBindings = "dropsBindings"
	// FeatureRowsCountMembers counts members in rows of lists, too.
	FeatureRowsCountMembers = "rowsCountMembers"
	// FeatureCreatesWithoutResource takes new entitlements that name no resource.
	FeatureCreatesWithoutResource = "createsWithoutResource"
)

func (c *call) feature(name string) bool { return c.settings.Features[name] }

// binds reports whether the state of a catalog is the one in which its bindings count.
func binds(catalog object) bool {
	return flag(catalog, "published") && !flag(catalog, "visibleToEveryone")
}

// takesBindings refuses new bindings of the catalog in the path where its state does not take them.
func (c *call) takesBindings() error {
	r, _, err := c.catalog(false)
	switch {
	case err != nil:
		return err
	case c.feature(FeatureBindsAnytime):
		return nil
	case !flag(r.Value, "published"):
		return refused("catalog must be published to add an access entitlement")
	case flag(r.Value, "visibleToEveryone"):
		return refused("catalog is visible to everyone, cannot add access entitlements")
	}
	return nil
}

// letsBindingsGo refuses the removal of bindings where the state of the catalog in the path does not take it.
func (c *call) letsBindingsGo() error {
	r, _, err := c.catalog(false)
	if err != nil || c.feature(FeatureUnbindsAnytime) || binds(r.Value) {
		return err
	}
	return refused("catalog does not take changes of its access entitlements")
}

// forgetBindings is what may become of bindings that do not count any more.
func (c *call) forgetBindings(id string, catalog object) {
	if c.feature(FeatureDropsBindings) && !binds(catalog) {
		delete(c.s.visibility, id)
	}
}

// rowOfCatalog is a catalog in a list: nobody was counted, and who sees it is left out.
func (c *call) rowOfCatalog(value object) object {
	view := c.viewCatalog(value)
	if !c.feature(FeatureRowsCountMembers) {
		view["memberCount"] = "0"
	}
	inner(view, "requestCatalog")["accessEntitlements"] = []any{}
	return view
}

// idPattern is the form of all ids, as the server's refusals name it.
const idPattern = "^[a-zA-Z0-9]{27}$"

var wellFormed = regexp.MustCompile(idPattern)

// checkItsResource demands the resource of a new entitlement, which the schema leaves open.
func (c *call) checkItsResource() error {
	if c.feature(FeatureCreatesWithoutResource) {
		return nil
	}
	for _, field := range [][2]string{{"appResourceTypeId", "AppResourceTypeId"}, {"appResourceId", "AppResourceId"}} {
		if !wellFormed.MatchString(text(c.body, field[0])) {
			return refused("invalid CreateAppEntitlementRequest.%s: value does not match regex pattern %q", field[1], idPattern)
		}
	}
	return nil
}
