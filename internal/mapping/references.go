package mapping

import (
	"fmt"
	"reflect"
	"strings"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// maybe is a translator, or why there is none.
type maybe struct {
	translator
	err error
}

// references finds out how a field that points to something becomes an id, or several; false where it points to nothing.
//
// A NamedRef or an OptionalRef says in its tag what it names: `names:"Policy,Grant"` is a policy of the type Grant.
func references(f reflect.StructField, model reflect.Type) (maybe, bool) {
	ids := model.Kind() == reflect.Slice && model.Elem().Kind() == reflect.String
	switch f.Type {
	case reflect.TypeFor[*v1alpha1.NamedRef](), reflect.TypeFor[*v1alpha1.OptionalRef]():
		return named(f, model == reflect.TypeFor[*string](), one)
	case reflect.TypeFor[[]v1alpha1.NamedRef]():
		return named(f, ids, several)
	case reflect.TypeFor[[]v1alpha1.UserRef]():
		return maybe{translator: users()}, ids
	case reflect.TypeFor[[]v1alpha1.ProfileRef]():
		return maybe{translator: profiles()}, ids
	case reflect.TypeFor[[]v1alpha1.EntitlementRef]():
		return maybe{translator: entitlements()}, model == reflect.TypeFor[backend.EntitlementSet]()
	case reflect.TypeFor[*v1alpha1.ReviewRef]():
		return maybe{translator: review()}, model == reflect.TypeFor[*string]()
	}
	return maybe{}, false
}

// named reads the tag of a field that names something.
func named(f reflect.StructField, fits bool, of func(backend.Name) translator) (maybe, bool) {
	if !fits {
		return maybe{}, false
	}
	kind, typeID, _ := strings.Cut(f.Tag.Get("names"), ",")
	if kind == "" {
		return maybe{err: fmt.Errorf("the tag `names` does not say what it names")}, true
	}
	return maybe{translator: of(backend.Name{Kind: backend.NameKind(kind), TypeID: typeID})}, true
}

// one is a reference to one thing, or to nothing where the field can say so.
func one(q backend.Name) translator {
	return translator{
		toModel: func(spec, model reflect.Value, path string, r *reference.Resolver) {
			var id *string
			switch ref := spec.Interface().(type) {
			case *v1alpha1.NamedRef:
				id = r.ID(path, ref, q)
			case *v1alpha1.OptionalRef:
				id = r.OptionalID(path, ref, q)
			}
			if id != nil {
				model.Set(reflect.ValueOf(id))
			}
		},
		toSpec: func(model, spec reflect.Value, names Names) {
			id := model.Elem().String()
			ref := Ref(names, q, id)
			switch spec.Type() {
			case reflect.TypeFor[*v1alpha1.NamedRef]():
				spec.Set(reflect.ValueOf(&ref))
			default:
				optional := &v1alpha1.OptionalRef{ID: ref.ID, Name: ref.Name}
				if id == "" {
					optional = &v1alpha1.OptionalRef{None: &v1alpha1.Marker{}}
				}
				spec.Set(reflect.ValueOf(optional))
			}
		},
	}
}

// idOf is a reference to one thing as a member of a document, where no id is an empty text.
func idOf(q backend.Name) translator {
	return translator{
		toModel: func(spec, model reflect.Value, path string, r *reference.Resolver) {
			if id := r.ID(path, reflect.Indirect(spec).Addr().Interface().(*v1alpha1.NamedRef), q); id != nil {
				model.SetString(*id)
			}
		},
		toSpec: func(model, spec reflect.Value, names Names) {
			ref := reflect.ValueOf(new(v1alpha1.NamedRef))
			ref.Elem().Set(reflect.ValueOf(Ref(names, q, model.String())))
			if spec.Kind() == reflect.Pointer {
				spec.Set(ref)
				return
			}
			spec.Set(ref.Elem())
		},
	}
}

// userID is a person as a member of a document.
func userID() translator {
	return translator{
		toModel: func(spec, model reflect.Value, path string, r *reference.Resolver) {
			model.SetString(r.User(path, spec.Interface().(v1alpha1.UserRef)))
		},
		toSpec: func(model, spec reflect.Value, names Names) { spec.Set(reflect.ValueOf(User(names, model.String()))) },
	}
}

// Ref is what people write for an id: its name where names knows one.
func Ref(names Names, q backend.Name, id string) v1alpha1.NamedRef {
	if name := names.Name(q, id); name != "" {
		return v1alpha1.NamedRef{Name: name}
	}
	return v1alpha1.NamedRef{ID: id}
}

func several(q backend.Name) translator {
	return translator{
		toModel: func(spec, model reflect.Value, path string, r *reference.Resolver) {
			setIDs(model, r.IDs(path, *spec.Addr().Interface().(*[]v1alpha1.NamedRef), q))
		},
		toSpec: func(model, spec reflect.Value, names Names) {
			refs := make([]v1alpha1.NamedRef, 0, model.Len())
			for i := range model.Len() {
				refs = append(refs, Ref(names, q, model.Index(i).String()))
			}
			spec.Set(reflect.ValueOf(refs))
		},
	}
}

// setIDs sets a list of ids, which may be of another type than a set.
func setIDs(model reflect.Value, ids backend.Set) {
	if set, ok := model.Addr().Interface().(*backend.Set); ok {
		*set = ids
		return
	}
	model.Set(reflect.ValueOf(ids).Convert(model.Type()))
}

func users() translator {
	return translator{
		toModel: func(spec, model reflect.Value, path string, r *reference.Resolver) {
			setIDs(model, r.Users(path, *spec.Addr().Interface().(*[]v1alpha1.UserRef)))
		},
		toSpec: func(model, spec reflect.Value, names Names) {
			refs := make([]v1alpha1.UserRef, 0, model.Len())
			for i := range model.Len() {
				refs = append(refs, User(names, model.Index(i).String()))
			}
			spec.Set(reflect.ValueOf(refs))
		},
	}
}

// User is what people write for the id of a user: the address where names knows it.
func User(names Names, id string) v1alpha1.UserRef {
	if email := names.Name(backend.Name{Kind: backend.NameUser}, id); email != "" {
		return v1alpha1.UserRef{Email: email}
	}
	return v1alpha1.UserRef{ID: id}
}

func profiles() translator {
	return translator{
		toModel: func(spec, model reflect.Value, path string, r *reference.Resolver) {
			setIDs(model, r.Profiles(path, *spec.Addr().Interface().(*[]v1alpha1.ProfileRef)))
		},
		toSpec: func(model, spec reflect.Value, names Names) {
			spec.Set(reflect.ValueOf(Profiles(names, model.Convert(reflect.TypeFor[backend.Set]()).Interface().(backend.Set))))
		},
	}
}

// Profiles are what people write for access profiles: their objects, or their ids; nil where there is no list.
func Profiles(names Names, ids backend.Set) []v1alpha1.ProfileRef {
	if ids == nil {
		return nil
	}
	refs := make([]v1alpha1.ProfileRef, 0, len(ids))
	for _, id := range ids {
		ref := v1alpha1.ProfileRef{ID: id}
		if object := names.Object(v1alpha1.KindAccessProfile, "", id); object != "" {
			ref = v1alpha1.ProfileRef{Ref: &v1alpha1.LocalObjectRef{Name: object}}
		}
		refs = append(refs, ref)
	}
	return refs
}

func entitlements() translator {
	return translator{
		toModel: func(spec, model reflect.Value, path string, r *reference.Resolver) {
			*model.Addr().Interface().(*backend.EntitlementSet) = r.Entitlements(path, *spec.Addr().Interface().(*[]v1alpha1.EntitlementRef))
		},
		toSpec: func(model, spec reflect.Value, names Names) {
			spec.Set(reflect.ValueOf(Entitlements(names, model.Interface().(backend.EntitlementSet))))
		},
	}
}

// Entitlements are what people write for entitlements; nil where there is no list.
func Entitlements(names Names, set backend.EntitlementSet) []v1alpha1.EntitlementRef {
	if set == nil {
		return nil
	}
	refs := make([]v1alpha1.EntitlementRef, 0, len(set))
	for _, e := range set {
		refs = append(refs, Entitlement(names, e))
	}
	return refs
}

// Entitlement is what people write for an entitlement: the object that it is the remote of, or app and entitlement by name or id.
func Entitlement(names Names, e backend.EntitlementID) v1alpha1.EntitlementRef {
	if object := names.Object(v1alpha1.KindAppEntitlement, e.AppID, e.ID); object != "" {
		return v1alpha1.EntitlementRef{Ref: &v1alpha1.LocalObjectRef{Name: object}}
	}
	app := Ref(names, backend.Name{Kind: backend.NameApp}, e.AppID)
	ref := Ref(names, backend.Name{Kind: backend.NameEntitlement, ParentID: e.AppID}, e.ID)
	return v1alpha1.EntitlementRef{App: &app, ID: ref.ID, Name: ref.Name}
}

func review() translator {
	return translator{
		toModel: func(spec, model reflect.Value, path string, r *reference.Resolver) {
			if id := r.Review(path, spec.Interface().(*v1alpha1.ReviewRef)); id != nil {
				model.Set(reflect.ValueOf(id))
			}
		},
		toSpec: func(model, spec reflect.Value, names Names) {
			id := model.Elem().String()
			ref := &v1alpha1.ReviewRef{ID: id}
			if object := names.Object(v1alpha1.KindAccessReview, "", id); object != "" {
				ref = &v1alpha1.ReviewRef{Ref: &v1alpha1.LocalObjectRef{Name: object}}
			}
			spec.Set(reflect.ValueOf(ref))
		},
	}
}
