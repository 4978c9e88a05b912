package veza

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
	"github.com/governance-operator/governance-operator/internal/vendors/rows"
)

func profilePath(id string) string { return rest.Path(profilesPath+"/%s", id) }

// ofType is the filter for the profiles of a type; an empty filter lists all
// (docs/vendors/veza-api.md#get-apiprivatelifecycle_managementaccess_profiles).
func ofType(typeID string) string {
	if typeID == "" {
		return ""
	}
	return clause("profile_type", "eq", typeID)
}

func (d *profileDriver) list(ctx context.Context, filter string, since *time.Time) iter.Seq2[row[profile], error] {
	q := query{path: profilesPath, params: url.Values{}, paged: true}
	if filter != "" {
		q.params.Set("filter", filter)
	}
	return list[profile](ctx, d.api, q, since)
}

// read reads one profile; nil where there is none. No page publishes the path, so what it
// does not find is looked for in the list, which is documented (docs/vendors/veza-api.md#reading-a-profile).
func (d *profileDriver) read(ctx context.Context, id, typeID string) (*profile, time.Time, error) {
	var answer struct {
		Value profile `json:"value"`
	}
	path := profilePath(id)
	res, err := d.get(ctx, path, nil, &answer)
	switch {
	case err != nil && notOffered(err):
		return d.readListed(ctx, id, typeID)
	case err != nil:
		return nil, res.Date, err
	case answer.Value.ID == "":
		return nil, res.Date, empty(http.MethodGet, path)
	case !strings.EqualFold(answer.Value.ID, id):
		return nil, res.Date, another(path)
	}
	return &answer.Value, res.Date, nil
}

func (d *profileDriver) readListed(ctx context.Context, id, typeID string) (*profile, time.Time, error) {
	var since time.Time
	for r, err := range d.list(ctx, ofType(typeID), &since) {
		if err != nil {
			return nil, since, err
		}
		if r.item.ID == id {
			return &r.item, r.date, nil
		}
	}
	return nil, since, nil
}

// inForce is the version that counts: empty where only a draft exists. Where the vendor
// shows its bare number the version can be asked for by an inferred parameter, which is
// tried only on tenants that are known to have it (docs/vendors/veza-api.md#profile-fields).
func (d *profileDriver) inForce(ctx context.Context, p profile) (version, error) {
	if p.Current <= 0 {
		return version{}, nil
	}
	v, err := p.CurrentVersion.numbered(p.Current), error(nil)
	if v == nil && d.mayPublish {
		v, err = d.readVersion(ctx, p.ID, p.Current)
	}
	switch {
	case err != nil:
		return version{}, err
	case v == nil:
		return version{}, backend.Errorf(backend.Retryable, "the access profile %s: current_version does not show version %d, which is in force, so what it grants is not known", p.ID, p.Current)
	}
	return *v, nil
}

// numbered is the version if it is shown and of this number.
func (v versionOrNumber) numbered(n number) *version {
	if v.version == nil || v.version.Number != 0 && v.version.Number != n {
		return nil
	}
	return v.version
}

// readVersion reads a version that is named; nil where the answer shows another.
func (d *profileDriver) readVersion(ctx context.Context, id string, n number) (*version, error) {
	var answer struct {
		Value profile `json:"value"`
	}
	if _, err := d.get(ctx, profilePath(id), url.Values{"version": {n.text()}}, &answer); err != nil {
		return nil, unlessOffered(err, "reading a version by its number")
	}
	if v := answer.Value.CurrentVersion.version; v != nil && v.Number == n {
		return v, nil
	}
	return nil, nil
}

// depth is how much of a row is wanted.
type depth int

const (
	skipped depth = iota
	nameAlone
	whole
)

// wholeIf wants those rows, and all of them.
func wholeIf(keep func(profile) bool) func(profile) depth {
	return func(p profile) depth {
		if keep(p) {
			return whole
		}
		return skipped
	}
}

