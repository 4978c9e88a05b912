package rest

import (
	"context"
	"net/http"
)

type viaKey struct{}

// Via returns a context whose calls pass through wrap, on their way out after every other check and on their way in
// before anything is read: whoever asks a tenant on purpose counts them there, and lets answers be lost. The wrap of
// the context before stays nearer to the network.
func Via(ctx context.Context, wrap func(next http.RoundTripper) http.RoundTripper) context.Context {
	if inner, ok := ctx.Value(viaKey{}).(func(http.RoundTripper) http.RoundTripper); ok {
		outer := wrap
		wrap = func(next http.RoundTripper) http.RoundTripper { return outer(inner(next)) }
	}
	return context.WithValue(ctx, viaKey{}, wrap)
}

// detour is a transport that looks into the context of every request for what it should pass through.
type detour struct{ next http.RoundTripper }

// RoundTrip makes the exchange.
func (d detour) RoundTrip(req *http.Request) (*http.Response, error) {
	if wrap, ok := req.Context().Value(viaKey{}).(func(http.RoundTripper) http.RoundTripper); ok {
		return wrap(d.next).RoundTrip(req)
	}
	return d.next.RoundTrip(req)
}
