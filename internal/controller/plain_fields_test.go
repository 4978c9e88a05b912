package controller

import (
	"fmt"
	"math/rand"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/mapping"
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
		ref.App, ref.ID = &v1alpha1.NamedRef{ID: "app-" + id}, id
	default:
		for i := range v.NumField() {
			draw(r, v.Field(i))
		}
	}
}

// unnamed knows no names and no objects.
type unnamed struct{}

func (unnamed) Name(backend.Name, string) string        { return "" }
func (unnamed) Object(kind, parentID, id string) string { return "" }

// comesBack draws specs, and turns their plain fields into a model, into a spec and into a model again.
func comesBack[S, M any](t *testing.T, plan *mapping.Plan[S, M], obj reference.Managed) {
	t.Helper()
	r := rand.New(rand.NewSource(1))
	model := func(spec *S) (m M) {
		resolver := reference.NewResolver(t.Context(), nil, obj, "", nil)
		plan.ToModel(spec, &m, resolver)
		if problems := resolver.Problems(); len(problems) > 0 {
			t.Fatalf("%T: %v", *spec, problems)
		}
		return m
	}
	leaves := 0
	for range 3000 {
		var spec, second, third S
		draw(r, reflect.ValueOf(&spec).Elem())
		first := model(&spec)
		plan.ToSpec(&first, &second, unnamed{})
		again := model(&second)
		if diff := cmp.Diff(first, again); diff != "" {
			t.Fatalf("the model (-first +again):\n%s", diff)
		}
		plan.ToSpec(&again, &third, unnamed{})
		if diff := cmp.Diff(second, third); diff != "" {
			t.Fatalf("the spec (-first +again):\n%s", diff)
		}
		leaves += len(backend.Fields(&first))
	}
	if leaves < 10_000 {
		t.Errorf("only %d fields were compared", leaves)
	}
}

// TestPlainFieldsComeBack: what is mapped by its declaration goes both ways without a loss.
func TestPlainFieldsComeBack(t *testing.T) {
	comesBack(t, entitlementPlan, &v1alpha1.AppEntitlement{})
	comesBack(t, profilePlan, &v1alpha1.AccessProfile{})
	comesBack(t, reviewPlan, &v1alpha1.AccessReview{})
}
