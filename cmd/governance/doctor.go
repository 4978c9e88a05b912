package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/doctor"
)

func doctorCommand() *cobra.Command {
	output, operator := asText, ""
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check what the operator stands on",
		Long: "Check what the operator stands on: the definitions of the kinds against this version, your rights and those of the manager,\n" +
			"the manager and who leads, the webhook, all backends, and the clocks of this machine, of the API server and of the manager.\n\n" +
			"Each check is a line, with what to do where it is not ok. It exits with 1 where a check fails.\n" +
			"It reads the cluster, writes nothing, and asks no vendor. What you may not read is \"unknown\", and fails nothing.",
		Example: "  governance doctor\n\n  # For a script\n  governance doctor -o json",
		Args:    cobra.NoArgs,
	}
	cluster := inCluster(cmd)
	cmd.Flags().StringVarP(&output, "output", "o", asText, "form of the result: text or json")
	cmd.Flags().StringVar(&operator, "operator-namespace", "", "namespace of the operator; unset: it is looked for")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		d, err := cluster.doctor(operator)
		if err != nil {
			return err
		}
		checks, err := d.Examine(cmd.Context())
		if err != nil {
			return err
		}
		if err := show(cmd.OutOrStdout(), output, checks, func(out io.Writer) error { return writeChecks(out, checks) }); err != nil {
			return err
		}
		if doctor.Failed(checks) {
			return errors.New("a check failed")
		}
		return nil
	}
	return cmd
}

// doctor is one for the cluster of the connection.
func (c *cluster) doctor(operator string) (*doctor.Doctor, error) {
	config, err := c.flags.ToRESTConfig()
	if err != nil {
		return nil, err
	}
	return c.doctorOver(config, operator)
}

func (c *cluster) doctorOver(config *rest.Config, operator string) (*doctor.Doctor, error) {
	namespace, _, err := c.flags.ToRawKubeConfigLoader().Namespace()
	if err != nil {
		return nil, err
	}
	scheme, err := doctor.Scheme()
	if err != nil {
		return nil, err
	}
	connected, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		return nil, err
	}
	transport, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, err
	}
	server, _, err := rest.DefaultServerUrlFor(config)
	if err != nil {
		return nil, err
	}
	return &doctor.Doctor{
		Client: connected, Namespace: namespace, Operator: operator, Version: version, Now: time.Now,
		ServerTime: func(ctx context.Context) (time.Time, error) {
			return timeOf(ctx, transport, server.JoinPath("version").String())
		},
	}, nil
}

// timeOf is the clock of a server.
func timeOf(ctx context.Context, transport *http.Client, url string) (time.Time, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return time.Time{}, err
	}
	answer, err := transport.Do(request)
	if err != nil {
		return time.Time{}, err
	}
	if err := answer.Body.Close(); err != nil {
		return time.Time{}, err
	}
	return http.ParseTime(answer.Header.Get("Date"))
}

func writeChecks(out io.Writer, checks []doctor.Check) error {
	w := tabwriter.NewWriter(out, 0, 8, 3, ' ', 0)
	for _, c := range checks {
		fmt.Fprintf(w, "%s\t%s\t%s\n", c.Level, c.Area, backend.Printable(strings.TrimSpace(c.Says)))
		if c.Do != "" {
			fmt.Fprintf(w, "\t\t-> %s\n", backend.Printable(c.Do))
		}
	}
	return w.Flush()
}
