package expression

import (
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// The vendor's object types.
var (
	typeUser        = cel.ObjectType("c1.User")
	typeAppUser     = cel.ObjectType("c1.AppUser")
	typeStatusInfo  = cel.ObjectType("c1.AppUserStatusInfo")
	typeEntitlement = cel.ObjectType("c1.Entitlement")
	typeRole        = cel.ObjectType("c1.EntitlementRole")
	typeTask        = cel.ObjectType("c1.Task")
	typeAnalysis    = cel.ObjectType("c1.TaskAnalysis")
	typeGroup       = cel.ObjectType("c1.Group")
	typeIP          = cel.ObjectType("c1.IP")
	typeCIDRSet     = cel.ObjectType("c1.CIDRSet")
	typeRiskScore   = cel.ObjectType("c1.RiskScore")
	typeInsight     = cel.ObjectType("c1.Insight")
)

var (
	text    = cel.StringType
	texts   = cel.ListType(cel.StringType)
	free    = cel.MapType(cel.StringType, cel.DynType)
	textMap = cel.MapType(cel.StringType, cel.StringType)
)

// structs lists the fields of each type; where the vendor knows two spellings, both.
var structs = map[string]map[string]*cel.Type{
	"c1.User": {
		"id": text, "email": text, "displayName": text, "display_name": text, "username": text, "department": text,
		"jobTitle": text, "job_title": text, "employmentType": text, "employment_type": text, "employmentStatus": text, "employment_status": text,
		"manager": text, "managerId": text, "manager_id": text, "emails": texts, "usernames": texts,
		"status": cel.IntType, "directoryStatus": cel.IntType, "directory_status": cel.IntType, "type": cel.IntType,
		"profile": free, "attributes": free,
	},
	"c1.AppUser": {
		"id": text, "displayName": text, "display_name": text, "username": text, "email": text,
		"usernames": texts, "emails": texts, "employeeIds": texts, "employee_ids": texts,
		"appUserType": cel.IntType, "app_user_type": cel.IntType, "status": typeStatusInfo, "profile": free, "attributes": free,
		"riskScore": cel.MapType(cel.StringType, cel.IntType), "risk_score": cel.MapType(cel.StringType, cel.IntType),
		"riskScores": cel.ListType(typeRiskScore), "risk_scores": cel.ListType(typeRiskScore),
	},
	"c1.AppUserStatusInfo": {"status": cel.IntType, "details": text},
	"c1.Entitlement": {
		"id": text, "appId": text, "app_id": text, "appResourceTypeId": text, "app_resource_type_id": text, "appResourceId": text, "app_resource_id": text,
		"appResourceType": text, "app_resource_type": text, "displayName": text, "display_name": text, "description": text,
		"riskLevelValueId": text, "risk_level_value_id": text, "annotations": textMap, "role": typeRole, "scope": typeRole,
	},
	"c1.EntitlementRole": {"id": text, "appResourceTypeId": text, "displayName": text, "annotations": textMap},
	"c1.Task": {
		"id": text, "numericId": text, "numeric_id": text, "displayName": text, "display_name": text, "subjectUserId": text, "subject_user_id": text,
		"requestorUserId": text, "requestor_user_id": text, "origin": cel.IntType, "isGrantPermanent": cel.BoolType, "is_grant_permanent": cel.BoolType,
		"grantDuration": cel.DurationType, "grant_duration": cel.DurationType, "createdAt": cel.TimestampType, "created_at": cel.TimestampType, "analysis": typeAnalysis,
	},
	"c1.TaskAnalysis": {
		"id": text, "hasConflictViolations": cel.BoolType, "has_conflict_violations": cel.BoolType, "conflictViolations": texts, "conflict_violations": texts,
	},
	"c1.Group": {"id": text, "appId": text, "app_id": text, "displayName": text, "display_name": text},
	"c1.IP": {
		"is4": cel.BoolType, "is6": cel.BoolType, "isPrivate": cel.BoolType, "isLoopback": cel.BoolType, "isGlobalUnicast": cel.BoolType,
		"isMulticast": cel.BoolType, "isInterfaceLocalMulticast": cel.BoolType, "isLinkLocalMulticast": cel.BoolType, "isUnspecified": cel.BoolType,
	},
	"c1.CIDRSet":   {},
	"c1.RiskScore": {"source": text, "normalized_score": cel.IntType, "normalizedScore": cel.IntType},
	"c1.Insight":   {"source": text, "value": text, "severity": text},
}

// provider knows the vendor's types beside the standard ones.
type provider struct{ types.Provider }

func newProvider() types.Provider {
	registry, err := types.NewRegistry()
	if err != nil {
		panic("expression: the standard types cannot be registered: " + err.Error())
	}
	return &provider{registry}
}

// FindStructType reports whether a type of that name exists.
func (p *provider) FindStructType(name string) (*types.Type, bool) {
	if _, ok := structs[name]; ok {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return p.Provider.FindStructType(name)
}

// FindStructFieldNames lists the fields of a type.
func (p *provider) FindStructFieldNames(name string) ([]string, bool) {
	fields, ok := structs[name]
	if !ok {
		return p.Provider.FindStructFieldNames(name)
	}
	var names []string
	for n := range fields {
		names = append(names, n)
	}
	return names, true
}

// FindStructFieldType returns the type of a field.
func (p *provider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	fields, ok := structs[name]
	if !ok {
		return p.Provider.FindStructFieldType(name, field)
	}
	t, ok := fields[field]
	if !ok {
		return nil, false
	}
	return &types.FieldType{Type: t}, true
}

// NewValue is not needed: expressions are checked here and run at the vendor.
func (p *provider) NewValue(name string, _ map[string]ref.Val) ref.Val {
	return types.NewErr("objects of type %s are made by the vendor only", name)
}
