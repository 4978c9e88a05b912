package expression

import (
	"fmt"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
)

// functionNames are the functions that the vendor documents, for hints.
var functionNames = []string{
	"c1.user.v1.HasApp", "c1.user.v1.HasEntitlement", "c1.user.v1.GetAppUserStatus", "c1.user.v1.GetAppUserManagers", "c1.user.v1.ListAppUsersForUser",
	"c1.directory.users.v1.FindByEmail", "c1.directory.users.v1.GetByID", "c1.directory.users.v1.FindByName",
	"c1.directory.users.v1.GetManagers", "c1.directory.users.v1.DirectReports", "c1.directory.groups.v1.FindByName",
	"c1.directory.apps.v1.GetEntitlementMembers", "c1.directory.apps.v1.GetEntitlementOwners",
	"now", "time.parse", "time.format", "time.unix", "time.unix_ms", "time.start_of", "time.truncate", "time.end_of", "ip", "cidr",
}

// function declares one function by its overloads, each written as arguments and a result.
func function(name string, result *cel.Type, overloads ...[]*cel.Type) cel.EnvOption {
	var opts []cel.FunctionOpt
	for i, args := range overloads {
		id := fmt.Sprintf("%s_%d", strings.NewReplacer(".", "_").Replace(name), i)
		opts = append(opts, cel.Overload(id, args, result))
	}
	return cel.Function(name, opts...)
}

func args(types ...*cel.Type) []*cel.Type { return types }

func member(name string, result *cel.Type, overloads ...[]*cel.Type) cel.EnvOption {
	var opts []cel.FunctionOpt
	for i, a := range overloads {
		opts = append(opts, cel.MemberOverload(fmt.Sprintf("member_%s_%d", name, i), a, result))
	}
	return cel.Function(name, opts...)
}

func constants(prefix string, names ...string) []cel.EnvOption {
	var out []cel.EnvOption
	for i, n := range names {
		out = append(out, cel.Constant(prefix+n, cel.IntType, types.Int(i+1)))
	}
	return out
}

func userConstants() []cel.EnvOption {
	status := []string{"ENABLED", "DISABLED", "DELETED"}
	kinds := []string{"HUMAN", "AGENT", "SERVICE", "SYSTEM"}
	return concat(constants("UserStatus.", status...), constants("USER_STATUS_", status...), constants("UserStatus.USER_STATUS_", status...),
		constants("UserType.", kinds...), constants("USER_TYPE_", kinds...))
}

func accountConstants() []cel.EnvOption {
	status := []string{"ENABLED", "DISABLED", "DELETED"}
	return concat(constants("Status.", status...), constants("APP_USER_STATUS_", status...), constants("AppUserType.", "USER", "SERVICE_ACCOUNT", "SYSTEM_ACCOUNT"))
}

func policyConstants() []cel.EnvOption {
	origins := []string{"WEBAPP", "SLACK", "API", "JIRA", "COPILOT", "PROFILE_MEMBERSHIP_AUTOMATION", "TIME_REVOKE", "CERTIFY", "REQUEST"}
	return concat(constants("AppUserType.", "USER", "SERVICE_ACCOUNT", "SYSTEM_ACCOUNT"), constants("APP_USER_STATUS_", "ENABLED", "DISABLED", "DELETED"),
		constants("TaskOrigin.", origins...), constants("TASK_ORIGIN_", origins...))
}

// userFunctions are asked about people, and about what else the subject may be.
func userFunctions(also ...*cel.Type) []cel.EnvOption {
	var one, two [][]*cel.Type
	for _, who := range append([]*cel.Type{typeUser}, also...) {
		one, two = append(one, args(who, text)), append(two, args(who, text, text))
	}
	return []cel.EnvOption{
		function("c1.user.v1.HasApp", cel.BoolType, one...),
		function("c1.user.v1.HasEntitlement", cel.BoolType, two...),
		function("c1.user.v1.GetAppUserStatus", text, one...),
	}
}

func directoryFunctions() []cel.EnvOption {
	users := cel.ListType(typeUser)
	return []cel.EnvOption{
		function("c1.directory.users.v1.FindByEmail", typeUser, args(text)),
		function("c1.directory.users.v1.GetByID", typeUser, args(text)),
		function("c1.directory.users.v1.FindByName", typeUser, args(text)),
		function("c1.directory.users.v1.GetManagers", users, args(typeUser)),
		function("c1.directory.users.v1.DirectReports", users, args(typeUser), args(users)),
		function("c1.directory.groups.v1.FindByName", typeGroup, args(text)),
		function("c1.directory.apps.v1.GetEntitlementMembers", users, args(text, text)),
	}
}

// policyFunctions exist where a policy runs: conditions, approvers and provisioners.
func policyFunctions() []cel.EnvOption {
	users := cel.ListType(typeUser)
	var cidr [][]*cel.Type
	for n := 1; n <= 8; n++ {
		a := make([]*cel.Type, n)
		for i := range a {
			a[i] = text
		}
		cidr = append(cidr, a)
	}
	return []cel.EnvOption{
		function("c1.user.v1.GetAppUserManagers", users, args(typeUser, text)),
		function("c1.user.v1.ListAppUsersForUser", cel.ListType(typeAppUser), args(typeUser, text)),
		function("c1.user.v1.GetAppUsersForUser", cel.ListType(typeAppUser), args(typeUser, text)),
		function("c1.user.v1.GrantedFromEnrollment", cel.BoolType, args(typeUser, text, text)),
		function("c1.user.v1.AutomaticallyGrantedFromEnrollment", cel.BoolType, args(typeUser, text, text)),
		function("c1.directory.apps.v1.GetEntitlementOwners", users, args(text, text), args(typeEntitlement)),
		function("c1.app_user.v1.HasSecurityInsight", cel.BoolType, args(typeAppUser)),
		function("c1.app_user.v1.GetSecurityInsights", cel.ListType(typeInsight), args(typeAppUser, text)),
		function("c1.app_user.v1.HasSecurityInsightWithSeverity", cel.BoolType, args(typeAppUser, text, text)),
		function("c1.app_user.v1.HasRiskScore", cel.BoolType, args(typeAppUser)),
		function("c1.app_user.v1.GetRiskScore", typeRiskScore, args(typeAppUser, text)),
		function("ip", typeIP, args(text)),
		function("cidr", typeCIDRSet, append(cidr, args(texts))...),
		member("contains", cel.BoolType, args(typeCIDRSet, typeIP)),
		member("within", cel.BoolType, args(typeIP, typeCIDRSet)),
	}
}

func timeFunctions() []cel.EnvOption {
	at := cel.TimestampType
	out := []cel.EnvOption{
		function("now", at, args()),
		function("time.parse", at, args(text, text), args(text, text, text)),
		function("time.format", text, args(at, text), args(at, text, text)),
		function("time.unix", at, args(cel.IntType)),
		function("time.unix_ms", at, args(cel.IntType)),
		function("time.start_of", at, args(at, text), args(at, text, text)),
		function("time.truncate", at, args(at, text), args(at, text, text)),
		function("time.end_of", at, args(at, text)),
		member("ifEmpty", text, args(text, text)),
	}
	for _, layout := range []string{"RFC3339", "DATE", "DATETIME", "TIME"} {
		out = append(out, cel.Constant("TimeFormat."+layout, text, types.String(layout)))
	}
	return out
}
