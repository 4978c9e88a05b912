// Package argocd_test tries what Argo CD and Flux make of the operator's objects: the scripts of
// config/argocd in a Lua machine opened as Argo CD opens it for argocd-cm, and kstatus, over the same
// recorded objects. The recordings are made, and compared on every run, by internal/controller.
package argocd_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

var update = flag.Bool("update", false, "write messages, outputs of actions and argocd-cm.yaml anew")

const (
	folder = "../../config/argocd"
	group  = "governance-operator.io"
)

var kinds = []string{
	v1alpha1.KindAppEntitlement, v1alpha1.KindAccessProfile, v1alpha1.KindAccessReview,
	v1alpha1.KindGovernanceBackend, v1alpha1.KindClusterGovernanceBackend,
}

// of is the folder of a kind.
func of(kind string, parts ...string) string {
	return filepath.Join(append([]string{folder, "resource_customizations", group, kind}, parts...)...)
}

// now is the time in the scripts: that which upstream's tests put in place of every time.
var now = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)

// safeOS is all that argocd-cm scripts have of the module os, and they have to require it.
var safeOS = map[string]lua.LGFunction{
	"time": func(l *lua.LState) int {
		l.Push(lua.LNumber(now.Unix()))
		return 1
	},
	"date": func(l *lua.LState) int {
		format := l.CheckString(1)
		if !strings.HasPrefix(format, "!") {
			l.RaiseError("os.date in the time zone of the server: %s", format)
		}
		out := strings.NewReplacer("%Y", now.Format("2006"), "%m", now.Format("01"), "%d", now.Format("02"),
			"%H", now.Format("15"), "%M", now.Format("04"), "%S", now.Format("05")).Replace(format[1:])
		if strings.Contains(out, "%") {
			l.RaiseError("os.date does not know all of %s", format)
		}
		l.Push(lua.LString(out))
		return 1
	},
}

// execute runs a script on an object as Argo CD does, and returns what it returned.
func execute(object map[string]any, script string) (any, error) {
	l := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer l.Close()
	for name, open := range map[string]lua.LGFunction{lua.LoadLibName: lua.OpenPackage, lua.BaseLibName: lua.OpenBase, lua.TabLibName: lua.OpenTable} {
		if err := l.CallByParam(lua.P{Fn: l.NewFunction(open), Protect: true}, lua.LString(name)); err != nil {
			return nil, err
		}
	}
	l.PreloadModule("os", func(l *lua.LState) int {
		l.Push(l.SetFuncs(l.NewTable(), safeOS))
		return 1
	})
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	l.SetContext(ctx)
	l.SetGlobal("obj", toLua(l, object))
	if err := l.DoString(script); err != nil {
		return nil, err
	}
	return fromLua(l.Get(-1), object), nil
}

func toLua(l *lua.LState, value any) lua.LValue {
	switch v := value.(type) {
	case bool:
		return lua.LBool(v)
	case string:
		return lua.LString(v)
	case int64:
		return lua.LNumber(v)
	case float64:
		return lua.LNumber(v)
	case []any:
		table := l.CreateTable(len(v), 0)
		for _, one := range v {
			table.Append(toLua(l, one))
		}
		return table
	case map[string]any:
		table := l.CreateTable(0, len(v))
		for key, one := range v {
			table.RawSetString(key, toLua(l, one))
		}
		return table
	}
	return lua.LNil
}

// fromLua needs what was there before: Lua cannot tell an empty list from an empty object.
func fromLua(value lua.LValue, before any) any {
	switch v := value.(type) {
	case lua.LBool:
		return bool(v)
	case lua.LString:
		return string(v)
	case lua.LNumber:
		if float64(v) == float64(int64(v)) {
			return int64(v)
		}
		return float64(v)
	case *lua.LTable:
		was, _ := before.(map[string]any)
		list, isList := before.([]any)
		if n := v.Len(); n > 0 || isList {
			out := make([]any, n)
			for i := range out {
				var one any
				if i < len(list) {
					one = list[i]
				}
				out[i] = fromLua(v.RawGetInt(i+1), one)
			}
			return out
		}
		out := map[string]any{}
		v.ForEach(func(key, one lua.LValue) { out[key.String()] = fromLua(one, was[key.String()]) })
		return out
	}
	return nil
}

func read(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// object reads a recorded object.
func object(t *testing.T, path string) *unstructured.Unstructured {
	t.Helper()
	raw, err := yaml.YAMLToJSON([]byte(read(t, path)))
	if err != nil {
		t.Fatal(err)
	}
	u := &unstructured.Unstructured{}
	if err := u.UnmarshalJSON(raw); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return u
}

// states are the recorded states of a kind.
func states(t *testing.T, kind string) (out []string) {
	t.Helper()
	files, err := filepath.Glob(of(kind, "testdata", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		out = append(out, strings.TrimSuffix(filepath.Base(path), ".yaml"))
	}
	return out
}

func TestScriptsHaveOnlyWhatArgoCDGivesThem(t *testing.T) {
	for _, script := range []string{
		`return string.format("%d", 1)`, `return ("x"):upper()`, `return math.floor(1)`, `return os.date()`, `return io.open("/etc/passwd")`,
		`return require("os").getenv("HOME")`, `while true do end`,
	} {
		if got, err := execute(map[string]any{}, script); err == nil {
			t.Errorf("%s returned %v", script, got)
		}
	}
	if got, err := execute(map[string]any{"list": []any{}}, `table.sort({}); obj.list[1] = tostring(1); return obj`); err != nil || fmt.Sprint(got) != "map[list:[1]]" {
		t.Errorf("got %v, %v", got, err)
	}
}
