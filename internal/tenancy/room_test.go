package tenancy

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
)

func TestLargeAnswersOfOneNamespaceLeaveRoomToOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r rooms
		var gives []func()
		for {
			began := time.Now()
			give, err := r.of("evil").Take(t.Context(), 4<<20)
			if err != nil {
				if time.Since(began) != roomPatience || backend.ClassOf(err) != backend.Retryable || backend.AfterOf(err) != roomAgain {
					t.Errorf("%v after %s", err, time.Since(began))
				}
				break
			}
			gives = append(gives, give)
		}
		if len(gives) != 6 {
			t.Errorf("%d answers of 4 MiB of one namespace, want half of 48 MiB", len(gives))
		}
		give, err := r.of("team").Take(t.Context(), 8<<20)
		if err != nil {
			t.Errorf("another namespace finds no room: %v", err)
		}
		give()
		waited := make(chan error)
		go func() {
			_, err := r.of("evil").Take(t.Context(), 8<<20)
			waited <- err
		}()
		time.Sleep(time.Second)
		gives[0]()
		gives[0]() // Twice is once.
		synctest.Wait()
		gives[1]()
		if err := <-waited; err != nil {
			t.Errorf("who waits does not hear that room was given back: %v", err)
		}
		for _, give := range gives[2:] {
			give()
		}
		if r.all != 8<<20 || len(r.each) != 1 {
			t.Errorf("%d bytes of %d namespaces are held in the end, want 8 MiB of one", r.all, len(r.each))
		}
	})
}

func TestOneNamespaceLeavesRoomForTheLargestAnswerOfAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r rooms
		for _, size := range []int64{16 << 20, 2 << 20, 2 << 20, 2 << 20, 2 << 20} { // Five servers that drip.
			if _, err := r.of("evil").Take(t.Context(), size); err != nil {
				t.Fatal(err)
			}
		}
		give, err := r.of("team").Take(t.Context(), 16<<20)
		if err != nil {
			t.Fatalf("the largest answer of another namespace finds no room: %v", err)
		}
		if _, err := r.of("team").Take(t.Context(), 1); err == nil {
			t.Error("a namespace gets more than half of what the others left, and more than the largest answer")
		}
		if _, err := r.of("third").Take(t.Context(), 8<<20+1); err == nil {
			t.Error("more than the whole is held")
		}
		give()
		if _, err := r.of("third").Take(t.Context(), 16<<20); err != nil {
			t.Errorf("room that was given back is not found: %v", err)
		}
	})
}
