// Package rbac holds the rights of the manager, for commands that ask whether it has them.
package rbac

import _ "embed"

// Role is what the manager needs wherever it works, and LeaderElection what it needs in its own namespace.
var (
	//go:embed role.yaml
	Role []byte
	//go:embed leader_election_role.yaml
	LeaderElection []byte
)
