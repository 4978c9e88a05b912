package vendortest

import (
	"flag"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// timesMore is the environment variable that chooses the long mode of random tests: so many times the full number of checks.
const timesMore = "GOVERNANCE_CHECKS_TIMES"

// fixedSeed is where random tests begin.
const fixedSeed = 18

// given reports whether the command line has a flag.
func given(name string) bool {
	return slices.ContainsFunc(os.Args, func(arg string) bool { return strings.Contains(arg, name) })
}

// Checks chooses how many random cases to try, of the n that are its full number: a fiftieth but at least five, or as many
// times n as the environment asks for. What -rapid.checks says counts more than both. Whoever asks for no more than the full
// number gets the same cases each time, so that a failure belongs to the change; more of them are others each time.
func Checks(t *testing.T, n int) {
	t.Helper()
	times, err := strconv.Atoi(os.Getenv(timesMore))
	if long := err == nil && times > 0; long {
		n *= times
	} else {
		n = max(n/50, min(n, 5))
	}
	if testing.Short() {
		n *= 5 // Of so many checks rapid then makes one.
	}
	settings := map[string]string{"rapid.checks": strconv.Itoa(n), "rapid.nofailfile": "true"}
	if times <= 1 && !given("rapid.checks") {
		settings["rapid.seed"] = strconv.Itoa(fixedSeed)
	}
	// A case that fails is printed with the seed that leads to it: no file is left behind.
	for name, value := range settings {
		if given(name) {
			continue
		}
		before := flag.Lookup(name).Value.String()
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = flag.Set(name, before) })
	}
}
