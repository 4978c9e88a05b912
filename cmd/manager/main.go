// Command manager is the operator.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/go-logr/logr"
	_ "golang.org/x/crypto/x509roots/fallback" // The image holds nothing but the binary: where a system has no roots of trust, these are used.
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/uuid"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/manager"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/controller"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/lease"
	"github.com/governance-operator/governance-operator/internal/telemetry"
	"github.com/governance-operator/governance-operator/internal/vendors"
	"github.com/governance-operator/governance-operator/internal/webhook"
)

// version is set when a release is built.
var version = "dev"

// longestCall is how long a call may take at most: the recovery window counts on it.
const longestCall = 30 * time.Second

// leaseName is the name of the lease of leader election.
const leaseName = "governance-operator.governance-operator.io"

type options struct {
	metricsAddress, probeAddress string
	metricsSecure, http2         bool
	metricsCertDir               string
	webhookAddress, webhookName  string
	webhookCertDir               string
	elect                        bool
	leaseDuration, renewDeadline time.Duration
	retryPeriod                  time.Duration
	clusterID                    string
	namespaces                   string
	operatorNamespace            string
	concurrency                  int
	resync                       time.Duration
	loopback                     bool
	insecure                     bool
	audit                        string
	traceTo                      string
	tracePart                    float64
	pace                         controller.Options
}

func main() {
	o := options{}
	flag.StringVar(&o.metricsAddress, "metrics-bind-address", ":8443", "address of the metrics endpoint; 0 switches it off")
	flag.BoolVar(&o.metricsSecure, "metrics-secure", true, "serve metrics over https, to those whom the API server lets get /metrics; otherwise over http and to everybody")
	flag.StringVar(&o.metricsCertDir, "metrics-cert-dir", "", "folder with the certificate of the metrics, tls.crt and tls.key; the default is one that the manager signs itself")
	flag.BoolVar(&o.http2, "enable-http2", false, "let clients of the https endpoints choose http/2")
	flag.StringVar(&o.probeAddress, "health-probe-bind-address", ":8081", "address of /healthz and /readyz; 0 switches it off")
	flag.StringVar(&o.webhookAddress, "webhook-bind-address", webhookOff, "address of the validating webhook, such as :9443; 0 switches it off")
	flag.StringVar(&o.webhookName, "webhook-name", "governance-operator-webhook", "name of the webhook's Service, of the Secret beside it in which the manager keeps a certificate that it signs itself, and of the ValidatingWebhookConfiguration")
	flag.StringVar(&o.webhookCertDir, "webhook-cert-dir", "", "folder with a certificate of the webhook that somebody else keeps, tls.crt and tls.key")
	flag.BoolVar(&o.elect, "leader-elect", false, "make sure that only one of several replicas works")
	flag.DurationVar(&o.leaseDuration, "leader-election-lease-duration", 15*time.Second, "how long a lease holds without being renewed")
	flag.DurationVar(&o.renewDeadline, "leader-election-renew-deadline", 10*time.Second, "how long the leader tries to renew before it gives up")
	flag.DurationVar(&o.retryPeriod, "leader-election-retry-period", 2*time.Second, "how long to wait between tries")
	flag.StringVar(&o.clusterID, "cluster-id", "", "name that marks this cluster's remotes at the vendors; the default is derived from the UID of the namespace kube-system; set it to the old one when a cluster was restored")
	flag.StringVar(&o.namespaces, "watch-namespaces", "", "comma-separated namespaces to watch; empty means all, and cluster backends are served only then")
	flag.StringVar(&o.operatorNamespace, "operator-namespace", "", "namespace of the Secrets of cluster backends and of the lease; the default is the pod's own")
	flag.IntVar(&o.concurrency, "max-concurrent-reconciles", 16, "objects of each kind that are worked on at once for one namespace; one tenant gets about half of them")
	flag.DurationVar(&o.resync, "resync-interval", 0, "how often every object is compared with its vendor, in place of spec.resyncInterval of the backends")
	flag.BoolVar(&o.loopback, "allow-loopback-endpoints", false, "permit backends of namespaces whose endpoint is an address of the manager's own host; outside a pod they always are")
	flag.BoolVar(&o.insecure, "allow-insecure-endpoints", false, "permit http endpoints that are not loopback addresses")
	flag.DurationVar(&o.pace.Window, "recovery-window", 0, "how long an interrupted create is waited for before another is sent; the default suits the default lease, and less is for tests only")
	flag.DurationVar(&o.pace.ReviewPoll, "review-poll-interval", 0, "how often a review that waits for people is looked at (default 5m)")
	flag.DurationVar(&o.pace.DetailPeriod, "tail-interval", 0, "how often fields are read that no list holds (default 1h)")
	flag.DurationVar(&o.pace.SweepEvery, "sweep-check-interval", 0, "how often it is checked which backends are due to be swept (default 5s); less is for tests only")
	flag.DurationVar(&o.pace.CallTimeout, "call-timeout", longestCall, "how long a call to a vendor may take; no longer than the default, since an interrupted create is waited for as long")
	flag.StringVar(&o.audit, "audit-log", telemetry.AuditToLog, "where the record of every write at a vendor goes: log (the manager's own log, as logger \"audit\"), stdout, or the path of a file that is appended to")
	flag.StringVar(&o.traceTo, "tracing-endpoint", "", "URL of a collector that takes spans by OTLP over gRPC, such as http://collector:4317; empty switches tracing off")
	flag.Float64Var(&o.tracePart, "tracing-sample-ratio", 1, "part of the passes that are traced, between 0 and 1")
	zapOptions := zap.Options{}
	zapOptions.BindFlags(flag.CommandLine)
	flag.Parse()
	ctrl.SetLogger(zap.New(zap.UseFlagOptions(&zapOptions)))
	logger := ctrl.Log.WithName("setup")
	if err := run(ctrl.SetupSignalHandler(), logger, o); err != nil {
		logger.Error(err, "the manager stopped")
		os.Exit(1)
	}
}

