package expression

import (
	"strings"
	"testing"
)

func TestExpressionsThatTheVendorTakesAreAccepted(t *testing.T) {
	for env, list := range map[Environment][]string{
		Membership: {
			"", "  ", `subject.department == "Engineering" // a comment`,
			`subject.department in ["Engineering", 'Product']`,
			`!(subject.department in ["Contractors"])`,
			`subject.jobTitle.lowerAscii().contains("manager")`,
			`subject.email.endsWith("@corp.example") && subject.status == UserStatus.ENABLED`,
			`subject.status == USER_STATUS_ENABLED || subject.status == UserStatus.USER_STATUS_DISABLED`,
			`subject.type == UserType.HUMAN`,
			`has(subject.profile.costCenter) && subject.profile["costCenter"] == "CC-1"`,
			`"Cost Center" in subject.profile && subject.profile["Cost Center"] == "R&D"`,
			`has(subject.profile.level) && int(subject.profile["level"]) >= 6`,
			`subject.manager_id != ""`, `subject.managerId != ""`,
			`has(subject.profile.hire_date) && time.parse(subject.profile.hire_date, TimeFormat.DATE) > now() - duration("2160h")`,
			`c1.user.v1.HasEntitlement(subject, "app", "ent")`,
			`c1.user.v1.GetAppUserStatus(subject, "app") == "USER_STATUS_ENABLED"`,
			`subject.attributes.contractor == "true"`,
			`c1.directory.users.v1.GetManagers(subject).exists(m, m.email == "ada@corp.example")`,
			`subject.username.ifEmpty("x") == "x"`, `subject.profile.flag`,
			`now().getHours("America/New_York") > 8`,
		},
		ReviewUsers: {`subject.department == "Finance"`},
		ReviewAccounts: {
			`subject.status.status == Status.ENABLED && subject.username.startsWith("svc_")`,
			`c1.user.v1.HasApp(subject, "app-id")`, `c1.user.v1.HasEntitlement(subject, "app-id", "entitlement-id")`,
			`c1.directory.users.v1.FindByEmail(subject.email).department == "Finance"`,
			`subject.status.details.contains("Active")`, `subject.app_user_type == AppUserType.SERVICE_ACCOUNT`,
		},
		Provisioner: {
			`size(c1.directory.users.v1.GetManagers(subject)) > 0 ? c1.directory.users.v1.GetManagers(subject) : appOwners`,
			`c1.directory.apps.v1.GetEntitlementMembers(entitlement.appId, entitlement.id)`,
			`c1.directory.users.v1.FindByEmail("ada@corp.example")`,
			`cidr("10.0.0.0/8", "192.168.0.0/16").contains(ip) ? appOwners : [c1.directory.users.v1.GetByID("x")]`,
		},
	} {
		for _, text := range list {
			if err := Check(env, text); err != nil {
				t.Errorf("%s %q: %v", env, text, err)
			}
		}
	}
}

func TestExpressionsThatTheVendorRefusesAreRefusedWithPositionAndHint(t *testing.T) {
	for name, c := range map[string]struct {
		env  Environment
		text string
		want []string
	}{
		"a mistyped variable":               {Membership, `subjct.department == "x"`, []string{"1:1:", "undeclared reference", `did you mean "subject"?`}},
		"a variable of another environment": {Membership, `task.id == "1"`, []string{"1:1:", "undeclared reference", "known here: subject"}},
		"a variable nobody knows":           {Membership, `ctx.trigger.user == "1"`, []string{"undeclared reference"}},
		"an unknown field":                  {Membership, `subject.nope == "x"`, []string{"1:8:", "undefined field 'nope'"}},
		"a mistyped field":                  {Membership, `subject.departmnt == "x"`, []string{"1:8:", `did you mean "department"?`}},
		"a result that is not bool":         {Membership, `subject.department`, []string{"the result is string, and must be bool"}},
		"a wrong operand":                   {Membership, `subject.department > 5`, []string{"1:20:", "no matching overload"}},
		"an unfinished line":                {Membership, "subject.department ==\n", []string{"Syntax error"}},
		"the second line":                   {Membership, "subject.department == \"x\" &&\n  subject.nope == 1", []string{"2:10:"}},
		"a wrong duration":                  {Membership, `now() > now() - duration("1 fortnight")`, []string{"invalid duration"}},
		"a user field in the account scope": {ReviewAccounts, `subject.department == "x"`, []string{"undefined field", "an account has no department; people have, so write it in scope.users"}},
		"a word of a few letters":           {Membership, `a == "x"`, []string{"undeclared reference", "known here: subject"}},
		"a function of another environment": {Membership, `c1.user.v1.GetAppUserManager(subject, "x") == []`, []string{"undeclared reference", "known here: subject"}},
		"a mistyped function":               {Membership, `c1.user.v1.HasApps(subject, "x")`, []string{`did you mean "c1.user.v1.HasApp"?`}},
		"a bool for a provisioner":          {Provisioner, `true`, []string{"the result is bool, and must be User or list(User)"}},
		"ip functions in a membership rule": {Membership, `cidr("10.0.0.0/8").contains(ip("10.0.0.1"))`, []string{"undeclared reference"}},
		"far too long":                      {Membership, `subject.id == "` + strings.Repeat("x", 9000) + `"`, []string{"at most 8192"}},
	} {
		t.Run(name, func(t *testing.T) {
			err := Check(c.env, c.text)
			if err == nil {
				t.Fatal("it is accepted")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
		})
	}
}
