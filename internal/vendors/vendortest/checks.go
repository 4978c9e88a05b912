package vendortest

import (
	"flag"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// timesMore is the environment variable that makes random tests longer: so many times as many checks.
const timesMore = "GOVERNANCE_CHECKS_TIMES"

// fixedSeed is where random tests begin.
const fixedSeed = 18

// given reports whether the command line has a flag.
func given(name string) bool {
	return slices.ContainsFunc(os.Args, func(arg string) bool { return strings.Contains(arg, name) })
}

// Checks says how many random cases to try: n, a fiftieth of it but at least five under -short, or as many times more
// as the environment asks for. What -rapid.checks says counts more than both. Who asks for none of it gets the same cases each time, so
// that a failure belongs to the change; more of them are others each time.
func Checks(t *testing.T, n int) {
	t.Helper()
	if times, err := strconv.Atoi(os.Getenv(timesMore)); err == nil && times > 0 {
		n *= times
	}
	if testing.Short() {
		const rapidTries = 5 // Of so many checks rapid makes one.
		n = rapidTries * max(n/50, min(n, 5))
	}
	settings := map[string]string{"rapid.checks": strconv.Itoa(n), "rapid.nofailfile": "true"}
	if os.Getenv(timesMore) == "" && !given("rapid.checks") {
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
