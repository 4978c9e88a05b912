package v1alpha1

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// LocalObjectRef names an object of the same namespace.
type LocalObjectRef struct {
	// name of the object, for example "payroll-read". An object that does not exist yet is waited for.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name"`
}

// NamedRef points to something at the vendor, by id or by name.
// +kubebuilder:validation:XValidation:rule="has(self.id) != has(self.name)",message="write exactly one of id and name"
// +structType=atomic
type NamedRef struct {
	// id is the vendor's own id. It is used as written.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	ID string `json:"id,omitempty"`
	// name as the vendor's console shows it, for example "GitHub". It must match one thing exactly:
	// none or several are a condition (NameNotFound, NameAmbiguous), never a guess.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	Name string `json:"name,omitempty"`
}

// OptionalRef points to something at the vendor, by id or by name, or to nothing.
// +kubebuilder:validation:XValidation:rule="[has(self.id), has(self.name), has(self.none)].filter(x, x).size() == 1",message="write exactly one of id, name and none"
// +structType=atomic
type OptionalRef struct {
	// id is the vendor's own id. It is used as written.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	ID string `json:"id,omitempty"`
	// name as the vendor's console shows it, for example "High". It must match one thing exactly:
	// none or several are a condition (NameNotFound, NameAmbiguous), never a guess.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	Name string `json:"name,omitempty"`
	// none is written as {}: the vendor is to have none.
	// +optional
	None *Marker `json:"none,omitempty"`
}

// UserRef points to a user at the vendor, by id or by e-mail address.
// +kubebuilder:validation:XValidation:rule="has(self.id) != has(self.email)",message="write exactly one of id and email"
// +structType=atomic
type UserRef struct {
	// id is the vendor's own id of the user. It is used as written.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	ID string `json:"id,omitempty"`
	// email of an enabled user, for example "ada@corp.example". It must match one user exactly.
	// +optional
	// +kubebuilder:validation:MaxLength=320
	// +kubebuilder:validation:Pattern=`^[^@\s]+@[^@\s]+$`
	Email string `json:"email,omitempty"`
}

// EntitlementRef points to an entitlement: an AppEntitlement of this namespace, or one at the vendor.
// +kubebuilder:validation:XValidation:rule="has(self.ref) != has(self.app)",message="write exactly one of ref (an AppEntitlement in this namespace) and app (an entitlement at the vendor)"
// +kubebuilder:validation:XValidation:rule="has(self.app) ? has(self.id) != has(self.name) : !has(self.id) && !has(self.name)",message="beside app, write exactly one of id and name; beside ref, neither"
// +structType=atomic
type EntitlementRef struct {
	// ref names an AppEntitlement in this namespace, for example {name: payroll-read}. It is waited for.
	// +optional
	Ref *LocalObjectRef `json:"ref,omitempty" refers:"AppEntitlement"`
	// app that holds the entitlement at the vendor, for example {name: Workday}. Write id or name beside it.
	// +optional
	App *NamedRef `json:"app,omitempty"`
	// name of the entitlement within app, for example "Viewer". It must match one entitlement exactly.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	Name string `json:"name,omitempty"`
	// id of the entitlement within app.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	ID string `json:"id,omitempty"`
}

// ProfileRef points to an access profile: an AccessProfile of this namespace, or one at the vendor.
// +kubebuilder:validation:XValidation:rule="has(self.ref) != has(self.id)",message="write exactly one of ref (an AccessProfile in this namespace) and id (an access profile at the vendor)"
// +structType=atomic
type ProfileRef struct {
	// ref names an AccessProfile in this namespace, for example {name: base-access}. It is waited for.
	// +optional
	Ref *LocalObjectRef `json:"ref,omitempty" refers:"AccessProfile"`
	// id of the access profile at the vendor.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	ID string `json:"id,omitempty"`
}