func run(ctx context.Context, logger logr.Logger, o options) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50) // The manager mostly waits for others: a cluster rather misses its memory than its time.
	}
	if o.pace.CallTimeout <= 0 || o.pace.CallTimeout > longestCall {
		return fmt.Errorf("--call-timeout: is %s, and has to be between 0 and %s", o.pace.CallTimeout, longestCall)
	}
	cfg, err := ctrl.GetConfig()
	if err != nil {
		return fmt.Errorf("finding the cluster: %w", err)
	}
	cfg.QPS = -1 // The API server's own priority and fairness says how much is too much.
	cfg.UserAgent = "governance-operator/" + version
	scheme, err := newScheme()
	if err != nil {
		return err
	}
	if o.operatorNamespace == "" {
		o.operatorNamespace = ownNamespace()
	}
	metrics, err := metricsOptions(o)
	if err != nil {
		return err
	}
	certificate := &webhook.Certificate{}
	webhooks, err := webhookServer(o, certificate)
	if err != nil {
		return err
	}
	watched := split(o.namespaces)
	m := manager.Options{
		Scheme:                        scheme,
		Logger:                        ctrl.Log,
		Metrics:                       metrics,
		HealthProbeBindAddress:        o.probeAddress,
		WebhookServer:                 webhooks,
		GracefulShutdownTimeout:       ptr.To(45 * time.Second),
		LeaderElection:                o.elect,
		LeaderElectionID:              leaseName,
		LeaderElectionNamespace:       o.operatorNamespace,
		LeaseDuration:                 &o.leaseDuration,
		RenewDeadline:                 &o.renewDeadline,
		RetryPeriod:                   &o.retryPeriod,
		LeaderElectionReleaseOnCancel: false,
		Client:                        client.Options{Cache: &client.CacheOptions{DisableFor: []client.Object{&corev1.Secret{}, &corev1.ConfigMap{}}}},
		Cache:                         cache.Options{DefaultTransform: controller.Slim},
	}
	if len(watched) > 0 {
		m.Cache.DefaultNamespaces = map[string]cache.Config{}
		for _, ns := range watched {
			m.Cache.DefaultNamespaces[ns] = cache.Config{}
		}
	}
	c := o.pace
	c.At = atPoint()
	if o.elect {
		watch, err := electionLock(cfg, o)
		if err != nil {
			return err
		}
		m.LeaderElectionResourceLockInterface = watch
		c.Lease = watch.Held
	}
	mgr, err := ctrl.NewManager(cfg, m)
	if err != nil {
		return fmt.Errorf("making the manager: %w", err)
	}
	if c.ClusterID, err = managed.ClusterID(ctx, mgr.GetAPIReader(), o.clusterID); err != nil {
		return err
	}
	c.Vendors, c.OperatorNamespace, c.ClusterKind = vendors.All(), o.operatorNamespace, len(watched) == 0
	c.Outside = !o.loopback && inPod()
	c.AllowInsecure, c.UserAgent, c.Concurrency, c.ResyncInterval = o.insecure, cfg.UserAgent, o.concurrency, o.resync
	audit, err := telemetry.OpenAudit(o.audit, ctrl.Log)
	if err != nil {
		return err
	}
	c.Observe = audit.Observer
	if o.traceTo != "" {
		stop, err := telemetry.StartTracing(ctx, o.traceTo, o.tracePart, version, ctrl.Log.WithName("tracing"))
		if err != nil {
			return err
		}
		defer func() {
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			stop(last)
		}()
	}
	if err := controller.Setup(ctx, mgr, c); err != nil {
		return fmt.Errorf("setting up the controllers: %w", err)
	}
	if err := addWebhook(mgr, o, c, certificate); err != nil {
		return err
	}
	if err := errors.Join(mgr.AddHealthzCheck("ping", healthz.Ping), mgr.AddReadyzCheck("ping", healthz.Ping)); err != nil {
		return err
	}
	logger.Info("starting", "version", version, "clusterID", c.ClusterID, "leaderElection", o.elect)
	return mgr.Start(ctx)
}

