package wire

import (
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
)

// Query returns the query of a request. Parameters that are not known or given twice are violations.
func Query(r *http.Request, known []string) (url.Values, error) {
	query := r.URL.Query()
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if !slices.Contains(known, name) {
			return nil, Violation("unknown query parameter %s", name)
		}
		if len(query[name]) > 1 {
			return nil, Violation("query parameter %s is given twice", name)
		}
	}
	return query, nil
}

// Body returns the body of a request, which must be of the media type unless it is empty.
func Body(r *http.Request, media string) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, Refused("reading the body: %v", err)
	}
	if len(body) > 0 {
		if given, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || given != media {
			return nil, Violation("the body must be %s", media)
		}
	}
	return body, nil
}
