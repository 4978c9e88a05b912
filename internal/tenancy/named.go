package tenancy

import (
	"cmp"
	"strings"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
)

// settled is who answered, as the backend knows them. A tenant that names itself at times only is one: an id that was seen at a
// host stays, whatever is left out later, and takes the place of the host where that was all that was known. An error never
// comes here: what does not answer is not without a name.
func settled(st *v1alpha1.GovernanceBackendStatus, who backend.TenantID, host string) backend.TenantID {
	if who.Unnamed && st.TenantID != "" && cmp.Or(st.TenantHost, st.TenantName) == host {
		return backend.TenantID{ID: st.TenantID, Name: st.TenantName}
	}
	return who
}

// pinned is the tenant that a backend belongs to, where who answers at host now. One that was known by its host alone is
// whoever names itself there first.
func pinned(st *v1alpha1.GovernanceBackendStatus, who backend.TenantID, host string) string {
	if st.TenantID == host && !who.Unnamed && who.ID != "" {
		return who.ID
	}
	return st.TenantID
}

// byHost is what objects may still call the tenant that has a name by now; empty if they call it by no other.
func byHost(who backend.TenantID, host string) string {
	if who.Unnamed || who.ID == host {
		return ""
	}
	return host
}

// called is what a tenant is called that names itself nowhere: by its host.
func (t *tenant) called() string { return strings.ToLower(t.host) }
