package backend

// AppEntitlement is one permission in an app. The app is the parent, see Ref.ParentID.
type AppEntitlement struct {
	DisplayName *string `field:"displayName"`
	Description *string `field:"description"`
	Owners      Set     `field:"owners"`
	Requestable *bool   `field:"requestable"`
	Block       Block   `field:",block"`

	Facts AppEntitlementFacts
}

// AppEntitlementFacts are figures for status; they are never compared.
type AppEntitlementFacts struct {
	GrantCount         *int64
	Alias              string
	ExternalID         string
	ManagedByConnector bool
	// EntityType is the kind of thing that the entitlement is to the vendor.
	EntityType string
}

// Key is what identifies an entitlement in its app before it has an id.
func (e AppEntitlement) Key() Key {
	k := Key{DisplayName: Value(e.DisplayName)}
	identify(&k, e.Block)
	return k
}
