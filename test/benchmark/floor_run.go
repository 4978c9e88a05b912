package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

// bare is the floor: for each object what the manager sends, and nothing that it thinks.
type bare struct {
	c        client.Client
	vendor   *http.Client
	endpoint string
	token    string
	events   int
}

// runFloor makes all entitlements of a namespace Ready and waits to be killed, as a manager would.
func runFloor(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet(floorCommand, flag.ContinueOnError)
	kubeconfig := flags.String("kubeconfig", "", "the cluster")
	namespace := flags.String("namespace", "", "where the objects are")
	workers := flags.Int("workers", floorWorkers, "objects at once")
	b := &bare{vendor: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	flags.StringVar(&b.endpoint, "endpoint", "", "the vendor")
	flags.StringVar(&b.token, "token", "", "its static token")
	flags.IntVar(&b.events, "events", 1, "Events for each object")
	if err := flags.Parse(args); err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return err
	}
	config.QPS = -1 // As the manager's: the floor is what the API server and the vendor can take.
	scheme := runtime.NewScheme()
	if err := clientgoscheme.AddToScheme(scheme); err != nil {
		return err
	}
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		return err
	}
	if b.c, err = client.New(config, client.Options{Scheme: scheme}); err != nil {
		return err
	}
	list := &v1alpha1.AppEntitlementList{}
	if err := b.c.List(ctx, list, client.InNamespace(*namespace)); err != nil {
		return err
	}
	fmt.Println(workersLine)
	group, working := errgroup.WithContext(ctx)
	group.SetLimit(*workers)
	for i := range list.Items {
		group.Go(func() error { return b.make(working, &list.Items[i]) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}
