package conductorone

const (
	// FeatureUnnamedTenant is a tenant whose introspection answers without naming it.
	FeatureUnnamedTenant = "unnamedTenant"
	// FeatureNoAnnotations takes annotations and shows none again.
	FeatureNoAnnotations = "noAnnotations"
	// FeatureDraftReviews makes new reviews drafts at once, which take what they are about one time.
	FeatureDraftReviews = "draftReviews"
)
