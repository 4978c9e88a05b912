// Command benchmark measures the built manager against a real API server and a fake tenant, beside a
// bare program that makes the same calls, and writes what it measured as a Markdown page.
//
// Counts are exact. Times are what they were on this machine: they are reported and never asserted, so
// the command fails only when something could not be measured.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"
)

// options are what the command line says.
type options struct {
	// only names the scenarios to run; all if empty.
	only []string
	// full runs also what takes 90 minutes more: ten thousand objects at a budget of eight calls a second.
	full bool
	// small and large are the sizes of the populations.
	small, large int
	// out is the page to write, beside its picture; none if empty.
	out string
}

func main() {
	ctrl.SetLogger(logr.Discard())
	// Whatever ends the run, the control plane has to be stopped: it would live on.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	var err error
	if len(os.Args) > 1 && os.Args[1] == floorCommand {
		err = runFloor(ctx, os.Args[2:])
	} else {
		err = run(ctx)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchmark:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	var o options
	only := flag.String("only", "", "comma-separated scenarios to run, in place of all: "+strings.Join(scenarios, ", "))
	flag.BoolVar(&o.full, "full", false, "run also what takes 90 minutes more because of the default budget")
	flag.IntVar(&o.small, "small", 1000, "size of the small populations; 0 leaves them out")
	flag.IntVar(&o.large, "large", 10000, "size of the large populations; 0 leaves them out")
	flag.StringVar(&o.out, "out", "", "Markdown page to write, and beside it a plot of its figures (.svg)")
	busy := flag.Bool("busy", false, "measure although the machine does something else, too")
	redraw := flag.String("plot", "", "Markdown page whose plot is drawn again; nothing is measured")
	flag.Parse()
	if *redraw != "" {
		page, err := os.ReadFile(*redraw)
		if err != nil {
			return err
		}
		return writePlot(*redraw, string(page))
	}
	for name := range strings.FieldsFuncSeq(*only, func(r rune) bool { return r == ',' || r == ' ' }) {
		if !slices.Contains(scenarios, name) {
			return fmt.Errorf("there is no scenario %q: the scenarios are %s", name, strings.Join(scenarios, ", "))
		}
		o.only = append(o.only, name)
	}
	if here := thisMachine(); !*busy && here.busy() {
		return fmt.Errorf("the machine does something else (load %s): times would say little; wait until the load is below %d, or pass -busy", here.load, mostLoad)
	}
	logs, err := os.MkdirTemp("", "governance-operator-benchmark-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(logs)
	b := &bench{options: o, logs: logs, report: newReport(o)}
	began := time.Now()
	failed := b.run(ctx)
	b.report.took = time.Since(began)
	page := b.report.page()
	fmt.Print(page)
	if failed != nil || o.out == "" {
		return failed
	}
	if err := os.WriteFile(o.out, []byte(page), 0o644); err != nil {
		return err
	}
	return writePlot(o.out, page)
}

// writePlot draws a page's figures beside it.
func writePlot(out, page string) error {
	picture, err := plot(page)
	if err != nil {
		return err
	}
	return os.WriteFile(pictureOf(out), []byte(picture), 0o644)
}

// pictureOf is where the plot of a page is.
func pictureOf(out string) string { return strings.TrimSuffix(out, filepath.Ext(out)) + ".svg" }

// bench is one run.
type bench struct {
	options
	logs   string
	report *report
}

// run measures stage after stage. One that fails does not keep the others from being measured.
func (b *bench) run(ctx context.Context) error {
	var failed []error
	for _, s := range b.stages() {
		if s.n == 0 || s.full && !b.full || !s.wanted(b.only) {
			continue
		}
		if err := s.run(ctx, b); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", s.population, err))
			say("%v", failed[len(failed)-1])
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return errors.Join(failed...)
}

// say tells whoever waits how far it is.
func say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%s %s\n", time.Now().Format("15:04:05"), fmt.Sprintf(format, args...))
}
