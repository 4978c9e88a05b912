// Package internal_test keeps the floors of the house: imports go down, or sideways
// only where the table draws them.
package internal_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/governance-operator/governance-operator/"

// floor says what the packages of a folder may import from this repository.
type floor struct {
	// folder of the package; "*" stands for any name.
	folder string
	// imports are the folders that its code may import; its own is not said.
	imports []string
	// tests may import these as well, and testenv and backendtest besides.
	tests []string
	// kubernetes: the package may import k8s.io and sigs.k8s.io.
	kubernetes bool
	// support: the package is there for tests, and no other package's code may import it.
	support bool
}

// floors is the house, from the ground up; the first line that fits a folder counts.
// A new package needs a line here, on the lowest floor that will do.
var floors = []floor{
	{folder: "api/v1alpha1/reasons"},
	{folder: "api/v1alpha1", imports: []string{"api/v1alpha1/reasons"}, kubernetes: true},
	{folder: "internal/backend", tests: []string{"internal/vendors/*"}},
	{folder: "internal/rehearsal", imports: []string{"internal/backend"}, tests: []string{"internal/backend/backendtest"}},
	{folder: "internal/backend/backendtest", imports: []string{"internal/backend"}, tests: []string{"internal/vendors/*"}, support: true},
	{folder: "internal/sandbox", tests: []string{"internal/sandbox/*"}},
	{folder: "internal/sandbox/wire", imports: []string{"internal/sandbox"}},
	{folder: "internal/sandbox/sandboxtest", imports: []string{"internal/sandbox"}, support: true},
	{folder: "internal/sandbox/sandboxes", imports: []string{"internal/sandbox", "internal/sandbox/*"}},
	{folder: "internal/sandbox/*", imports: []string{"internal/sandbox", "internal/sandbox/wire"}, tests: []string{"internal/sandbox/sandboxtest"}},
	{folder: "internal/expression"},
	{folder: "internal/testenv", imports: []string{"api/v1alpha1"}, kubernetes: true},

	{folder: "internal/vendors/rest", imports: []string{"internal/backend"}},
	{folder: "internal/vendors/plain", imports: []string{"internal/backend"}},
	{folder: "internal/vendors/rows", imports: []string{"internal/backend"}},
	{folder: "internal/vendors/probe", imports: []string{"internal/backend", "internal/vendors/rest"}},
	{folder: "internal/vendors/vendortest", imports: []string{"internal/backend", "internal/backend/backendtest", "internal/sandbox"}, support: true},
	{folder: "internal/vendors/*", imports: []string{"internal/backend", "internal/vendors/plain", "internal/vendors/probe", "internal/vendors/rest", "internal/vendors/rows"}, tests: []string{
		"internal/engine/enginetest", "internal/sandbox", "internal/sandbox/*", "internal/vendors/vendortest",
	}},
	{folder: "internal/tenantcheck", imports: []string{"internal/backend", "internal/vendors/probe", "internal/vendors/rest"}, tests: []string{
		"internal/expression", "internal/sandbox", "internal/sandbox/*", "internal/vendors", "internal/vendors/*",
	}},
	{folder: "internal/telemetry", imports: []string{"internal/backend"}, kubernetes: true},
	{folder: "internal/lookup", imports: []string{"internal/backend"}},
	{folder: "internal/bounds", kubernetes: true},
	{folder: "internal/lease", kubernetes: true},
	{folder: "internal/queue", kubernetes: true},

	{folder: "internal/reference", imports: []string{"api/v1alpha1", "internal/backend"}, kubernetes: true},
	{folder: "internal/mapping", imports: []string{"api/v1alpha1", "internal/backend", "internal/expression", "internal/reference"}},
	// Each vendor's part of the API types, beside its driver.
	{folder: "internal/vendors/*/spec", imports: []string{"api/v1alpha1", "internal/backend", "internal/expression", "internal/mapping", "internal/reference", "internal/vendors/*"}, kubernetes: true},
	{folder: "internal/vendors", imports: []string{"internal/backend", "internal/mapping", "internal/vendors/*", "internal/vendors/*/spec"}},
	{folder: "internal/engine/decision", imports: []string{"api/v1alpha1/reasons"}},
	{folder: "internal/engine/safety", kubernetes: true},
	{folder: "internal/engine/shares", imports: []string{"internal/backend", "internal/queue"}, kubernetes: true},
	{folder: "internal/engine/claims", imports: []string{"api/v1alpha1"}, kubernetes: true},
	{folder: "internal/engine/metrics", kubernetes: true},
	{folder: "internal/engine/waiting", kubernetes: true},
	{folder: "internal/engine/vendorclock", tests: []string{"internal/engine/snapshot"}},
	{folder: "internal/engine/managed", imports: []string{
		"api/v1alpha1", "internal/backend", "internal/engine/claims", "internal/engine/decision", "internal/engine/safety", "internal/reference",
	}, kubernetes: true},
	{folder: "internal/engine/snapshot", imports: []string{"internal/backend", "internal/engine/managed"}, kubernetes: true},
	{folder: "internal/engine/nametable", imports: []string{"internal/backend", "internal/engine/claims", "internal/engine/snapshot"}, kubernetes: true},
	{folder: "internal/engine/fleet", imports: []string{
		"api/v1alpha1", "internal/backend", "internal/engine/claims", "internal/engine/managed", "internal/engine/metrics", "internal/engine/nametable", "internal/engine/safety",
		"internal/engine/shares", "internal/engine/snapshot", "internal/engine/vendorclock", "internal/engine/waiting", "internal/reference",
	}, kubernetes: true},
	// The steps of a pass: each knows those before it, and none that comes after.
	{folder: "internal/engine/gather", imports: []string{
		"api/v1alpha1", "internal/backend", "internal/engine/claims", "internal/engine/decision", "internal/engine/fleet", "internal/engine/managed", "internal/engine/nametable",
		"internal/engine/safety", "internal/engine/shares", "internal/engine/snapshot", "internal/reference",
	}, kubernetes: true},
	{folder: "internal/engine/report", imports: []string{
		"api/v1alpha1", "internal/backend", "internal/engine/decision", "internal/engine/gather", "internal/engine/managed", "internal/reference",
	}, kubernetes: true},
	{folder: "internal/engine/act", imports: []string{
		"api/v1alpha1", "internal/backend", "internal/engine/decision", "internal/engine/fleet", "internal/engine/gather", "internal/engine/managed", "internal/engine/report",
		"internal/engine/vendorclock", "internal/reference",
	}, kubernetes: true},
	{folder: "internal/engine/reasonstest", support: true},
	{folder: "internal/engine/status", imports: []string{
		"api/v1alpha1", "internal/backend", "internal/bounds", "internal/engine/act", "internal/engine/decision", "internal/engine/fleet", "internal/engine/managed",
		"internal/engine/metrics", "internal/engine/report", "internal/reference",
	}, tests: []string{"internal/engine/gather", "internal/engine/reasonstest"}, kubernetes: true},
	// Tests of the engine drive it with a real kind.
	{folder: "internal/engine", imports: []string{
		"internal/backend", "internal/engine/act", "internal/engine/decision", "internal/engine/fleet", "internal/engine/gather", "internal/engine/managed", "internal/engine/report",
		"internal/engine/shares", "internal/engine/status", "internal/queue",
	}, tests: []string{"internal/bounds", "internal/engine/reasonstest", "internal/engine/safety", "internal/kinds", "internal/lookup", "internal/reference", "internal/vendors/*"}, kubernetes: true},
	// Drivers' tests drive it through the engine.
	{folder: "internal/engine/enginetest", imports: []string{
		"api/v1alpha1", "internal/backend", "internal/backend/backendtest", "internal/engine", "internal/engine/fleet", "internal/engine/managed", "internal/engine/safety", "internal/reference", "internal/rehearsal",
		"internal/sandbox", "internal/vendors/vendortest",
	}, kubernetes: true, support: true},
	{folder: "internal/sweep", imports: []string{"internal/backend", "internal/engine/fleet", "internal/engine/managed", "internal/engine/metrics", "internal/queue"}, kubernetes: true},
	{folder: "internal/tenancy", imports: []string{
		"api/v1alpha1", "internal/backend", "internal/engine/managed", "internal/engine/safety", "internal/lookup", "internal/queue", "internal/reference", "internal/sweep", "internal/vendors",
	}, kubernetes: true},
	{folder: "internal/kinds", imports: []string{
		"api/v1alpha1", "internal/backend", "internal/engine/managed", "internal/expression", "internal/mapping", "internal/reference", "internal/vendors",
	}, tests: []string{"config/crd", "internal/sandbox", "internal/sandbox/*", "internal/vendors/*"}, kubernetes: true},

	{folder: "internal/controller", imports: []string{
		"api/v1alpha1", "internal/backend", "internal/bounds", "internal/engine", "internal/engine/decision", "internal/engine/fleet", "internal/engine/managed", "internal/engine/metrics", "internal/engine/safety",
		"internal/engine/shares", "internal/engine/status", "internal/kinds", "internal/queue", "internal/reference", "internal/sweep", "internal/telemetry", "internal/tenancy",
	}, tests: []string{"internal/expression", "internal/inspect", "internal/lease", "internal/lookup", "internal/sandbox", "internal/sandbox/*", "internal/vendors", "internal/vendors/*"}, kubernetes: true},
	{folder: "internal/webhook/webhooktest", imports: []string{"api/v1alpha1"}, kubernetes: true, support: true},
	{folder: "internal/webhook", imports: []string{
		"api/v1alpha1", "internal/backend", "internal/controller", "internal/engine/managed", "internal/kinds", "internal/reference", "internal/tenancy",
	}, tests: []string{"internal/vendors", "internal/webhook/webhooktest"}, kubernetes: true},

	{folder: "internal/plan", imports: []string{
		"api/v1alpha1", "internal/backend", "internal/engine", "internal/engine/fleet", "internal/engine/managed", "internal/engine/safety", "internal/kinds", "internal/reference", "internal/rehearsal",
		"internal/tenancy",
	}, tests: []string{"internal/controller", "internal/sandbox", "internal/sandbox/*", "internal/vendors", "internal/vendors/*"}, kubernetes: true},
	{folder: "internal/validate", imports: []string{"api/v1alpha1", "config/admission", "config/crd", "internal/backend", "internal/reference", "internal/webhook"}, tests: []string{"internal/vendors", "internal/webhook/webhooktest"}, kubernetes: true},

	{folder: "internal/inspect", imports: []string{"api/v1alpha1", "docs", "internal/backend", "internal/engine/decision", "internal/engine/managed", "internal/reference"}, tests: []string{"internal/engine/reasonstest"}, kubernetes: true},

	{folder: "internal/doctor", imports: []string{"api/v1alpha1", "config/crd", "config/rbac"}, kubernetes: true},

	{folder: "internal/bundle", imports: []string{"api/v1alpha1", "config/crd", "docs", "internal/doctor"}, kubernetes: true},
	{folder: "internal/inventory", imports: []string{"api/v1alpha1", "internal/backend", "internal/engine/managed", "internal/reference", "internal/tenancy"}, tests: []string{
		"internal/sandbox", "internal/sandbox/*", "internal/vendors", "internal/vendors/*",
	}, kubernetes: true},
	{folder: "internal/importing", imports: []string{
		"api/v1alpha1", "internal/backend", "internal/inventory", "internal/kinds", "internal/mapping", "internal/reference", "internal/tenancy",
	}, tests: []string{
		"internal/controller", "internal/engine", "internal/engine/fleet", "internal/engine/managed", "internal/engine/safety", "internal/expression", "internal/plan", "internal/sandbox", "internal/sandbox/*", "internal/validate",
		"internal/vendors", "internal/vendors/*",
	}, kubernetes: true},

	{folder: "cmd/governance", imports: []string{
		"api/v1alpha1", "internal/backend", "internal/bundle", "internal/controller", "internal/doctor", "internal/engine/managed", "internal/engine/safety", "internal/importing", "internal/inspect", "internal/inventory", "internal/plan",
		"internal/reference", "internal/tenancy", "internal/tenantcheck", "internal/validate", "internal/vendors", "internal/vendors/probe",
	}, tests: []string{"internal/sandbox", "internal/sandbox/*"}, kubernetes: true},
	{folder: "cmd/manager", imports: []string{"api/v1alpha1", "internal/controller", "internal/engine/managed", "internal/lease", "internal/telemetry", "internal/vendors", "internal/webhook"}, kubernetes: true},
	{folder: "cmd/sandbox", imports: []string{"internal/expression", "internal/sandbox", "internal/sandbox/sandboxes"}},
}

