package conductorone

const (
	// FeatureUnnamedTenant is a tenant whose introspection answers without naming it.
	FeatureUnnamedTenant = "unnamedTenant"
)
