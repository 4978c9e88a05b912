package kinds

import (
	"fmt"
	"maps"
)

func entitlementMappings() mappings {
	rows := mappings{
		``:                     nil,
		`displayName: Payroll`: {"displayName": "Payroll"},
		`description: ""`:      {"description": ""},
		`owners: [{email: ada@example.com}, {id: u-1}]`:                                {"owners": `["User/ada@example.com","u-1"]`},
		`owners: [{email: ada@example.com}, {id: u-1}], veza: {entityType: OktaGroup}`: {"owners": `["ada@example.com","u-1"]`, "veza.entityType": "OktaGroup"},
		`owners: []`:         {"owners": "[]"},
		`requestable: false`: {"requestable": "false"},

		`conductorOne: {alias: payroll}`:                                       {"conductorOne.alias": "payroll"},
		`conductorOne: {slug: admin}`:                                          {"conductorOne.slug": "admin"},
		`conductorOne: {purpose: Permission}`:                                  {"conductorOne.purpose": "Permission"},
		`conductorOne: {resource: {type: {name: Repository}, name: payments}}`: {"conductorOne.resource": "Resource/a-1/ResourceType/a-1/Repository/payments", "conductorOne.resource.type": "ResourceType/a-1/Repository"},
		`conductorOne: {resource: {type: {id: t-1}, id: r-1}}`:                 {"conductorOne.resource": "r-1", "conductorOne.resource.type": "t-1"},
		`conductorOne: {policies: {grant: {name: Two steps}}}`:                 {"conductorOne.policies.grant": "Policy/Grant/Two steps"},
		`conductorOne: {policies: {grant: {none: {}}}}`:                        {"conductorOne.policies.grant": ""},
		`conductorOne: {policies: {revoke: {name: At once}}}`:                  {"conductorOne.policies.revoke": "Policy/Revoke/At once"},
		`conductorOne: {policies: {certify: {name: Yearly}}}`:                  {"conductorOne.policies.certify": "Policy/Certify/Yearly"},
		`conductorOne: {policies: {emergencyGrant: {name: Break glass}}}`:      {"conductorOne.policies.emergencyGrant": "Policy/Grant/Break glass"},
		`conductorOne: {emergencyGrantEnabled: true}`:                          {"conductorOne.emergencyGrantEnabled": "true"},
		`conductorOne: {maxGrantDuration: 1d12h}`:                              {"conductorOne.maxGrantDuration": `"36h0m0s"`},
		`conductorOne: {maxGrantDuration: Unlimited}`:                          {"conductorOne.maxGrantDuration": `"Unlimited"`},
		`conductorOne: {maxGrantDuration: soon}`:                               {refused: "spec.conductorOne.maxGrantDuration"},
		`conductorOne: {riskLevel: {name: High}}`:                              {"conductorOne.riskLevel": "RiskLevel/High"},
		`conductorOne: {riskLevel: {none: {}}}`:                                {"conductorOne.riskLevel": ""},
		`conductorOne: {complianceFrameworks: [{name: SOX}, {id: f-1}]}`:       {"conductorOne.complianceFrameworks": `["ComplianceFramework/SOX","f-1"]`},
		`conductorOne: {overrideAccessRequestDefaults: true}`:                  {"conductorOne.overrideAccessRequestDefaults": "true"},
		`conductorOne: {matchBatonID: b-1}`:                                    {"conductorOne.matchBatonID": "b-1"},
		`conductorOne: {requestSchemaID: s-1}`:                                 {"conductorOne.requestSchemaID": "s-1"},
		`conductorOne: {annotations: {team: payroll}}`:                         {"conductorOne.annotations": `{"team":"payroll"}`},

		`sailPoint: {match: {attribute: memberOf, value: admins, type: group}}`:                  {"sailPoint.match.attribute": "memberOf", "sailPoint.match.type": "group", "sailPoint.match.value": "admins"},
		`sailPoint: {match: {attribute: memberOf, value: admins}}`:                               {"sailPoint.match.attribute": "memberOf", "sailPoint.match.value": "admins"},
		`sailPoint: {onNotFound: Wait}`:                                                          {"sailPoint.onNotFound": "false"},
		`sailPoint: {onNotFound: Aggregate}`:                                                     {"sailPoint.onNotFound": "true"},
		`sailPoint: {privileged: true}`:                                                          {"sailPoint.privileged": "true"},
		`sailPoint: {privilegeLevel: High}`:                                                      {"sailPoint.privilegeLevel": "High"},
		`sailPoint: {segments: [{name: Berlin}]}`:                                                {"sailPoint.segments": `["Segment/Berlin"]`},
		`sailPoint: {accessRequestConfig: {requestCommentRequired: true}}`:                       {"sailPoint.accessRequestConfig.requestCommentRequired": "true"},
		`sailPoint: {accessRequestConfig: {denialCommentRequired: true}}`:                        {"sailPoint.accessRequestConfig.denialCommentRequired": "true"},
		`sailPoint: {accessRequestConfig: {reauthorizationRequired: true}}`:                      {"sailPoint.accessRequestConfig.reauthorizationRequired": "true"},
		`sailPoint: {accessRequestConfig: {requireEndDate: true}}`:                               {"sailPoint.accessRequestConfig.requireEndDate": "true"},
		`sailPoint: {accessRequestConfig: {maxPermittedAccessDuration: {value: 3, unit: Days}}}`: {"sailPoint.accessRequestConfig.maxPermittedAccessDuration": `{"value":3,"unit":"Days"}`},
		`sailPoint: {accessRequestConfig: {maxPermittedAccessDuration: {none: {}}}}`:             {"sailPoint.accessRequestConfig.maxPermittedAccessDuration": "null"},
		`sailPoint: {accessRequestConfig: {approvalSchemes: [{approver: GovernanceGroup, group: {name: Owners}}, {approver: Workflow, workflowID: w-1}]}}`: {"sailPoint.accessRequestConfig.approvalSchemes": `[{"approverType":"GovernanceGroup","approverID":"Group/Owners"},{"approverType":"Workflow","approverID":"w-1"}]`},
		`sailPoint: {accessRequestConfig: {approvalSchemes: []}}`:      {"sailPoint.accessRequestConfig.approvalSchemes": "[]"},
		`sailPoint: {accessRequestConfig: {formDefinitionID: form-1}}`: {"sailPoint.accessRequestConfig.formDefinitionID": "form-1"},
		`sailPoint: {revocationRequestConfig: {approvalSchemes: [{approver: GovernanceGroup, group: {name: Owners}}, {approver: Workflow, workflowID: w-1}]}}`: {"sailPoint.revocationRequestConfig.approvalSchemes": `[{"approverType":"GovernanceGroup","approverID":"Group/Owners"},{"approverType":"Workflow","approverID":"w-1"}]`},

		`veza: {entityType: OktaGroup}`:                        {"veza.entityType": "OktaGroup"},
		`veza: {entityType: OktaGroup, match: {name: admins}}`: {"veza.entityType": "OktaGroup", "veza.match.name": "admins"},
		`veza: {entityType: OktaGroup, match: {id: g-1}}`:      {"veza.entityType": "OktaGroup", "veza.match.id": "g-1"},
	}
	maps.Copy(rows, provisionMappings())
	rows = rows.beside("app: {id: a-1}, ", map[string]string{parentOf: "a-1"})
	rows[`app: {name: GitHub}`] = map[string]string{parentOf: "App/GitHub"}
	return rows
}

