package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/bundle"
)

func bundleCommand() *cobra.Command {
	all, dry, to, operator, since := false, false, "", "", 2*time.Hour
	cmd := &cobra.Command{
		Use:   "bundle",
		Short: "Collect what helps somebody else to see what is wrong, without values",
		Long: "Collect what helps somebody else to see what is wrong, without values: objects, events, what \"governance doctor\" finds, and the\n" +
			"flags, logs and metrics of the manager, as far as you may read them.\n\n" +
			"A value of a spec stands as its type and length. In messages, events and logs the words of the operator's own documentation,\n" +
			"names of objects and ids of remotes stay, and each other word stands as its length. No Secret and no ConfigMap is read.\n" +
			"What is inside is printed before anything is written; without --to nothing is. A file that is there is not written over.",
		Example: "  # What would be inside\n  governance bundle --dry-run\n\n  # Of all namespaces, and the last day\n  governance bundle -A --since 24h --to bundle.tar.gz",
		Args:    cobra.NoArgs,
	}
	cluster := inCluster(cmd)
	cmd.Flags().BoolVarP(&all, "all-namespaces", "A", false, "collect the objects of all namespaces")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "print what would be inside, and write nothing")
	cmd.Flags().StringVar(&to, "to", "", "file to write, for example bundle.tar.gz; unset: none")
	cmd.Flags().DurationVar(&since, "since", since, "how far back events and logs go")
	cmd.Flags().StringVar(&operator, "operator-namespace", "", "namespace of the operator; unset: it is looked for")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		source, err := cluster.source(operator)
		if err != nil {
			return err
		}
		source.Since = since
		if all {
			source.Namespace = ""
		}
		files, left, err := bundle.Collect(cmd.Context(), source)
		if err != nil {
			return err
		}
		if err := writeContents(cmd.OutOrStdout(), files, left); err != nil {
			return err
		}
		if dry || to == "" {
			_, err := fmt.Fprintln(cmd.ErrOrStderr(), "nothing was written; --to names a file")
			return err
		}
		if err := writeNew(to, func(out io.Writer) error { return bundle.Write(out, files, source.Now()) }); err != nil {
			return err
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "\nwrote %s\n", to)
		return err
	}
	return cmd
}

// source is where a bundle of the cluster comes from, over a connection that cannot read a Secret.
func (c *cluster) source(operator string) (bundle.Source, error) {
	config, err := c.flags.ToRESTConfig()
	if err != nil {
		return bundle.Source{}, err
	}
	d, err := c.doctorOver(withoutSecrets(config), operator)
	if err != nil {
		return bundle.Source{}, err
	}
	clientset, err := kubernetes.NewForConfig(withoutSecrets(config))
	if err != nil {
		return bundle.Source{}, err
	}
	return bundle.Source{
		Client: d.Client, Doctor: d, Namespace: d.Namespace, Operator: operator, Version: version, Now: time.Now,
		Logs: func(ctx context.Context, namespace, pod string, since time.Duration) ([]byte, error) {
			return logsOf(ctx, clientset, namespace, pod, since)
		},
		Metrics: func(ctx context.Context, pod *corev1.Pod) ([]byte, error) { return metricsOf(ctx, clientset, pod) },
	}, nil
}

// withoutSecrets is a connection that refuses to read what may hold a secret before a byte is sent.
func withoutSecrets(config *rest.Config) *rest.Config {
	out := rest.CopyConfig(config)
	out.Wrap(func(next http.RoundTripper) http.RoundTripper { return secretless{next} })
	return out
}

type secretless struct{ next http.RoundTripper }

func (s secretless) RoundTrip(r *http.Request) (*http.Response, error) {
	steps := strings.Split(r.URL.Path, "/")
	if slices.Contains(steps, "secrets") || slices.Contains(steps, "configmaps") {
		return nil, fmt.Errorf("%s is not read for a bundle", r.URL.Path)
	}
	return s.next.RoundTrip(r)
}

// mostOfALog is how much of a log is read.
const mostOfALog = 16 << 20

func logsOf(ctx context.Context, clientset kubernetes.Interface, namespace, pod string, since time.Duration) ([]byte, error) {
	seconds, most := int64(max(since, time.Second).Seconds()), int64(mostOfALog)
	return clientset.CoreV1().Pods(namespace).GetLogs(pod, &corev1.PodLogOptions{Container: "manager", SinceSeconds: &seconds, LimitBytes: &most}).DoRaw(ctx)
}

// metricsOf are those of a pod by way of the API server, which hands on no credentials: where the manager asks for some, it refuses.
func metricsOf(ctx context.Context, clientset kubernetes.Interface, pod *corev1.Pod) ([]byte, error) {
	for _, c := range pod.Spec.Containers {
		scheme := "https"
		if slices.Contains(c.Args, "--metrics-secure=false") {
			scheme = "http"
		}
		for _, port := range c.Ports {
			if c.Name == "manager" && port.Name == "metrics" {
				return clientset.CoreV1().Pods(pod.Namespace).ProxyGet(scheme, pod.Name, strconv.Itoa(int(port.ContainerPort)), "metrics", nil).DoRaw(ctx)
			}
		}
	}
	return nil, errors.New("the manager has no port for metrics")
}

func writeContents(out io.Writer, files []bundle.File, left []string) error {
	w := tabwriter.NewWriter(out, 0, 8, 3, ' ', 0)
	fmt.Fprintln(w, "FILE\tBYTES\tCONTENT")
	for _, f := range files {
		fmt.Fprintf(w, "%s\t%d\t%s\n", backend.Printable(f.Name), len(f.Content), backend.Printable(f.Says))
	}
	for _, text := range left {
		fmt.Fprintf(w, "not inside: %s\n", backend.Printable(text))
	}
	return w.Flush()
}

// writeNew writes a file that is not there yet, whole or not at all. Only its owner may read it.
func writeNew(path string, write func(io.Writer) error) (err error) {
	file, err := os.OpenFile(filepath.Clean(path), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err = cmp.Or(err, file.Close()); err != nil {
			err = errors.Join(err, os.Remove(path))
		}
	}()
	return write(file)
}
