package doctor

import (
	"context"
	"fmt"
	"time"
)

const (
	ofClocks = "clocks"
	// slightly and badly are how far clocks may be apart: the recovery window of a create is a minute.
	slightly, badly = 5 * time.Second, time.Minute
)

// clocks compares those of this machine, of the API server, and of the manager that leads.
func (d *Doctor) clocks(ctx context.Context, managers []manager) (out []Check, err error) {
	before := d.Now()
	server, err := d.ServerTime(ctx)
	if err != nil {
		return []Check{{Level: Unknown, Area: ofClocks, Says: "the API server tells no time: " + err.Error()}}, nil
	}
	after := d.Now()
	middle := before.Add(after.Sub(before) / 2)
	apart := middle.Sub(server)
	out = append(out, apartBy("this machine", apart, after.Sub(before)+time.Second)) // The server tells whole seconds.
	for _, m := range managers {
		if m.lease == nil || m.lease.Spec.RenewTime == nil {
			continue
		}
		if ahead := m.lease.Spec.RenewTime.Sub(server); ahead > 0 { // That it lies back is no news: it was renewed a while ago.
			out = append(out, apartBy("the manager "+m.namespace+"/"+m.name, ahead, 2*time.Second))
		}
	}
	return out, nil
}

// apartBy judges a difference to the clock of the API server that is known to within so much.
func apartBy(whose string, apart, within time.Duration) Check {
	words := "ahead of"
	if apart < 0 {
		apart, words = -apart, "behind"
	}
	check := Check{Level: OK, Area: ofClocks, Says: fmt.Sprintf("the clock of %s agrees with that of the API server to within %s", whose, within.Round(time.Second))}
	surely := apart - within
	switch {
	case surely > badly:
		check.Level = Fail
	case surely > slightly:
		check.Level = Warn
	case surely > 0:
		check.Says = fmt.Sprintf("the clock of %s is %s %s that of the API server", whose, apart.Round(time.Second), words)
		return check
	default:
		return check
	}
	check.Says = fmt.Sprintf("the clock of %s is %s %s that of the API server", whose, apart.Round(time.Second), words)
	check.Do = "synchronize the clocks (NTP): the recovery window of a create is a minute"
	return check
}
