package backend

import "reflect"

// Block is the part of a model that one vendor alone has: a pointer to a struct of fields, see Field. Its type may say more of the
// model, see Identifier, Drafting, Refreshing, Starting and Marked.
type Block interface {
	// BlockName is the name of the block in the spec. It does not read the block, which may be a nil pointer.
	BlockName() string
}

// Identifier is a block whose fields identify a remote that has no id yet.
type Identifier interface {
	// Identify changes the key that the fields of all vendors make.
	Identify(k *Key)
}

// Drafting is a block that may ask for a draft which is open at the vendor to be written and published.
type Drafting interface {
	OpensDraft() bool
}

// Refreshing is a block that may ask the vendor to look for the remote while it is not found.
type Refreshing interface {
	// RefreshPath is the field that asks for it, below the block.
	RefreshPath() string
	WantsRefresh() bool
}

// Starting is a block of a vendor where a review starts when it is made.
type Starting interface {
	StartsWhenMade() bool
}

// Marked is a block with a text that bears the ownership marker, where a remote has no better place for it.
type Marked interface {
	Block
	// MarkPath is that text, below the block.
	MarkPath() string
}

// As is the block as the type of one vendor, a pointer; nil where there is none, or another vendor's.
func As[B Block](block Block) B {
	own, _ := block.(B)
	return own
}

// blockType is the type of the field that holds the block of a model.
var blockType = reflect.TypeFor[Block]()

// blockOf is the field of a model that holds its block; not valid where v is no model.
func blockOf(v reflect.Value) reflect.Value {
	if v.Kind() != reflect.Struct {
		return reflect.Value{}
	}
	for i := range v.NumField() {
		if v.Type().Field(i).Type == blockType {
			return v.Field(i)
		}
	}
	return reflect.Value{}
}

// BlockOf is the block of a model, a pointer or a value; nil where it has none.
func BlockOf(model any) Block {
	at := blockOf(reflect.Indirect(reflect.ValueOf(model)))
	if !at.IsValid() || at.IsNil() {
		return nil
	}
	return at.Interface().(Block)
}

// Open gives a model, a pointer, an empty block of the type that block has, if it has none, so that the fields of the block can
// be set by their paths. With block nil nothing happens. It reports whether it gave one.
func Open(model any, block Block) bool {
	at := blockOf(reflect.ValueOf(model).Elem())
	if block == nil || !at.IsValid() || !at.IsNil() {
		return false
	}
	at.Set(reflect.New(reflect.TypeOf(block).Elem()))
	return true
}

// Empty is a model with nothing set, and room for the fields of a vendor's block.
func Empty[D Model](caps Capabilities) D {
	var out D
	Open(&out, caps.Block)
	return out
}

// trim takes away a block that Open gave and of which no field was set since.
func trim(model any, opened bool) {
	if at := blockOf(reflect.ValueOf(model).Elem()); opened && len(Fields(at.Interface())) == 0 {
		at.SetZero()
	}
}
