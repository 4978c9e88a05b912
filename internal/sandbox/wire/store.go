package wire

import (
	"time"
)

// Record is one stored object with its past, which lists that lag behind are served from. Inputs are what its creator
// sent and nothing reads back.
type Record struct {
	Seq    int64
	Key    string
	Value  Object
	Inputs Object
	gone   bool
	past   []version
}

// version is what a record was from an instant on. Nil means that it was not there.
type version struct {
	at    time.Time
	value Object
}

// maxPast bounds how many versions a record keeps.
const maxPast = 32

// Table holds the records of one kind in the order they were created.
type Table struct {
	byKey map[string]*Record
	order []*Record
}

// NewTable returns a table without records.
func NewTable() *Table { return &Table{byKey: map[string]*Record{}} }

// Get returns the record with the key, or nil when there is none.
func (t *Table) Get(key string) *Record {
	if r := t.byKey[key]; r != nil && !r.gone {
		return r
	}
	return nil
}

// All returns the records that are there, soft-deleted ones included.
func (t *Table) All() []*Record {
	var list []*Record
	for _, r := range t.order {
		if !r.gone {
			list = append(list, r)
		}
	}
	return list
}

// Row is a list item before paging.
type Row struct {
	Seq   int64
	Value Object
}

// AsOf returns what the table held at an instant: the view of a list that lags behind.
func (t *Table) AsOf(instant time.Time) []Row {
	var list []Row
	for _, r := range t.order {
		if value := r.At(instant); value != nil {
			list = append(list, Row{r.Seq, value})
		}
	}
	return list
}

// Put adds a record.
func (t *Table) Put(seq int64, key string, value Object, at time.Time) *Record {
	r := &Record{Seq: seq, Key: key, Value: value, Inputs: Object{}}
	t.byKey[key] = r
	t.order = append(t.order, r)
	r.keep(at)
	return r
}

// Set replaces the value of a record.
func (r *Record) Set(value Object, at time.Time) {
	r.Value = value
	r.keep(at)
}

// Remove takes the record away for good.
func (r *Record) Remove(at time.Time) {
	r.gone = true
	r.past = append(r.past, version{at: at})
}

// Settle forgets what the record was before its present value, as if it had begun with it.
func (r *Record) Settle() { r.past = r.past[len(r.past)-1:] }

func (r *Record) keep(at time.Time) {
	if len(r.past) >= maxPast {
		r.past = append([]version(nil), r.past[maxPast/2:]...)
	}
	r.past = append(r.past, version{at: at, value: Copy(r.Value)})
}

// At returns the value as of an instant, or nil when it was not there.
func (r *Record) At(instant time.Time) Object {
	for i := len(r.past) - 1; i >= 0; i-- {
		if !r.past[i].at.After(instant) {
			return r.past[i].value
		}
	}
	return nil
}

// ObjectDump is an object and what its creator sent, inputs that nothing reads back included.
type ObjectDump struct {
	Object Object `json:"object"`
	Inputs Object `json:"inputs"`
}

// Dump returns what a record holds now; it shares nothing with the record.
func (r *Record) Dump() ObjectDump { return ObjectDump{Object: Copy(r.Value), Inputs: Copy(r.Inputs)} }
