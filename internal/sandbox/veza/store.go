package veza

import (
	"crypto/sha256"
	"fmt"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// store is everything one tenant holds. A profile's versions are inside its value, and a version's members inside the version,
// so that a list that lags shows one moment.
type store struct {
	seq int64

	types, providers, extractions, datasources, entities       *wire.Table
	identities, policies, requestPolicies, workflows, requests *wire.Table
	profiles, certifications                                   *wire.Table
}

func newStore() *store {
	return &store{
		types: wire.NewTable(), providers: wire.NewTable(), extractions: wire.NewTable(), datasources: wire.NewTable(), entities: wire.NewTable(),
		identities: wire.NewTable(), policies: wire.NewTable(), requestPolicies: wire.NewTable(), workflows: wire.NewTable(), requests: wire.NewTable(),
		profiles: wire.NewTable(), certifications: wire.NewTable(),
	}
}

func (s *store) next() int64 {
	s.seq++
	return s.seq
}

// uuid makes an identifier of the form that Veza's objects have, from text that is unique.
func uuid(text string) string {
	sum := sha256.Sum256([]byte(text))
	sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

func (c *call) newID() string { return uuid(c.v.host.NewID()) }

// number reads a whole number; zero when it is unset.
func number(value object, name string) int64 {
	result, _ := value[name].(int64)
	return result
}

// pick copies the named fields that are set.
func pick(value object, names ...string) object {
	result := object{}
	for _, name := range names {
		if value[name] != nil {
			result[name] = value[name]
		}
	}
	return wire.Copy(result)
}

// look returns the value of a record, or nil when there is none.
func look(t *wire.Table, key string) object {
	if r := t.Get(key); r != nil {
		return r.Value
	}
	return nil
}