// always may be imported by every test.
var always = []string{"api/v1alpha1", "internal/backend/backendtest", "internal/testenv"}

// nothing says what a package is for if these are its name.
var banned = []string{"common", "helper", "helpers", "misc", "pkg", "shared", "types", "util", "utils"}

// imports are what the files of one folder import, code and tests apart.
type imports struct{ code, tests map[string]bool }

func TestImportsGoDown(t *testing.T) {
	house := readHouse(t)
	if len(house) < 15 {
		t.Fatalf("only %d packages found: the test looks in the wrong place", len(house))
	}
	for _, folder := range slices.Sorted(maps.Keys(house)) {
		at := slices.IndexFunc(floors, func(f floor) bool { return fits(f.folder, folder) })
		if at < 0 {
			t.Errorf("%s stands on no floor: add a line to the table in internal/floors_test.go", folder)
			continue
		}
		f := floors[at]
		for _, path := range slices.Sorted(maps.Keys(house[folder].code)) {
			why := f.refuses(folder, path, f.imports)
			if isSupport(path) && !f.support {
				why = "it is there for tests"
			}
			if why != "" {
				t.Errorf("%s imports %s: %s", folder, path, why)
			}
		}
		for _, path := range slices.Sorted(maps.Keys(house[folder].tests)) {
			if why := f.refuses(folder, path, slices.Concat(f.imports, f.tests, always)); why != "" {
				t.Errorf("a test of %s imports %s: %s", folder, path, why)
			}
		}
	}
}

