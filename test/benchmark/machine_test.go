package main

import "testing"

func TestABusyMachineIsNotMeasured(t *testing.T) {
	for load, want := range map[string]bool{"0.00": false, "0.99": false, "1.00": true, "11.51": true, "": false} {
		if got := (machine{load: load}).busy(); got != want {
			t.Errorf("load %q: busy %t, want %t", load, got, want)
		}
	}
}
