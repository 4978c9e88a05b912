package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	eventsv1 "k8s.io/api/events/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/testenv"
)

// writes counts by watches what was written to the API server in one namespace: each write is one event.
type writes struct {
	mu     sync.Mutex
	traces map[string]*trace
	// events and backends are writes to Events and to the backend.
	events, backends int
	failed           error
}

// trace is what is known of one object.
type trace struct {
	writes int
	// ready is when it was seen to become Ready, zero while it is not.
	ready time.Time
}

// followWrites watches until ctx ends.
func followWrites(ctx context.Context, env *testenv.Environment, namespace string, objects client.ObjectList) (*writes, error) {
	c, err := client.NewWithWatch(env.Config, client.Options{Scheme: env.Scheme})
	if err != nil {
		return nil, err
	}
	w := &writes{traces: map[string]*trace{}}
	for _, follow := range []struct {
		list client.ObjectList
		see  func(watch.Event)
	}{
		{objects, w.seeObject},
		{&eventsv1.EventList{}, func(e watch.Event) { w.events += changed(e.Type == watch.Added || e.Type == watch.Modified) }},
		{&v1alpha1.GovernanceBackendList{}, func(e watch.Event) { w.backends += changed(e.Type == watch.Modified) }},
	} {
		stream, err := c.Watch(ctx, follow.list, client.InNamespace(namespace))
		if err != nil {
			return nil, err
		}
		go w.follow(ctx, c, stream, follow.list, namespace, follow.see)
	}
	return w, nil
}

func changed(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// follow goes on where a watch ended: the API server ends them after a while.
func (w *writes) follow(ctx context.Context, c client.WithWatch, stream watch.Interface, list client.ObjectList, namespace string, see func(watch.Event)) {
	last := ""
	for {
		for e := range stream.ResultChan() {
			obj, ok := e.Object.(client.Object)
			if !ok {
				w.fail(fmt.Errorf("watching %T: %w", list, apierrors.FromObject(e.Object)))
				return
			}
			last = obj.GetResourceVersion()
			w.mu.Lock()
			see(e)
			w.mu.Unlock()
		}
		if ctx.Err() != nil {
			return
		}
		var err error
		stream, err = c.Watch(ctx, list, client.InNamespace(namespace), &client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: last}})
		if err != nil {
			w.fail(fmt.Errorf("watching %T again: %w", list, err))
			return
		}
	}
}

func (w *writes) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failed = err
}

func (w *writes) seeObject(e watch.Event) {
	obj, ok := e.Object.(reference.Managed)
	if !ok || e.Type == watch.Deleted {
		return
	}
	t := w.traces[obj.GetName()]
	if t == nil {
		t = &trace{}
		w.traces[obj.GetName()] = t
	}
	t.writes += changed(e.Type == watch.Modified)
	switch ready := isReady(obj); {
	case !ready:
		t.ready = time.Time{}
	case t.ready.IsZero():
		t.ready = time.Now()
	}
}

// isReady reports whether obj is Ready for its present generation.
func isReady(obj reference.Managed) bool {
	c := meta.FindStatusCondition(obj.GetManagedStatus().Conditions, v1alpha1.ConditionReady)
	return c != nil && c.Status == metav1.ConditionTrue && c.ObservedGeneration == obj.GetGeneration()
}

// reset forgets what was written, and not what is Ready.
func (w *writes) reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events, w.backends = 0, 0
	for _, t := range w.traces {
		t.writes = 0
	}
}

// written sums up the writes since the last reset.
type written struct {
	// objects were written total times, one of them most times.
	objects, total, most int
	events, backends     int
}

func (w *writes) sum(prefix string) written {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := written{events: w.events, backends: w.backends}
	for name, t := range w.traces {
		if t.writes > 0 && strings.HasPrefix(name, prefix) {
			s.objects, s.total, s.most = s.objects+1, s.total+t.writes, max(s.most, t.writes)
		}
	}
	return s
}

// readiness returns since when each object with the prefix has been Ready, and those that are not.
func (w *writes) readiness(prefix string) (ready map[string]time.Time, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ready = map[string]time.Time{}
	for name, t := range w.traces {
		if !t.ready.IsZero() && strings.HasPrefix(name, prefix) {
			ready[name] = t.ready
		}
	}
	return ready, w.failed
}

// awaitReady waits until n objects with the prefix are Ready, and returns since when each of them is.
func (w *world) awaitReady(ctx context.Context, prefix string, n int, limit time.Duration) (ready map[string]time.Time, err error) {
	err = await(ctx, fmt.Sprintf("%s objects %s… to be Ready", thousands(n), prefix), limit, func() (bool, string, error) {
		var err error
		ready, err = w.writes.readiness(prefix)
		if last := w.managers[len(w.managers)-1]; err == nil && !last.Running() {
			err = errors.New("the process has ended")
		}
		return len(ready) >= n, thousands(len(ready)) + " are", err
	})
	return ready, err
}
