package kinds

import (
	"fmt"
	"math/rand"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// draw sets fields below v at random, as the schema admits them, with ids in place of names and of objects.
func draw(r *rand.Rand, v reflect.Value) {
	switch some := r.Intn(3) > 0; v.Kind() {
	case reflect.Pointer:
		if some {
			v.Set(reflect.New(v.Type().Elem()))
			draw(r, v.Elem())
		}
	case reflect.Slice:
		if some && v.Type().Elem().Kind() != reflect.Uint8 {
			v.Set(reflect.MakeSlice(v.Type(), r.Intn(3), 3))
			for i := range v.Len() {
				draw(r, v.Index(i))
			}
		}
	case reflect.Map:
		if some {
			v.Set(reflect.MakeMap(v.Type()))
			v.SetMapIndex(reflect.ValueOf("k").Convert(v.Type().Key()), reflect.ValueOf(fmt.Sprint("v", r.Intn(9))).Convert(v.Type().Elem()))
		}
	case reflect.Struct:
		drawStruct(r, v)
	case reflect.String:
		text := fmt.Sprint("t", r.Intn(9))
		switch v.Interface().(type) {
		case v1alpha1.Duration, v1alpha1.GrantDuration:
			text = []string{"1d", "90m", "1h", "720h"}[r.Intn(4)]
		case v1alpha1.Timestamp:
			text = []string{"2030-01-02T03:04:05Z", "2030-01-02T03:04:05.5+02:00"}[r.Intn(2)]
		}
		if some {
			v.SetString(text)
		}
	case reflect.Int32, reflect.Int64:
		v.SetInt(int64(r.Intn(100)))
	case reflect.Bool:
		v.SetBool(some)
	default:
		panic("no field of a spec is " + v.Kind().String())
	}
}

func drawStruct(r *rand.Rand, v reflect.Value) {
	id := fmt.Sprint("id-", r.Intn(9))
	switch ref := v.Addr().Interface().(type) {
	case *v1alpha1.NamedRef:
		ref.ID = id
	case *v1alpha1.OptionalRef:
		if ref.ID = id; r.Intn(3) == 0 {
			*ref = v1alpha1.OptionalRef{None: &v1alpha1.Marker{}}
		}
	case *v1alpha1.UserRef:
		ref.ID = id
	case *v1alpha1.ProfileRef:
		ref.ID = id
	case *v1alpha1.ReviewRef:
		ref.ID = id
	case *v1alpha1.EntitlementRef:
		ref.App, ref.ID = &v1alpha1.NamedRef{ID: "app-" + id}, "Group/"+id
	case *v1alpha1.ConductorOneResource:
		ref.ID, ref.Type.ID = id, "type-"+id
	case *v1alpha1.LocalObjectRef:
		ref.Name = id
	case *v1alpha1.ReviewStart:
		if ref.Mode = []v1alpha1.StartMode{v1alpha1.StartManual, v1alpha1.StartImmediate, v1alpha1.StartScheduled}[r.Intn(3)]; ref.Mode == v1alpha1.StartScheduled {
			ref.At = v1alpha1.Timestamp(fmt.Sprintf("20%d0-01-02T03:04:05Z", r.Intn(4)+1))
		}
	case *v1alpha1.ReviewClose:
		if ref.Mode = []v1alpha1.CloseMode{v1alpha1.CloseManual, v1alpha1.CloseAutomatic}[r.Intn(2)]; ref.Mode == v1alpha1.CloseAutomatic && r.Intn(2) == 0 {
			ref.Undecided = v1alpha1.UndecidedRevoke
		}
	default:
		for i := range v.NumField() {
			draw(r, v.Field(i))
		}
	}
}

// oneBlock leaves at most one vendor's block in a spec, as the schema does.
func oneBlock(r *rand.Rand, spec reflect.Value, blocks []backend.Block) {
	keep := r.Intn(len(blocks) + 1)
	for i, b := range blocks {
		if i == keep {
			continue
		}
		for j := range spec.NumField() {
			if name, _, _ := strings.Cut(spec.Type().Field(j).Tag.Get("json"), ","); name == b.BlockName() {
				spec.Field(j).SetZero()
			}
		}
	}
}

// comesBack draws specs, and turns them into a model, into a spec and into a model again.
func comesBack[O reference.Managed, S, M any](t *testing.T, tr *Translation[O, S, M], obj func() O) {
	t.Helper()
	r := rand.New(rand.NewSource(1))
	desire := func(spec S) (M, string) {
		o := obj()
		*tr.spec(o) = spec
		return tr.Desire(o, reference.NewResolver(t.Context(), cluster{}, o, "tenant", nil))
	}
	leaves := 0
	for range 4000 {
		var spec S
		draw(r, reflect.ValueOf(&spec).Elem())
		oneBlock(r, reflect.ValueOf(&spec).Elem(), tr.Blocks())
		first, parent := desire(spec)
		second := tr.Declare(first, parent, unnamed{})
		again, parentAgain := desire(second)
		if diff := cmp.Diff(first, again); diff != "" || parent != parentAgain {
			t.Fatalf("the model (-first +again), in %q and %q:\n%s\nthe spec:\n%s", parent, parentAgain, diff, cmp.Diff(spec, second))
		}
		if diff := cmp.Diff(second, tr.Declare(again, parent, unnamed{})); diff != "" {
			t.Fatalf("the spec (-first +again):\n%s", diff)
		}
		leaves += len(backend.Fields(&first))
	}
	if leaves < 20_000 {
		t.Errorf("only %d fields were compared", leaves)
	}
}

func TestAModelIsDeclaredByASpec(t *testing.T) {
	comesBack(t, Entitlements, func() *v1alpha1.AppEntitlement { return &v1alpha1.AppEntitlement{} })
	comesBack(t, Profiles, func() *v1alpha1.AccessProfile { return &v1alpha1.AccessProfile{} })
	comesBack(t, Reviews, func() *v1alpha1.AccessReview { return &v1alpha1.AccessReview{} })
}