// ReviewRef points to an access review: an AccessReview of this namespace, or one at the vendor.
// +kubebuilder:validation:XValidation:rule="has(self.ref) != has(self.id)",message="write exactly one of ref (an AccessReview in this namespace) and id (an access review at the vendor)"
// +structType=atomic
type ReviewRef struct {
	// ref names an AccessReview in this namespace, for example {name: q3-privileged}. It is waited for.
	// +optional
	Ref *LocalObjectRef `json:"ref,omitempty" refers:"AccessReview"`
	// id of the access review at the vendor.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	ID string `json:"id,omitempty"`
}

// Marker is written as {}: its presence is the value.
type Marker struct{}

// Duration is a length of time such as "720h", "30d", "90m" or "1h30m"; the units are d (24 hours), h, m, s and ms.
// It is plain text: nothing in it can break the decoding of a whole list.
// +kubebuilder:validation:MaxLength=32
// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]+(ms|s|m|h|d))+$')",message="write a length of time such as 720h, 30d or 1h30m"
type Duration string

// day is 24 hours: no zone plays a part in a length of time.
const day = 24 * time.Hour

// Parse returns the length of time. The schema admits only text that parses, save for overflow.
func (d Duration) Parse() (time.Duration, error) {
	total, rest := time.Duration(0), string(d)
	for before, after, found := strings.Cut(rest, "d"); found; before, after, found = strings.Cut(rest, "d") {
		digits := strings.LastIndexFunc(before, func(r rune) bool { return r < '0' || r > '9' }) + 1
		n, err := strconv.ParseInt(before[digits:], 10, 64)
		if err != nil || n > int64((math.MaxInt64-total)/day) {
			return 0, fmt.Errorf("%q is not a length of time", d)
		}
		total, rest = total+time.Duration(n)*day, before[:digits]+after
	}
	if rest == "" && d != "" {
		return total, nil
	}
	span, err := time.ParseDuration(rest)
	if err != nil || span > math.MaxInt64-total {
		return 0, fmt.Errorf("%q is not a length of time", d)
	}
	return total + span, nil
}

// GrantDuration is a Duration, or "Unlimited".
// +kubebuilder:validation:MaxLength=32
// +kubebuilder:validation:XValidation:rule="self.matches('^(Unlimited|([0-9]+(ms|s|m|h|d))+)$')",message="write a length of time such as 720h, 30d or 1h30m, or Unlimited"
type GrantDuration string

// GrantUnlimited is the GrantDuration of a grant without an end.
const GrantUnlimited GrantDuration = "Unlimited"

// Timestamp is an instant in RFC 3339, such as "2026-12-31T17:00:00Z". It is plain text for the same reason as Duration.
// +kubebuilder:validation:MaxLength=40
// +kubebuilder:validation:Pattern=`^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`
type Timestamp string

// Parse returns the instant. A day that its month does not have is an error.
func (t Timestamp) Parse() (time.Time, error) { return time.Parse(time.RFC3339Nano, string(t)) }

// ConductorOneAnnotations are labels that ConductorOne stores with an object. Keys that are left
// out are left alone; an empty value removes its key.
// +kubebuilder:validation:MaxProperties=8
// +kubebuilder:validation:XValidation:rule="self.all(k, k.matches('^[A-Za-z][A-Za-z0-9._/-]{0,127}$'))",message="an annotation key begins with a letter and has at most 128 letters, digits, dots, underscores, slashes and hyphens"
// +kubebuilder:validation:XValidation:rule="self.all(k, k != 'managed_by' && !k.startsWith('c1/') && !k.startsWith('iac_') && !k.startsWith('governance-operator.io/'))",message="annotation keys under c1/, iac_ and governance-operator.io/, and managed_by, are reserved"
type ConductorOneAnnotations map[string]ConductorOneAnnotation

// ConductorOneAnnotation is the value of an annotation: printable ASCII without blanks.
// +kubebuilder:validation:MaxLength=256
// +kubebuilder:validation:Pattern=`^[!-~]*$`
type ConductorOneAnnotation string