// ways are the ways of a provisioning, alone, with the document that each becomes.
var ways = map[string]string{
	`connector: {defaultBehavior: {connector: {name: Okta}}}`:                                                                                           `{"connector":{"defaultBehavior":{"connectorID":"Connector/a-1/Okta"}}}`,
	`connector: {deleteAccount: {connector: {name: Okta}}}`:                                                                                             `{"connector":{"deleteAccount":{"connectorID":"Connector/a-1/Okta"}}}`,
	`connector: {account: {connector: {name: Okta}, schemaID: s-1, config: {dept: 7}, saveToVault: {vaultIDs: [v-1]}}}`:                                 `{"connector":{"account":{"connectorID":"Connector/a-1/Okta","schemaID":"s-1","config":{"dept":7},"saveToVault":{"vaultIDs":["v-1"]}}}}`,
	`connector: {account: {doNotSave: {}}}`:                                                                                                             `{"connector":{"account":{"doNotSave":{}}}}`,
	`manual: {instructions: Ask Ada, users: [{email: ada@example.com}]}`:                                                                                `{"manual":{"instructions":"Ask Ada","userIDs":["User/ada@example.com"]}}`,
	`manual: {assignee: {users: {users: [{email: ada@example.com}], allowReassignment: true}}}`:                                                         `{"manual":{"assignee":{"users":{"userIDs":["User/ada@example.com"],"allowReassignment":true}}}}`,
	`manual: {assignee: {appOwners: {fallbackUsers: [{email: ada@example.com}], allowReassignment: true}}}`:                                             `{"manual":{"assignee":{"appOwners":{"fallbackUserIDs":["User/ada@example.com"],"allowReassignment":true}}}}`,
	`manual: {assignee: {group: {entitlement: {app: {name: Okta}, name: Admins}, fallbackUsers: [{email: ada@example.com}], allowReassignment: true}}}`: `{"manual":{"assignee":{"group":{"appID":"App/Okta","entitlementID":"Entitlement/App/Okta/Admins","fallbackUserIDs":["User/ada@example.com"],"allowReassignment":true}}}}`,
	`manual: {assignee: {manager: {fallbackUsers: [{email: ada@example.com}], allowReassignment: true}}}`:                                               `{"manual":{"assignee":{"manager":{"fallbackUserIDs":["User/ada@example.com"],"allowReassignment":true}}}}`,
	`manual: {assignee: {expression: {expressions: ["appOwners"], fallbackUsers: [{email: ada@example.com}], allowReassignment: true}}}`:                `{"manual":{"assignee":{"expression":{"expressions":["appOwners"],"fallbackUserIDs":["User/ada@example.com"],"allowReassignment":true}}}}`,
	`manual: {assignee: {entitlementOwners: {fallbackUsers: [{email: ada@example.com}], allowReassignment: true}}}`:                                     `{"manual":{"assignee":{"entitlementOwners":{"fallbackUserIDs":["User/ada@example.com"],"allowReassignment":true}}}}`,
	`delegated: {entitlement: {app: {name: Okta}, name: Admins}, implicit: true}`:                                                                       `{"delegated":{"appID":"App/Okta","entitlementID":"Entitlement/App/Okta/Admins","implicit":true}}`,
	`webhook: {name: Hook}`: `{"webhook":{"webhookID":"Webhook/Hook"}}`,
	`externalTicket: {app: {name: Jira}, connector: {name: Cloud}, provisionerConfigID: p-1, instructions: Open one}`: `{"externalTicket":{"appID":"App/Jira","connectorID":"Connector/App/Jira/Cloud","provisionerID":"p-1","instructions":"Open one"}}`,
	`externalTicket: {connector: {name: Cloud}}`: `{"externalTicket":{"appID":"a-1","connectorID":"Connector/a-1/Cloud"}}`,
	`unconfigured: {}`:                           `{"unconfigured":{}}`,
	`action: {app: {name: Jira}, connector: {name: Cloud}, actionName: grant, displayName: Grant it}`: `{"action":{"appID":"App/Jira","connectorID":"Connector/App/Jira/Cloud","actionName":"grant","displayName":"Grant it"}}`,
	`action: {connector: {name: Cloud}, actionName: grant}`:                                           `{"action":{"appID":"a-1","connectorID":"Connector/a-1/Cloud","actionName":"grant"}}`,
	`devicePlacement: {vaultBoundaryID: b-1}`:                                                         `{"devicePlacement":{"vaultBoundaryID":"b-1"}}`,
}

// provisionMappings are the ways in every place that takes one: alone, as a step, and as a step of a step.
func provisionMappings() mappings {
	rows := mappings{}
	for way, document := range ways {
		for place, becomes := range map[string]string{
			`{%s}`:                         `%s`,
			`{multiStep: {steps: [{%s}]}}`: `{"multiStep":{"steps":[%s]}}`,
			`{multiStep: {steps: [{multiStep: {steps: [{%s}]}}]}}`: `{"multiStep":{"steps":[{"multiStep":{"steps":[%s]}}]}}`,
		} {
			for _, field := range []string{"provision", "deprovision"} {
				rows[fmt.Sprintf(`conductorOne: {%s: %s}`, field, fmt.Sprintf(place, way))] = map[string]string{
					"conductorOne." + field: fmt.Sprintf(becomes, document),
				}
			}
		}
	}
	return rows
}
