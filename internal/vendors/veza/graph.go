package veza

import (
	"context"
	"iter"
	"time"
)

// nodesPath keeps its colon as it is (docs/vendors/veza-api.md#ids).
const nodesPath = "/api/v1/assessments/query_spec:nodes"

// node is an entity of the access graph (docs/vendors/veza-api.md#post-apiv1assessmentsquery_specnodes).
type node struct {
	ID         string         `json:"id"`
	Type       string         `json:"type"`
	Properties map[string]any `json:"properties"`
}

func (n node) text(property string) string {
	text, _ := n.Properties[property].(string)
	return text
}

func (n node) name() string { return n.text("name") }

// nodeQuery asks for the nodes of a type, and of a name where one is given
// (docs/vendors/veza-api.md#post-apiv1assessmentsquery_specnodes).
type nodeQuery struct {
	QueryType   string      `json:"query_type"`
	SourceNodes sourceNodes `json:"source_node_types"`
}

type sourceNodes struct {
	Nodes []sourceNode `json:"nodes"`
}

type sourceNode struct {
	Type      string         `json:"node_type"`
	Condition *nodeCondition `json:"condition_expression,omitempty"`
}

type nodeCondition struct {
	Specs []nodeSpec `json:"specs"`
}

type nodeSpec struct {
	Property string `json:"property"`
	Value    string `json:"value"`
}

// nodes queries the graph. Only those of the type, and of exactly the name if one is given,
// are handed out: that a bare condition means equality is inferred
// (docs/vendors/veza-api.md#post-apiv1assessmentsquery_specnodes).
func nodes(ctx context.Context, a api, entityType, name string, since *time.Time) iter.Seq2[row[node], error] {
	asked := sourceNode{Type: entityType}
	if name != "" {
		asked.Condition = &nodeCondition{Specs: []nodeSpec{{Property: "name", Value: name}}}
	}
	body := nodeQuery{QueryType: "SOURCE_TO_DESTINATION", SourceNodes: sourceNodes{Nodes: []sourceNode{asked}}}
	all := list[node](ctx, a, query{path: nodesPath, search: body, paged: true}, since)
	return func(yield func(row[node], error) bool) {
		for r, err := range all {
			if err != nil {
				yield(r, err)
				return
			}
			if r.item.Type != entityType || r.item.ID == "" || name != "" && r.item.name() != name {
				continue
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}
