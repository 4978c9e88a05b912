package rest

import (
	"fmt"
	"strings"
	"testing"
)

func TestAPageOfLargeProfilesIsNotRefused(t *testing.T) {
	for _, c := range []struct{ profiles, each int }{{250, 20}, {250, 40}, {250, 60}, {26, 500}, {60, 200}} {
		var rows []string
		for i := range c.profiles {
			var entitlements []string
			for k := range c.each {
				entitlements = append(entitlements, fmt.Sprintf(`{"id":"2c91808a7b5c3e1d017b8f2f4a%06d","type":"ENTITLEMENT","name":"CN=Role %d,OU=Groups"}`, k, k))
			}
			rows = append(rows, fmt.Sprintf(`{"id":"p%d","name":"Profile %d","entitlements":[%s]}`, i, i, strings.Join(entitlements, ",")))
		}
		page := "[" + strings.Join(rows, ",") + "]"
		if weight := weigh([]byte(page)); weight > mostWeight {
			t.Errorf("%d profiles of %d entitlements, a text of %d bytes, weigh %d", c.profiles, c.each, len(page), weight)
		}
	}
}

func TestAnElementWeighsWhatItMayTakeOnceItIsDecoded(t *testing.T) {
	for _, c := range []struct {
		text string
		want int64
	}{
		{`null`, elementWeight},
		{`{}`, elementWeight},
		{`{"a":1}`, elementWeight + fieldWeight},
		{`[]`, elementWeight + elementWeight}, // An empty list counts as one of one element.
		{`"` + strings.Repeat("x", 98) + `"`, 4 * 100},
		{`"` + strings.Repeat(`\"],`, 24) + `xx"`, 4 * 100},
		{`{"a":"` + strings.Repeat("x", 92) + `"}`, 4*100 + fieldWeight},
		{`"` + strings.Repeat("x", 2000) + `"`, elementWeight},
	} {
		list := "[" + c.text + "," + c.text + "]"
		if c.text == `{}` {
			c.want += fieldWeight // So does an empty object.
		}
		if got := weigh([]byte(list)) - int64(len(list)); got != 2*c.want {
			t.Errorf("two of %.20s weigh %d, want %d", c.text, got, 2*c.want)
		}
	}
}
