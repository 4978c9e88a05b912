// Command sandbox serves a fake governance product on a loopback port, for demonstrations and for tests of built binaries.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/governance-operator/governance-operator/internal/expression"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/sandboxes"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "sandbox:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("sandbox", flag.ContinueOnError)
	listen := flags.String("listen", "127.0.0.1:8090", "loopback address to listen on")
	var names []string
	for _, s := range sandboxes.All() {
		names = append(names, s.Name())
	}
	vendor := flags.String("vendor", names[0], "product to fake: "+strings.Join(names, ", "))
	seed := flags.Int64("seed", 1, "seed of ids and of fault probabilities")
	settings := sandbox.DefaultSettings()
	for name, knob := range map[string]struct {
		value *sandbox.Duration
		usage string
	}{
		"latency":       {&settings.Latency, "time added to each call"},
		"list-lag":      {&settings.ListLag, "how far lists and searches are behind"},
		"token-ttl":     {&settings.TokenTTL, "how long tokens live"},
		"campaign-pace": {&settings.CampaignPace, "time a review stays in each passing state; 0 leaves it to the console"},
	} {
		flags.DurationVar((*time.Duration)(knob.value), name, time.Duration(*knob.value), knob.usage)
	}
	anywhere := flags.Bool("listen-anywhere", false, "permit --listen to be no loopback address: everybody who reaches it may do everything there")
	hostName := flags.String("host-name", "", "host it is reached at, if that is not the address it listens on")
	known := flags.Bool("known-credentials", false, "make the credentials from the seed, so that they can be written down before")
	flags.Float64Var(&settings.RateLimitPerSecond, "rate-limit", settings.RateLimitPerSecond, "calls per second before 429; 0 for no limit")
	flags.IntVar(&settings.RateBurst, "rate-burst", settings.RateBurst, "calls that may come at once under the rate limit")
	flags.BoolVar(&settings.SoftDelete, "soft-delete", settings.SoftDelete, "keep deleted objects readable")
	flags.IntVar(&settings.TasksPerItem, "tasks-per-item", settings.TasksPerItem, "tasks per reviewed entitlement")
	eSignature := flags.Bool("e-signature", false, "give the tenant the e-signature feature")
	features := flags.String("features", "", "features of the tenant to turn on, by name and with commas between them")
	if err := flags.Parse(args); err != nil {
		return err
	}
	settings.Features["eSignature"] = *eSignature
	for name := range strings.FieldsFuncSeq(*features, func(r rune) bool { return r == ',' }) {
		settings.Features[name] = true
	}
	fake, ok := sandboxes.Named(*vendor)
	if !ok {
		return fmt.Errorf("unknown vendor %q", *vendor)
	}
	server, err := sandbox.Start(sandbox.Options{
		Vendor: fake.New(), Listen: *listen, Seed: *seed, Anywhere: *anywhere, HostName: *hostName, KnownCredentials: *known,
		Configure:       func(s *sandbox.Settings) { *s = settings },
		CheckExpression: checkExpression,
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(out, server.URL)
	<-ctx.Done()
	return server.Close()
}

// checkExpression refuses what the vendor's own check would, where that is known.
func checkExpression(environment, text string) error {
	switch env := expression.Environment(environment); env {
	case expression.Membership, expression.ReviewUsers, expression.ReviewAccounts, expression.Provisioner:
		return expression.Check(env, text)
	}
	return nil
}
