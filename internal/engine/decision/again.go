package decision

import "strings"

// again says when an object comes back by itself, for people. RESYNC is the resync interval of its backend.
var again = [RequeueCount]string{
	Never:          "",
	AtPoll:         "as often as the vendor's kind is observed, if it moves by itself; else with the sweep of its backend, every RESYNC",
	AtOnce:         "at once, and after a few writes in a row less and less often, up to every RESYNC",
	AtOutcome:      "within seconds, and at the end of the recovery window of a minute; then less and less often, up to every RESYNC",
	AtVendorsPace:  "at the pace of the vendor, then less and less often, up to every RESYNC",
	WhileSettling:  "some times until the vendor shows what it took",
	AtResync:       "every RESYNC",
	Soon:           "after 10s, then less and less often, up to every RESYNC",
	WhileVanishing: "after 10s, then less and less often, up to every minute",
	Rarely:         "after a minute, then less and less often, up to every hour",
	AfterFailure:   "after a second, then less and less often, up to every 5m",
	WhileTaken:     "after 5s, then less and less often, up to every 5m",
	AsVendorSays:   "after the pause that the vendor asked for",
	InASecond:      "after a second",
	Again:          "after 30s, then less and less often, up to every RESYNC",
	AtStart:        "at the start that the spec names, if it names a time",
	WithItsLikes:   "a minute after it was observed",
	AfterDoubt:     "after a minute, then less and less often, up to every hour",
}

// Words says when an object comes back by itself, empty if it does not. resync is the resync interval of its backend.
func (r Requeue) Words(resync string) string { return strings.ReplaceAll(again[r], "RESYNC", resync) }

// wakes says what wakes an object.
var wakes = map[Waker]string{
	ByPerson:    "an edit, a deletion or an annotation of the object",
	ByBackend:   "a change of its backend",
	ByNamespace: "other labels of its namespace",
	ByReference: "a change of an object that it refers to",
	ByReferrer:  "a change of an object that refers to it",
	ByHolder:    "a change of the object that has what it wants",
	BySweep:     "a change of the remote, which the next sweep of the backend sees",
}

// Words are what wakes an object, each in words.
func (w Waker) Words() (out []string) {
	for _, one := range Wakers() {
		if w&one != 0 {
			out = append(out, wakes[one])
		}
	}
	return out
}
