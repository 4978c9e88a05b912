package testenv

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

// OperatorNamespace is where an installation has its manager, and its lease and the Secrets of cluster backends.
const OperatorNamespace = "governance-operator-system"

// managerAccount is the manager's ServiceAccount in config/rbac, and system the namespace of what is there.
const (
	managerAccount = "controller-manager"
	system         = "system"
)

// Role is a Role or a ClusterRole of config/rbac.
type Role struct {
	Name string
	// Namespace is empty where the rules hold everywhere.
	Namespace string
	Rules     []rbacv1.PolicyRule
}

// ReadRole reads a role from a file in config/rbac.
func ReadRole(file string) (Role, error) {
	found := &rbacv1.Role{} // A ClusterRole has no field more that is used here.
	if err := readRBAC(file, found); err != nil {
		return Role{}, err
	}
	if found.Namespace == system {
		found.Namespace = OperatorNamespace
	}
	return Role{Name: found.Name, Namespace: found.Namespace, Rules: found.Rules}, nil
}

// ManagerRoles are the roles that an installation binds to the manager's ServiceAccount.
func ManagerRoles() ([]Role, error) {
	root, err := repositoryRoot()
	if err != nil {
		return nil, err
	}
	paths, err := filepath.Glob(filepath.Join(root, "config", "rbac", "*role.yaml"))
	if err != nil {
		return nil, err
	}
	bound, err := boundRoles(root)
	if err != nil {
		return nil, err
	}
	var roles []Role
	for _, path := range paths {
		role, err := ReadRole(filepath.Base(path))
		if err != nil {
			return nil, err
		}
		if bound[role.Name] {
			roles = append(roles, role)
			delete(bound, role.Name)
		}
	}
	if len(roles) == 0 || len(bound) > 0 {
		return nil, fmt.Errorf("config/rbac binds roles to the manager that it does not have: %v", bound)
	}
	return roles, nil
}

// boundRoles names the roles of the manager's bindings.
func boundRoles(root string) (map[string]bool, error) {
	paths, err := filepath.Glob(filepath.Join(root, "config", "rbac", "*_binding.yaml"))
	if err != nil {
		return nil, err
	}
	bound := map[string]bool{}
	for _, path := range paths {
		binding := &rbacv1.RoleBinding{}
		if err := readRBAC(filepath.Base(path), binding); err != nil {
			return nil, err
		}
		for _, subject := range binding.Subjects {
			if subject.Kind == rbacv1.ServiceAccountKind && subject.Name == managerAccount {
				bound[binding.RoleRef.Name] = true
			}
		}
	}
	return bound, nil
}

func readRBAC(file string, into any) error {
	root, err := repositoryRoot()
	if err != nil {
		return err
	}
	raw, err := os.ReadFile(filepath.Join(root, "config", "rbac", file))
	if err != nil {
		return fmt.Errorf("reading a role (make manifests makes it): %w", err)
	}
	if err := yaml.UnmarshalStrict(raw, into); err != nil {
		return fmt.Errorf("reading config/rbac/%s: %w", file, err)
	}
	return nil
}

// Grant makes roles and binds them to somebody. What is there already stays as it is.
func (e *Environment) Grant(ctx context.Context, subject rbacv1.Subject, roles ...Role) error {
	for _, role := range roles {
		for _, object := range granted(role, subject) {
			if err := client.IgnoreAlreadyExists(e.Client.Create(ctx, object)); err != nil {
				return fmt.Errorf("granting %s to %s: %w", role.Name, subject.Name, err)
			}
		}
	}
	return nil
}

// granted are a role and its binding to somebody.
func granted(role Role, to rbacv1.Subject) []client.Object {
	about := metav1.ObjectMeta{Namespace: role.Namespace, Name: role.Name}
	binding := metav1.ObjectMeta{Namespace: role.Namespace, Name: role.Name + ":" + to.Name}
	if role.Namespace != "" {
		return []client.Object{
			&rbacv1.Role{ObjectMeta: about, Rules: role.Rules},
			&rbacv1.RoleBinding{ObjectMeta: binding, RoleRef: refer("Role", role), Subjects: []rbacv1.Subject{to}},
		}
	}
	return []client.Object{
		&rbacv1.ClusterRole{ObjectMeta: about, Rules: role.Rules},
		&rbacv1.ClusterRoleBinding{ObjectMeta: binding, RoleRef: refer("ClusterRole", role), Subjects: []rbacv1.Subject{to}},
	}
}

func refer(kind string, role Role) rbacv1.RoleRef {
	return rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: kind, Name: role.Name}
}

// ManagerKubeconfig makes the operator's namespace, and there a ServiceAccount with exactly the rights of an
// installation; it returns a kubeconfig of that account.
func (e *Environment) ManagerKubeconfig(ctx context.Context) (string, error) {
	roles, err := ManagerRoles()
	if err != nil {
		return "", err
	}
	for _, object := range []client.Object{
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: OperatorNamespace}},
		&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: OperatorNamespace, Name: managerAccount}},
	} {
		if err := client.IgnoreAlreadyExists(e.Client.Create(ctx, object)); err != nil {
			return "", fmt.Errorf("making the manager's account: %w", err)
		}
	}
	if err := e.Grant(ctx, rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Namespace: OperatorNamespace, Name: managerAccount}, roles...); err != nil {
		return "", err
	}
	return e.KubeconfigFile(ManagerUser, "system:serviceaccounts", "system:serviceaccounts:"+OperatorNamespace)
}

// ManagerUser is the manager's account as the API server names it.
const ManagerUser = "system:serviceaccount:" + OperatorNamespace + ":" + managerAccount