// rows reads the profiles that are wanted. A row that does not show its version is read by its id, unless its name is
// all that is asked for.
func (d *profileDriver) rows(ctx context.Context, filter string, since *time.Time, wanted func(profile) depth) iter.Seq2[profileObservation, error] {
	return func(yield func(profileObservation, error) bool) {
		for r, err := range d.list(ctx, filter, since) {
			if err != nil {
				yield(profileObservation{}, err)
				return
			}
			var obs profileObservation
			switch wanted(r.item) {
			case skipped:
				continue
			case nameAlone:
				obs, err = d.decodeName(ctx, r)
			default:
				obs, err = d.decodeRow(ctx, r)
			}
			if !yield(obs, err) || err != nil {
				return
			}
		}
	}
}

// decodeName renders what tells whose a profile is and what it is called: its version need not be known for that.
func (d *profileDriver) decodeName(ctx context.Context, r row[profile]) (profileObservation, error) {
	t, err := d.types.of(ctx, r.item.ProfileType)
	if err != nil {
		return profileObservation{}, err
	}
	obs := decodeProfile(r.item, version{}, t, r.date)
	obs.Actual = backend.AccessProfile{DisplayName: obs.Actual.DisplayName}
	return obs, nil
}

func (d *profileDriver) decodeRow(ctx context.Context, r row[profile]) (profileObservation, error) {
	if p := r.item; p.Current > 0 && p.CurrentVersion.numbered(p.Current) == nil {
		read, _, err := d.read(ctx, p.ID, p.ProfileType)
		if err != nil {
			return profileObservation{}, err
		}
		if read != nil {
			r.item = *read
		}
	}
	return d.decode(ctx, r.item, r.date)
}

// findToken looks for the profile that bears a token, by its whole label. How the filter
// compares is not published, so where it finds nothing the profiles of the type are read
// as well: a create must not be sent twice (docs/vendors/veza-api.md#filters).
func (d *profileDriver) findToken(ctx context.Context, r backend.Ref) (profileObservation, error) {
	borne := func(p profile) bool {
		return markOf(p.Labels).Token == r.Mark.Token && (r.ParentID == "" || p.ProfileType == r.ParentID)
	}
	filters := []string{ofType(r.ParentID)}
	if byLabel := clause("labels", "co", markLabel(r.Mark)); byLabel != "" {
		filters = slices.Insert(filters, 0, byLabel)
	}
	var obs profileObservation
	for _, filter := range filters {
		var err error
		obs, err = rows.FindToken(ctx, r, func(ctx context.Context, _ string, since *time.Time) iter.Seq2[profileObservation, error] {
			return d.rows(ctx, filter, since, wholeIf(borne))
		}, untouched)
		if err != nil {
			return obs, err
		}
		if obs.Exists {
			break
		}
	}
	if obs.Duplicate == nil || !obs.Duplicate.Empty {
		return obs, nil
	}
	taken, err := d.peopled(ctx, obs.Duplicate.ID, obs.Duplicate.ParentID)
	obs.Duplicate.Empty = !taken
	return obs, err
}

// untouched reports whether a profile never ran. Whether it has members is asked once it matters.
func untouched(obs profileObservation) bool {
	return obs.Actual.Facts.State == rest.Word(stateInitial) && obs.Actual.Facts.StartedAt.IsZero()
}

// findName returns the only profile of a name, with or without the prefix that its type
// puts before it. Names cannot be filtered for (docs/vendors/veza-api.md#get-apiprivatelifecycle_managementaccess_profiles).
func (d *profileDriver) findName(ctx context.Context, r backend.Ref) (profileObservation, error) {
	typeID := r.ParentID
	if typeID == "" {
		typeID = r.Key.Type
	}
	types, err := d.types.of(ctx, typeID)
	if err != nil {
		return profileObservation{ParentID: r.ParentID}, err
	}
	none := profileObservation{ParentID: r.ParentID}
	return rows.Only(&none, fmt.Sprintf("the name %q", r.Key.DisplayName), d.rows(ctx, ofType(typeID), &none.Date, wholeIf(func(p profile) bool {
		return (typeID == "" || p.ProfileType == typeID) && types.called(p, r.Key.DisplayName)
	})))
}

// called compares a profile's name with and without the prefix of its type.
func (t profileType) called(p profile, name string) bool {
	return p.Name == name || t.unprefixed(p.Name, p.Integrations) == name
}
