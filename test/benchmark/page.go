package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// page is the whole of docs/benchmarks.md.
func (r *report) page() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Benchmarks\n\nWritten by `make bench`; do not edit. %s. It took %s.\n", r.machine, short(r.took.Round(time.Second)))
	section := func(title, how string, t *table) {
		if len(t.rows) > 0 {
			fmt.Fprintf(&b, "\n## %s\n\n%s\n\n%s", title, how, t)
		}
	}
	section("The figures against the bars", "What the operator aims at. Counts are exact and asserted by tests as well; times are what they were on this machine.", r.barTable())
	if text := r.reading(); text != "" {
		fmt.Fprintf(&b, "\n## Reading\n\n%s", text)
	}
	fmt.Fprintf(&b, "\n## How it is measured\n\n%s", method)
	speed := howSpeed
	if r.out != "" && len(r.creates) > 0 {
		speed = fmt.Sprintf("![Objects per second beside the floor, and the time from apply to Ready](%s)\n\n%s", filepath.Base(pictureOf(r.out)), howSpeed)
	}
	section("Creating: speed", speed, r.speedTable())
	section("Creating: what it costs", howCost, r.costTable())
	section("Checking for drift", howSweep, r.sweepTable())
	section("Restarting", howRestart, r.restartTable())
	section("Doing nothing", howIdle, r.idleTable())
	section("Edits while the manager is busy", howEdits, r.editTable())
	section("Failover", howFailover, r.failoverTable())
	return b.String()
}

func (r *report) barTable() *table {
	t := &table{head: []string{"figure", "asked", "measured", "met"}}
	for _, x := range r.bars() {
		t.add(x.figure, x.asked, x.measured, x.verdict())
	}
	return t
}

const method = `Everything runs on one machine and shares its cores: etcd, kube-apiserver, a fake ConductorOne tenant (inside the
benchmark, over HTTP on a loopback port), and the built manager as a process with the rights of an installation and its default flags, but for sweeps, which are kept out of what is not
about them. Each population has a control plane of its own. Its objects have row fields only and name one app by its name; a profile gives five of twenty
entitlements. Latency is what the fake tenant adds to each call. The budget "unlimited" is the most that a backend can be given, a thousand calls a second; "default" is eight a
second and twenty at once.

The vendor's calls are counted by the fake tenant. API-server writes are counted by a watch, each being one event. Memory and CPU are the manager's alone, from /proc.
`

const howSpeed = `All objects are applied while the manager is down; "objects/s" counts from when its workers start to the last object's Ready.
Last of all more are applied one by one while it runs, beside those that exist, and each is timed from its apply to the watch event that shows it Ready.
The floor is a bare program that does for each object what the manager sends: a merge patch of finalizer and intent, one call to the vendor, a patch of the status, and as many Events.
It handles eight objects at once, as the manager does for one tenant, and like the manager has no limit of its own on calls to the API server.`

const howCost = `Counted from the start of the manager over the backlog until a second after the vendor's last call. Reads are the look-ups and the mark index, which all objects share.`

const howSweep = `A manager that sweeps once a minute; what its first sweep calls is not counted. Between two sweeps objects are renamed in the vendor's console. All calls from then until
the vendor has heard nothing for three seconds are counted. Kinds without objects make no calls. CPU is the manager's in that time.`

const howRestart = `The manager is killed and started again over the converged population. First nothing is asked of it for a minute; then it is killed again, and one new object is applied right after the start
of the process.`

const howIdle = `Thirty seconds, without a sweep; the backend's health pass may fall into them.`

const howEdits = `One object a second gets another name, each second another object and none that drifts; timed from its apply until the vendor has accepted the new name.`

const howFailover = `Two managers with leader election and its default flags.
Objects are applied at 20 a second, and after ten seconds the leader is killed.
The gap is from its last write to the vendor to the first of the other one.
A create that was under way waits out the recovery window of a minute: that is the slowest object.`