func TestPackagesAreNamedAfterWhatTheyHold(t *testing.T) {
	for folder := range readHouse(t) {
		for part := range strings.SplitSeq(folder, "/") {
			if slices.Contains(banned, part) {
				t.Errorf("%s: %q says nothing about what is inside", folder, part)
			}
		}
	}
}

// TestTheGroundFloorIsWhatItSays guards the table itself.
func TestTheGroundFloorIsWhatItSays(t *testing.T) {
	for _, f := range floors {
		ground := f.folder == "internal/backend" || strings.HasPrefix(f.folder, "internal/vendors/") && f.folder != "internal/vendors/*/spec" || strings.HasPrefix(f.folder, "internal/sandbox")
		if !ground {
			continue
		}
		if f.kubernetes || slices.Contains(f.imports, "api/v1alpha1") {
			t.Errorf("%s must know no cluster", f.folder)
		}
		if f.support {
			continue // What drivers' tests share knows both sides, as those tests do.
		}
		for _, other := range f.imports {
			if strings.HasPrefix(f.folder, "internal/vendors") && strings.HasPrefix(other, "internal/sandbox") ||
				strings.HasPrefix(f.folder, "internal/sandbox") && strings.HasPrefix(other, "internal/vendors") {
				t.Errorf("%s and %s must not know each other: a misreading would agree with itself", f.folder, other)
			}
		}
	}
	for _, f := range floors {
		if strings.HasPrefix(f.folder, "internal/engine") && !f.support && slices.ContainsFunc(f.imports, func(p string) bool {
			return strings.HasPrefix(p, "internal/vendors") || p == "internal/controller" || p == "internal/kinds" || p == "internal/tenancy"
		}) {
			t.Errorf("the engine must know no vendor, controller or tenancy")
		}
	}
}

