package conductorone

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

var wildcard = regexp.MustCompile(`\{([a-z_]+)\}`)

// foreignIDs are fields that hold ids which others gave, or of a form that no source tells; a search takes names for ids of
// resource types.
var foreignIDs = []string{
	"externalId", "matchBatonId", "employeeIds", "channelId", "conversationId", "clientId", "resourceTypeIds",
	"schemaId", "vaultBoundaryId", "externalTicketProvisionerConfigId",
}

// checkIDForms refuses ids that cannot be any, before anything is looked for: to the server they are a mistake of the caller
// and not something that is missing.
func (c *call) checkIDForms() error {
	for _, found := range wildcard.FindAllStringSubmatch(c.op.pattern, -1) {
		if !wellFormed.MatchString(c.r.PathValue(found[1])) {
			return misshapen(c.message(), camel(found[1]))
		}
	}
	if c.op.request == "" {
		return nil
	}
	return c.checkBodyIDs(c.v.schema.Messages[c.op.request], c.body)
}

// message is what the server calls the request. Those without a body are not named in any document; theirs is made up.
func (c *call) message() string {
	if c.op.request != "" {
		return c.op.request
	}
	return c.op.method[:1] + strings.ToLower(c.op.method[1:]) + "Request"
}

func (c *call) checkBodyIDs(m *wire.Message, value object) error {
	for _, f := range m.Fields {
		held, given := value[f.Name]
		if !given || f.ReadOnly {
			continue
		}
		items, many := held.([]any)
		if !many {
			items = []any{held}
		}
		for i, item := range items {
			where := camel(f.Name)
			if many {
				where += "[" + strconv.Itoa(i) + "]"
			}
			switch item := item.(type) {
			case string:
				if isID(f) && (many || item != "") && !wellFormed.MatchString(item) {
					return misshapen(m.Name, where)
				}
			case object:
				if f.Kind == "message" && !f.Keyed {
					if err := c.checkBodyIDs(c.v.schema.Messages[f.Of], item); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

func isID(f *wire.Field) bool {
	name := strings.TrimSuffix(f.Name, "s")
	return f.Kind == "string" && !f.Keyed && (name == "id" || strings.HasSuffix(name, "Id")) && !slices.Contains(foreignIDs, f.Name)
}

// misshapen is the refusal of an id, in the words of the server's own checks.
func misshapen(message, field string) error {
	return refused("invalid %s.%s: value does not match regex pattern %q", message[strings.LastIndex(message, ".")+1:], field, idPattern)
}

// camel is a name of a field as the server's checks write it.
func camel(name string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(name, "_") {
		if part != "" {
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return b.String()
}
