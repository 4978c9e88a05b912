package backend

// Model is the vendor-neutral value of a kind, with the block of one vendor.
type Model interface {
	AppEntitlement | AccessProfile | AccessReview
	// Key is what identifies the remote before it has an id.
	Key() Key
}

// identify takes into a key what the block of a vendor identifies a remote by.
func identify(k *Key, block Block) {
	if own, ok := block.(Identifier); ok {
		own.Identify(k)
	}
}

// OpensDraft reports whether a model asks that a draft which is open at the vendor is
// written and published.
func OpensDraft(desired any) bool {
	block, ok := BlockOf(desired).(Drafting)
	return ok && block.OpensDraft()
}

// WantsRefresh reports whether a model asks that the vendor looks for it while it is not found.
func WantsRefresh(desired any) bool {
	block, ok := BlockOf(desired).(Refreshing)
	return ok && block.WantsRefresh()
}

// RefreshPath is the field that makes WantsRefresh true, empty where a vendor has none.
func (c Capabilities) RefreshPath() string {
	if block, ok := c.Block.(Refreshing); ok {
		return c.BlockName() + "." + block.RefreshPath()
	}
	return ""
}