func isSupport(folder string) bool {
	return slices.ContainsFunc(floors, func(f floor) bool { return f.support && f.folder == folder })
}

// refuses says why folder may not import path, empty if it may.
func (f floor) refuses(folder, path string, allowed []string) string {
	if path == "k8s.io" || path == "sigs.k8s.io" {
		if !f.kubernetes {
			return "this floor knows no Kubernetes"
		}
		return ""
	}
	if path == folder || slices.ContainsFunc(allowed, func(a string) bool { return fits(a, path) }) {
		return ""
	}
	return "it is above this floor, or beside it where nothing is drawn (see the table in internal/floors_test.go)"
}

func fits(pattern, folder string) bool {
	ok, err := path.Match(pattern, folder)
	return ok && err == nil
}

// readHouse reads the imports of every package, those of this repository by their
// folder and those of Kubernetes by their host.
func readHouse(t *testing.T) map[string]imports {
	t.Helper()
	house := map[string]imports{}
	for _, root := range []string{"api", "cmd", "internal"} {
		err := filepath.WalkDir(filepath.Join("..", root), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" || filepath.Dir(path) == filepath.Join("..", "internal") {
				return err
			}
			folder := filepath.ToSlash(strings.TrimPrefix(filepath.Dir(path), ".."+string(os.PathSeparator)))
			if _, ok := house[folder]; !ok {
				house[folder] = imports{map[string]bool{}, map[string]bool{}}
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
			if err != nil {
				return err
			}
			into := house[folder].code
			if strings.HasSuffix(path, "_test.go") {
				into = house[folder].tests
			}
			for _, spec := range file.Imports {
				name, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					return err
				}
				if ours, ok := strings.CutPrefix(name, module); ok {
					into[ours] = true
				} else if host, _, _ := strings.Cut(name, "/"); host == "k8s.io" || host == "sigs.k8s.io" {
					into[host] = true
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return house
}
