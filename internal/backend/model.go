package backend

// Model is the vendor-neutral value of a kind.
type Model interface {
	AppEntitlement | AccessProfile | AccessReview
	// Key is what identifies the remote before it has an id.
	Key() Key
}

// OpensDraft reports whether a model asks that a draft which is open at the vendor is
// written and published.
func OpensDraft(desired any) bool {
	m, ok := desired.(interface{ OpensDraft() bool })
	return ok && m.OpensDraft()
}

// WantsRefresh reports whether a model asks that the vendor looks for it while it is not found.
func WantsRefresh(desired any) bool {
	m, ok := desired.(interface{ WantsRefresh() bool })
	return ok && m.WantsRefresh()
}

// PathRefresh is the field that makes WantsRefresh true.
const PathRefresh = "sailPoint.onNotFound"
