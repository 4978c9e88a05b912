package tenancy_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/tenancy"
)

// slowTenant answers after a while who it is.
type slowTenant struct {
	*backendtest.Tenant
	takes time.Duration
	fails bool
	asked *count
}

type count struct {
	sync.Mutex
	now, most, all int
}

// told is how often it was asked at once at the most, and altogether.
func (c *count) told() (most, all int) {
	c.Lock()
	defer c.Unlock()
	return c.most, c.all
}

func (s slowTenant) Identity(ctx context.Context) (backend.TenantID, error) {
	s.asked.Lock()
	s.asked.now++
	s.asked.all++
	s.asked.most = max(s.asked.most, s.asked.now)
	s.asked.Unlock()
	defer func() {
		s.asked.Lock()
		s.asked.now--
		s.asked.Unlock()
	}()
	select {
	case <-time.After(s.takes):
	case <-ctx.Done():
		return backend.TenantID{}, backend.Errorf(backend.Retryable, "given up")
	}
	if s.fails {
		return backend.TenantID{}, backend.Errorf(backend.Retryable, "no answer")
	}
	return s.Tenant.Identity(ctx)
}

// slowly is a pool whose tenants take so long to answer, and the backends that were to be looked at again.
func slowly(t *testing.T, takes time.Duration, fails bool) (*opening, *count, chan string) {
	o, asked, changed := newOpening(t, secretOf("team", map[string]string{"token": "secret"}), secretOf("evil", map[string]string{"token": "evil"})), &count{}, make(chan string, 1000)
	o.Changed = func(key string) { changed <- key }
	o.Vendors = []backend.Vendor{{Name: string(v1alpha1.VendorConductorOne), Open: func(cfg backend.Config) (backend.Tenant, error) {
		s := slowTenant{Tenant: backendtest.NewTenant(), asked: asked, takes: takes, fails: fails}
		if cfg.Credentials.Token == "secret" {
			s.takes, s.fails, s.asked = 100*time.Millisecond, false, &count{}
		}
		return s, nil
	}}}
	return o, asked, changed
}

func hostile(i int) *v1alpha1.GovernanceBackend {
	b := backendObject()
	b.Namespace, b.Name, b.Spec.Endpoint = "evil", fmt.Sprint("b-", i), fmt.Sprintf("https://host-%d.example", i)
	return b
}

func TestALookWaitsAFewSecondsAndALateAnswerIsTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, asked, changed := slowly(t, 20*time.Second, false)
		b, began := hostile(0), time.Now()
		for range 3 {
			h := o.check(t, b)
			if took := time.Since(began); h.Ready || h.Reason != v1alpha1.ReasonUnreachable || took > 5*time.Second {
				t.Errorf("%+v after %s, want Unreachable within 5 s", h, took)
			}
		}
		if key := <-changed; key != tenancy.Key(b) || time.Since(began) != 20*time.Second {
			t.Errorf("%s is woken after %s", key, time.Since(began))
		}
		if h := o.check(t, b); !h.Ready || time.Since(began) != 20*time.Second {
			t.Errorf("%+v after %s, want the answer that came late", h, time.Since(began))
		}
		if _, all := asked.told(); all != 1 {
			t.Errorf("asked %d times, want once", all)
		}
		time.Sleep(6 * time.Minute) // It is asked again, and answers slowly again: no reason to be unready.
		if h := o.check(t, b); !h.Ready || h.Again == 0 {
			t.Errorf("%+v while a tenant that answered before is slow", h)
		}
		time.Sleep(time.Minute)
	})
}

func TestATenantThatHangsIsAskedOnceAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, asked, _ := slowly(t, time.Hour, true)
		b := hostile(0)
		for range 60 {
			o.check(t, b)
			time.Sleep(10 * time.Second)
		}
		if most, all := asked.told(); most != 1 || all < 5 || all > 11 {
			t.Errorf("%d questions at once, %d in ten minutes, want one and about nine", most, all)
		}
		time.Sleep(2 * time.Minute)
	})
}

func TestBackendsThatHangCostAnotherNamespaceNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, asked, _ := slowly(t, time.Hour, true)
		var looking sync.WaitGroup
		for i := range 1000 {
			looking.Go(func() { o.check(t, hostile(i)) })
		}
		time.Sleep(time.Second)
		began := time.Now()
		b := backendObject()
		if h := o.check(t, b); !h.Ready || time.Since(began) > time.Second {
			t.Errorf("%+v after %s, want Ready within a second", h, time.Since(began))
		}
		looking.Wait()
		if most, _ := asked.told(); most != 32 {
			t.Errorf("%d questions of one namespace at once, want half of 64", most)
		}
		time.Sleep(2 * time.Minute)
	})
}

func TestLooksAtManyBackendsOfOneNamespaceAreSpread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, _, _ := slowly(t, 0, false)
		looked, waits := 0, map[int]time.Duration{}
		for i := range 5000 {
			if h := o.check(t, hostile(i)); h.Later > 0 {
				waits[i] = h.Later
			} else {
				looked++
			}
		}
		if looked != 64 || waits[4999] < 490*time.Second {
			t.Errorf("%d of 5,000 are looked at at once, and the last after %s, want 64 and about eight minutes", looked, waits[4999])
		}
		time.Sleep(waits[1000])
		if h := o.check(t, hostile(1000)); h.Later > 0 {
			t.Errorf("told to come back again after %s when its turn had come", h.Later)
		}
		if h := o.check(t, backendObject()); !h.Ready {
			t.Errorf("%+v in another namespace", h)
		}
		time.Sleep(2 * time.Minute)
	})
}

func TestAQuestionToATenantThatIsGoneEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, asked, _ := slowly(t, time.Hour, true)
		b := hostile(0)
		o.check(t, b)
		o.Forget(tenancy.Key(b))
		synctest.Wait()
		if asked.all != 1 || asked.now != 0 {
			t.Errorf("%d of %d questions go on for a backend that is gone", asked.now, asked.all)
		}
		time.Sleep(2 * time.Minute)
	})
}
