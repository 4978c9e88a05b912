package rest_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

func TestAllWhoSignInWithOneCredentialKeepItsSmallestBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := &backend.Shared{}
		ok := wire(func(*http.Request) (*http.Response, error) { return answer(200, `{}`), nil })
		one := open(t, rest.Options{RequestsPerSecond: 8, Burst: 20, Shared: shared, Transport: ok})
		two := open(t, rest.Options{RequestsPerSecond: 8, Burst: 20, Shared: shared, Transport: ok})
		shared.Ask("one", backend.Budget{})
		shared.Ask("two", backend.Budget{PerSecond: 2, Burst: 4})
		// calls makes n calls in turn, and returns how long they took.
		calls := func(n int) time.Duration {
			begin := time.Now()
			for i := range n {
				if _, err := []*rest.Client{one, two}[i%2].Do(t.Context(), read, nil); err != nil {
					t.Fatal(err)
				}
			}
			return time.Since(begin)
		}
		if took := calls(10); took != 3*time.Second {
			t.Errorf("four at once and six at two a second took %s", took)
		}
		shared.Ask("two", backend.Budget{PerSecond: 4})
		if took := calls(8); took != 2*time.Second {
			t.Errorf("eight at four a second took %s", took)
		}
		if shared.Leave("two") {
			t.Error("the first one is still there")
		}
		if took := calls(8); took != time.Second {
			t.Errorf("eight at the usual eight a second took %s", took)
		}
		if !shared.Leave("one") {
			t.Error("nobody is there any more")
		}
	})
}

func TestAllWhoSignInWithOneCredentialObeyItsPauseAndItsCircuit(t *testing.T) {
	for sentence, c := range map[string]struct {
		status int
		header []string
		calls  int
		class  backend.Class
		after  time.Duration
	}{
		"a pause":   {429, []string{"Retry-After", "7"}, 1, backend.Throttled, 7 * time.Second},
		"a circuit": {500, nil, 5, backend.Retryable, 5 * time.Second},
	} {
		t.Run(sentence, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				shared, calls := &backend.Shared{}, 0
				bad := wire(func(*http.Request) (*http.Response, error) { calls++; return answer(c.status, "", c.header...), nil })
				one := open(t, rest.Options{Shared: shared, Transport: bad})
				two := open(t, rest.Options{Shared: shared, Transport: bad})
				for range c.calls {
					_, _ = one.Do(t.Context(), read, nil)
				}
				_, err := two.Do(t.Context(), create, nil)
				if backend.ClassOf(err) != c.class || backend.AfterOf(err) != c.after || calls != c.calls {
					t.Errorf("%v after %s, and %d calls", err, backend.AfterOf(err), calls)
				}
				if pace := two.Pace(backend.PriorityEdit); pace.Delay != c.after {
					t.Errorf("pace %+v", pace)
				}
			})
		})
	}
}
