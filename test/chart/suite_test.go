package chart_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
	"github.com/governance-operator/governance-operator/internal/testenv"
)

func TestInstalledReleases(t *testing.T) {
	t.Parallel()
	RegisterFailHandler(Fail)
	ctrl.SetLogger(GinkgoLogr)
	RunSpecs(t, "releases of the chart")
}

// cluster is a control plane of its own that knows no kind of ours, a fake tenant, and helm with every right.
type cluster struct {
	*sandbox.Server
	env        *testenv.Environment
	c          client.Client
	kubeconfig string
	manager    *testenv.Process
}

func newCluster(ctx context.Context, namespaces ...string) *cluster {
	GinkgoHelper()
	env, err := testenv.Start(ctx, testenv.WithoutCRDs())
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { Expect(env.Stop()).To(Succeed()) })
	kubeconfig, err := env.KubeconfigFile("admin", "system:masters")
	Expect(err).NotTo(HaveOccurred())
	server, err := sandbox.Start(sandbox.Options{Vendor: sailpoint.New(), KnownCredentials: true})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(server.Close)
	for _, name := range namespaces {
		Expect(env.Client.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}})).To(Succeed())
	}
	k := &cluster{Server: server, env: env, c: env.Client, kubeconfig: kubeconfig}
	DeferCleanup(k.kill)
	return k
}

// helm runs helm as an administrator.
func (k *cluster) helm(ctx context.Context, args ...string) string {
	GinkgoHelper()
	out, err := runHelm(ctx, append(args, "--kubeconfig", k.kubeconfig, "--namespace", namespace)...)
	Expect(err).NotTo(HaveOccurred())
	return out
}

// run starts the manager as the installed Deployment says, with a token of its ServiceAccount.
func (k *cluster) run(ctx context.Context) {
	GinkgoHelper()
	deployment := &appsv1.Deployment{}
	Expect(k.c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: release}, deployment)).To(Succeed())
	args := []string{"--kubeconfig", k.as(ctx, deployment.Spec.Template.Spec.ServiceAccountName), "--recovery-window=3s"}
	for _, arg := range deployment.Spec.Template.Spec.Containers[0].Args {
		if flag, _, _ := strings.Cut(arg, "="); strings.HasSuffix(flag, "-bind-address") {
			arg = flag + "=0"
		}
		args = append(args, arg)
	}
	Expect(args).To(ContainElement("--leader-elect"))
	var err error
	k.manager, err = testenv.StartProcess(GinkgoWriter, "manager", args...)
	Expect(err).NotTo(HaveOccurred())
	_, err = k.manager.WaitFor(ctx, "Starting workers")
	Expect(err).NotTo(HaveOccurred())
}

// as writes a kubeconfig with a token of a ServiceAccount.
func (k *cluster) as(ctx context.Context, account string) string {
	GinkgoHelper()
	token := &authenticationv1.TokenRequest{}
	Expect(k.c.SubResource("token").Create(ctx, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: account}}, token)).To(Succeed())
	config := clientcmdapi.NewConfig()
	config.Clusters["cluster"] = &clientcmdapi.Cluster{Server: k.env.Config.Host, CertificateAuthorityData: k.env.Config.CAData}
	config.AuthInfos["account"] = &clientcmdapi.AuthInfo{Token: token.Status.Token}
	config.Contexts["account"] = &clientcmdapi.Context{Cluster: "cluster", AuthInfo: "account"}
	config.CurrentContext = "account"
	path := filepath.Join(GinkgoT().TempDir(), account+".yaml")
	Expect(clientcmd.WriteToFile(*config, path)).To(Succeed())
	return path
}

func (k *cluster) kill() {
	if k.manager != nil {
		k.manager.Kill()
		k.manager = nil
	}
}

// signIn makes the backend "tenant" with the Secret that the chart's sandbox has for SailPoint.
func (k *cluster) signIn(ctx context.Context, ns, secret string) {
	GinkgoHelper()
	backend := &v1alpha1.GovernanceBackend{}
	parseInto(fmt.Sprintf(`
apiVersion: governance-operator.io/v1alpha1
kind: GovernanceBackend
metadata: {name: tenant, namespace: %s}
spec:
  vendor: SailPoint
  endpoint: %s
  credentials: {secretRef: {name: %s}}
  resyncInterval: 1m
`, ns, k.URL, secret), backend)
	Expect(k.c.Create(ctx, backend)).To(Succeed())
}

// profile makes an AccessProfile.
func (k *cluster) profile(ctx context.Context, ns, name string) *v1alpha1.AccessProfile {
	GinkgoHelper()
	profile := &v1alpha1.AccessProfile{}
	parseInto(fmt.Sprintf(`
apiVersion: governance-operator.io/v1alpha1
kind: AccessProfile
metadata: {name: %[2]s, namespace: %[1]s}
spec:
  backendRef: {name: tenant}
  displayName: %[2]s
  owners: [{email: ada@corp.example}]
  sailPoint: {source: {name: Workday}}
`, ns, name), profile)
	Expect(k.c.Create(ctx, profile)).To(Succeed())
	return profile
}

// ready waits until a profile is Ready for its present generation.
func (k *cluster) ready(ctx context.Context, profile *v1alpha1.AccessProfile) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		g.Expect(k.c.Get(ctx, client.ObjectKeyFromObject(profile), profile)).To(Succeed())
		ready := meta.FindStatusCondition(profile.Status.Conditions, v1alpha1.ConditionReady)
		g.Expect(ready).NotTo(BeNil(), "no Ready condition yet")
		g.Expect(ready.Status).To(Equal(metav1.ConditionTrue), "%s: %s", ready.Reason, ready.Message)
		g.Expect(ready.ObservedGeneration).To(Equal(profile.Generation))
	}).WithContext(ctx).WithTimeout(time.Minute).WithPolling(100 * time.Millisecond).Should(Succeed())
}

// remote is the profile of that name at the vendor, nil if there is none.
func (k *cluster) remote(name string) map[string]any {
	for _, profile := range k.Dump().(sailpoint.Dump).Profiles {
		if profile.Object["name"] == name {
			return profile.Object
		}
	}
	return nil
}

// copyOfChart is a chart to change.
func copyOfChart() string {
	GinkgoHelper()
	dir := filepath.Join(GinkgoT().TempDir(), "governance-operator")
	Expect(os.CopyFS(dir, os.DirFS(chart))).To(Succeed())
	return dir
}
