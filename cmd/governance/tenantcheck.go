package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/tenantcheck"
	"github.com/governance-operator/governance-operator/internal/vendors"
	"github.com/governance-operator/governance-operator/internal/vendors/probe"
)

// asking are the flags of tenant-check.
type asking struct {
	vendor, endpoint, credentials, apiStyle string
	run, place, owner                       string
	output, capabilities, caBundle          string
	only                                    []string
	mine, readOnly, clean, yes, list        bool
	besideOperator                          bool
	perSecond                               int
}

func tenantCheck() *cobra.Command {
	a := &asking{}
	cmd := &cobra.Command{
		Use:         "tenant-check",
		Annotations: map[string]string{tidies: "what it created"},
		Short:       "Ask a test tenant whether what the operator assumes of its vendor holds there",
		Long: "Ask a test tenant whether what the operator assumes of its vendor holds there.\n\n" +
			"Everything it creates is named governance-check-<run>-…, has the marker of the run, and is removed again, also after Ctrl-C.\n" +
			"After a crash, --clean lists what is left and removes it. It creates nothing that reaches people or cannot be removed.",
		Example: "  # Ask only what changes nothing\n  governance tenant-check --vendor ConductorOne --endpoint https://acme.conductor.one --credentials credentials.yaml \\\n" +
			"    --i-own-this-tenant --read-only\n\n  # Print what is assumed of a vendor, and call nothing\n  governance tenant-check --vendor Veza --list",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.do(cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.StringVar(&a.vendor, "vendor", "", vendorNames())
	f.StringVar(&a.endpoint, "endpoint", "", "scheme and host of the tenant's API, as in a backend's spec.endpoint")
	f.StringVar(&a.credentials, "credentials", "", "file with the keys of a backend's Secret, as YAML or JSON: clientID and clientSecret, token, or apiKey")
	f.StringVar(&a.caBundle, "ca-bundle", "", "file with certificates in PEM form to trust beside the system's")
	f.StringVar(&a.apiStyle, "api-style", "", "family of paths at SailPoint, as in a backend's spec.sailPoint.apiStyle")
	f.IntVar(&a.perSecond, "requests-per-second", 0, "most calls per second; the default is the operator's for the vendor")
	f.BoolVar(&a.mine, "i-own-this-tenant", false, "confirm that the tenant is yours and for tests; nothing is called without it")
	f.BoolVar(&a.readOnly, "read-only", false, "ask only what changes nothing")
	f.StringVar(&a.place, "in", "", "name of the app (ConductorOne) or source (SailPoint) in which the check may create something")
	f.StringVar(&a.owner, "owner", "", "owner of what the check creates: an e-mail address (ConductorOne) or an alias (SailPoint); name yourself")
	f.StringSliceVar(&a.only, "only", nil, "names of the probes to run, separated by commas; the default is all")
	f.BoolVar(&a.besideOperator, "beside-an-operator", false, "continue although something in the tenant has an operator's ownership marker")
	f.StringVar(&a.run, "run", "", "name of the run, part of the name of everything it creates; the default is random")
	f.BoolVar(&a.clean, "clean", false, "list what runs left behind (with --run, that one), and remove what has both the name and the marker of a run")
	f.BoolVar(&a.yes, "yes", false, "continue without asking")
	f.StringVarP(&a.output, "output", "o", "table", "table, or json: a record of sentences, codes and counts without a word of the vendor, which can be sent in a public issue")
	f.StringVar(&a.capabilities, "capabilities", "", "file to write the capabilities to that have to be taken away from the operator on this tenant, for the spec of its backend")
	f.BoolVar(&a.list, "list", false, "print what is assumed of the vendor, as Markdown, and call nothing")
	return cmd
}

// do checks, cleans or lists.
func (a *asking) do(ctx context.Context, in io.Reader, out, notes io.Writer) error {
	vendor, err := vendorNamed(a.vendor)
	if err != nil {
		return err
	}
	if a.list {
		return tenantcheck.Assumptions(out, vendor)
	}
	options, err := a.options(vendor)
	if err != nil {
		return err
	}
	ask := confirmation{in, notes, a.yes}
	if a.clean {
		return a.sweep(ctx, options, ask)
	}
	options.Announce = func(plan tenantcheck.Plan) error {
		fmt.Fprintf(notes, "Run %s at %s. %s\n", options.Run, a.endpoint, plan)
		if len(plan.Makes) == 0 || ask.yes(ctx, "Go on?") {
			return nil
		}
		return errors.New("nothing was created")
	}
	options.Told = func(r tenantcheck.Result) { fmt.Fprintf(notes, "%-14s %s\n", r.Answer.Verdict, r.Probe.ID) }
	check, err := tenantcheck.Open(options)
	if err != nil {
		return err
	}
	fmt.Fprintln(notes, "Reading the lists of everything that could have a marker.")
	results, plan, failed := check.Run(ctx)
	if errors.Is(failed, tenantcheck.ErrMarked) {
		return fmt.Errorf("%w; run the check in a tenant of its own, or continue with --beside-an-operator", failed)
	}
	if results == nil {
		return failed
	}
	if err := a.tell(out, tenantcheck.NewRecord(version, vendor.Name, options.Run, plan, check.Calls(), results), results); err != nil {
		return errors.Join(failed, err)
	}
	fmt.Fprintf(notes, "%d calls were announced and %d made.\n", plan.Calls, check.Calls())
	return failed
}

// tell writes what was found out.
func (a *asking) tell(out io.Writer, record tenantcheck.Record, results []tenantcheck.Result) error {
	if a.capabilities != "" {
		text := tenantcheck.CapabilityFile(record.Run, tenantcheck.Overrides(results))
		if err := os.WriteFile(a.capabilities, []byte(text), 0o600); err != nil {
			return fmt.Errorf("--capabilities: %w", err)
		}
	}
	if a.output == "json" {
		return record.JSON(out)
	}
	return tenantcheck.Table(out, results)
}

// sweep removes what runs left behind.
func (a *asking) sweep(ctx context.Context, options tenantcheck.Options, ask confirmation) error {
	check, err := tenantcheck.Open(options)
	if err != nil {
		return err
	}
	agreed := false
	left, err := check.Clean(ctx, a.run, func(things []probe.Thing) bool {
		for _, t := range things {
			fmt.Fprintf(ask.notes, "%-16s %s %s\n", t.Kind, t.ID, t.Name)
		}
		agreed = ask.yes(ctx, fmt.Sprintf("Remove these %d?", len(things)))
		return agreed
	})
	switch {
	case err != nil:
		return err
	case len(left) == 0:
		fmt.Fprintln(ask.notes, "Nothing has both the name and the marker of a check.")
	case agreed:
		fmt.Fprintf(ask.notes, "%d removed.\n", len(left))
	}
	return nil
}

// options are what the flags say.
func (a *asking) options(vendor probe.Vendor) (tenantcheck.Options, error) {
	switch {
	case !a.mine:
		return tenantcheck.Options{}, errors.New("--i-own-this-tenant: a check writes to the tenant; set this flag to confirm that the tenant is yours and for tests")
	case a.output != "table" && a.output != "json":
		return tenantcheck.Options{}, fmt.Errorf("--output: %q is neither table nor json", a.output)
	}
	if err := safe(a.endpoint); err != nil {
		return tenantcheck.Options{}, err
	}
	credentials, err := readCredentials(a.credentials)
	if err != nil {
		return tenantcheck.Options{}, err
	}
	var bundle []byte
	if a.caBundle != "" {
		if bundle, err = os.ReadFile(a.caBundle); err != nil {
			return tenantcheck.Options{}, fmt.Errorf("--ca-bundle: %w", err)
		}
	}
	run := a.run
	if run == "" {
		run = drawn()
	}
	return tenantcheck.Options{
		Vendor: vendor, Run: run, Place: a.place, Owner: a.owner, ReadOnly: a.readOnly, BesideOperator: a.besideOperator, Only: a.only,
		Config: backend.Config{
			Endpoint: strings.TrimSuffix(a.endpoint, "/"), Credentials: credentials, CABundle: bundle, APIStyle: a.apiStyle,
			UserAgent: "governance-operator/" + version, RequestsPerSecond: float64(a.perSecond), Burst: a.perSecond,
		},
	}, nil
}

// safe refuses to send credentials over http to another host.
func safe(endpoint string) error {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" {
		return errors.New("--endpoint: not a URL such as https://tenant.example")
	}
	ip := net.ParseIP(u.Hostname())
	if u.Scheme == "https" || u.Hostname() == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return errors.New("--endpoint: must be https; http is for loopback addresses")
}

func vendorNamed(name string) (probe.Vendor, error) {
	for _, v := range vendors.Checked() {
		if strings.EqualFold(v.Name, name) {
			return v, nil
		}
	}
	return probe.Vendor{}, fmt.Errorf("--vendor: %q is none of %s", name, vendorNames())
}

// vendorNames lists what --vendor takes.
func vendorNames() string {
	var known []string
	for _, v := range vendors.Checked() {
		known = append(known, v.Name)
	}
	return strings.Join(known, ", ")
}

// drawn is a name for a run.
func drawn() string {
	raw := make([]byte, 4)
	_, _ = rand.Read(raw) // It never fails.
	return hex.EncodeToString(raw)
}

// confirmation asks the person at the keyboard.
type confirmation struct {
	in    io.Reader
	notes io.Writer
	given bool
}

// yes asks a question. Without a terminal there is nobody to ask, and who interrupts says no.
func (c confirmation) yes(ctx context.Context, question string) bool {
	if c.given {
		return true
	}
	if file, ok := c.in.(*os.File); ok && !term.IsTerminal(int(file.Fd())) {
		fmt.Fprintf(c.notes, "%s There is no terminal to ask at; --yes goes on without asking.\n", question)
		return false
	}
	fmt.Fprintf(c.notes, "%s [y/N] ", question)
	answered := make(chan string, 1)
	go func() {
		answer, _ := bufio.NewReader(c.in).ReadString('\n')
		answered <- answer
	}()
	select {
	case answer := <-answered:
		return strings.EqualFold(strings.TrimSpace(answer), "y")
	case <-ctx.Done():
		return false
	}
}
