package conductorone

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
	row    = wire.Row
)

var (
	violation   = wire.Violation
	refused     = wire.Refused
	notFound    = wire.NotFound
	conflict    = wire.Conflict
	forbidden   = wire.Forbidden
	unsimulated = wire.Unsimulated

	newTable   = wire.NewTable
	text       = wire.Text
	flag       = wire.Flag
	instant    = wire.Instant
	inner      = wire.Inner
	texts      = wire.Texts
	join       = wire.Join
	deepCopy   = wire.DeepCopy
	copyObject = wire.Copy
	timestamp  = wire.Timestamp
)