func newScheme() (*runtime.Scheme, error) {
	scheme := runtime.NewScheme()
	return scheme, errors.Join(clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme))
}

// electionLock makes the lock of leader election, watched for the fence.
func electionLock(cfg *rest.Config, o options) (*lease.Watch, error) {
	host, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("making the lease: %w", err)
	}
	lock, err := resourcelock.NewFromKubeconfig(resourcelock.LeasesResourceLock, o.operatorNamespace, leaseName,
		resourcelock.ResourceLockConfig{Identity: host + "_" + string(uuid.NewUUID())}, rest.CopyConfig(cfg), o.renewDeadline)
	if err != nil {
		return nil, fmt.Errorf("making the lease: %w", err)
	}
	return &lease.Watch{Interface: lock, Duration: o.leaseDuration}, nil
}

// ownNamespace is the pod's namespace, or the usual one outside a pod.
func ownNamespace() string {
	if raw, err := os.ReadFile("/var/run/secrets/kubernetes.io/serviceaccount/namespace"); err == nil {
		return strings.TrimSpace(string(raw))
	}
	return "governance-operator-system"
}

func split(s string) []string {
	var out []string
	for _, part := range strings.Split(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// inPod reports whether the manager runs where its host is a pod: it was told of the API server by nothing but that.
func inPod() bool {
	kubeconfig := flag.Lookup("kubeconfig")
	return os.Getenv("KUBERNETES_SERVICE_HOST") != "" && (kubeconfig == nil || kubeconfig.Value.String() == "")
}
