package backend

// Model is the vendor-neutral value of a kind.
type Model interface {
	AppEntitlement | AccessProfile | AccessReview
	// Key is what identifies the remote before it has an id.
	Key() Key
}
