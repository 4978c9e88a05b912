package sailpoint

import (
	"embed"
	"sync"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

//go:embed tables/*.txt
var tables embed.FS

// loadSchema reads the embedded tables once; they do not change while a process runs.
var loadSchema = sync.OnceValues(func() (*wire.Schema, error) { return wire.Load(tables) })

// What every fake shares, under the names this package knows it by.
type (
	object = wire.Object
	record = wire.Record
	table  = wire.Table
)

var (
	violation   = wire.Violation
	unsimulated = wire.Unsimulated

	text    = wire.Text
	flag    = wire.Flag
	instant = wire.Instant
	inner   = wire.Inner
	items   = wire.Items
	texts   = wire.Texts
)
