package isolation

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// puppet is a server of the hostile user that says whatever she likes.
type puppet struct {
	*httptest.Server
	calls atomic.Int64
	done  chan struct{}
}

// newPuppet answers by do; what hangs ends with the spec.
func newPuppet(do func(p *puppet, w http.ResponseWriter, r *http.Request)) *puppet {
	return startPuppet(do, (*httptest.Server).Start)
}

func startPuppet(do func(p *puppet, w http.ResponseWriter, r *http.Request), start func(*httptest.Server)) *puppet {
	p := &puppet{done: make(chan struct{})}
	p.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.calls.Add(1)
		do(p, w, r)
	}))
	start(p.Server)
	DeferCleanup(func() {
		close(p.done)
		p.CloseClientConnections()
		p.Close()
	})
	return p
}

// hang waits until the caller gives up, or for so long.
func (p *puppet) hang(r *http.Request, d time.Duration) {
	select {
	case <-r.Context().Done():
	case <-p.done:
	case <-time.After(d):
	}
}

func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}

type object = map[string]any

// catalog is a profile as ConductorOne shows it.
func catalog(id, displayName string, mark backend.Mark) object {
	return object{"requestCatalog": object{"id": id, "displayName": displayName, "published": true, "annotations": mark.Annotations()}}
}

const (
	whoPath   = "/api/v1/auth/introspect"
	listPath  = "/api/v1/catalogs"
	objectsAt = "/api/v1/catalogs/"
)

// impostor answers as a tenant would, and has every profile.
func impostor(tenant string) func(*puppet, http.ResponseWriter, *http.Request) {
	return func(_ *puppet, w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == whoPath:
			answer(w, object{"tenantId": tenant})
		case r.URL.Path == listPath && r.Method == http.MethodGet:
			answer(w, object{"list": []object{}})
		case strings.HasPrefix(r.URL.Path, objectsAt) && strings.Count(r.URL.Path, "/") == 4:
			answer(w, object{"requestCatalogView": catalog(strings.TrimPrefix(r.URL.Path, objectsAt), "Taken", backend.Mark{})})
		default:
			answer(w, object{"list": []object{}})
		}
	}
}

// endless lists marked profiles for ever, each page of some mebibytes.
func endless(tenant string, perPage, size int) func(*puppet, http.ResponseWriter, *http.Request) {
	return func(p *puppet, w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != listPath || r.Method != http.MethodGet {
			impostor(tenant)(p, w, r)
			return
		}
		page := p.calls.Load()
		list := make([]object, perPage)
		for i := range list {
			id := fmt.Sprint("row-", page, "-", i)
			list[i] = catalog(id, strings.Repeat("x", size), backend.Mark{Owner: fmt.Sprint("evil/", id), Token: fmt.Sprintf("TOKEN%011d", page*1000+int64(i)), Cluster: "0123456789ab"})
		}
		answer(w, object{"list": list, "nextPageToken": fmt.Sprint("page-", page)})
	}
}

// endlessNames lists and finds apps for ever, each with an id and a name of many kibibytes, or with the name that is sought.
func endlessNames(tenant string, size int) func(*puppet, http.ResponseWriter, *http.Request) {
	return func(p *puppet, w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/apps") {
			impostor(tenant)(p, w, r)
			return
		}
		page := p.calls.Load()
		var list []object
		for i := range 50 {
			id := fmt.Sprint("app-", page, "-", i)
			list = append(list, object{"app": object{"id": id + strings.Repeat("x", size), "displayName": "App 1"}},
				object{"id": id, "displayName": id + strings.Repeat("x", size)})
		}
		answer(w, object{"list": list, "nextPageToken": fmt.Sprint("page-", page)})
	}
}

// slow answers after a while what another would at once.
func slow(after time.Duration, do func(*puppet, http.ResponseWriter, *http.Request)) func(*puppet, http.ResponseWriter, *http.Request) {
	return func(p *puppet, w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != whoPath {
			p.hang(r, after)
		}
		do(p, w, r)
	}
}

// raw answers everything but who it is with the text.
func raw(tenant string, text func() string) func(*puppet, http.ResponseWriter, *http.Request) {
	return func(_ *puppet, w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == whoPath {
			answer(w, object{"tenantId": tenant})
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(text()))
	}
}

// token makes the Secret with which she signs in at her servers.
func (h *house) token(ctx context.Context) {
	GinkgoHelper()
	h.apply(ctx, h.eve, h.evil, "apiVersion: v1\nkind: Secret\nmetadata: {name: mine}\nstringData: {token: a-token-of-her-own}\n")
}

// at makes a backend of hers at a server of hers.
func (h *house) at(ctx context.Context, name, endpoint string, lines ...string) {
	GinkgoHelper()
	h.token(ctx)
	h.apply(ctx, h.eve, h.evil, backendAt(name, endpoint, "mine", lines...))
}
