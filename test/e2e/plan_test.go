package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/governance-operator/governance-operator/internal/reference"
)

// planCluster marks the remotes of these specs.
const planCluster = "e2e-plan"

// planned is what a plan says in JSON, as far as specs read it.
type planned struct {
	Summary map[string]int
	Hash    string
	Changes []struct {
		Name, Action, Reason, Hash, Widens string
		Fields                             []struct{ Path string }
	}
}

// governance runs the built command, and returns what it printed and its exit code. No write may have reached the vendor.
func (s *stack) governance(ctx context.Context, args ...string) (stdout, stderr string, code int) {
	GinkgoHelper()
	before := s.Counts().Writes
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, filepath.Join("..", "..", "bin", "governance"), args...)
	cmd.Env = append(os.Environ(), "KUBECONFIG=/nonexistent")
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code, err = exit.ExitCode(), nil
	}
	Expect(err).NotTo(HaveOccurred())
	Expect(s.Counts().Writes).To(Equal(before), "the command wrote at the vendor")
	return out.String(), errs.String(), code
}

// plan plans files, in the cluster and without one, and expects that both say the same.
func (s *stack) plan(ctx context.Context, code int, manifests ...string) planned {
	GinkgoHelper()
	dir := GinkgoT().TempDir()
	Expect(os.WriteFile(filepath.Join(dir, "objects.yaml"), []byte(strings.Join(append(manifests, s.backendManifest()), "\n---\n")), 0o600)).To(Succeed())
	secret := filepath.Join(GinkgoT().TempDir(), "credential.yaml")
	Expect(os.WriteFile(secret, fmt.Appendf(nil, "endpoint: %s\nclientID: %q\nclientSecret: %q\n", s.URL, s.Credentials().ClientID, s.Credentials().ClientSecret), 0o600)).To(Succeed())
	var plans [2]planned
	for i, how := range [][]string{
		{"--kubeconfig", s.kubeconfig},
		{"--kubeconfig", "/nonexistent", "--credentials", "tenant=" + secret},
	} {
		args := append([]string{"plan", "-f", dir, "-n", s.namespace, "-o", "json", "--detailed-exitcode", "--whole-budget", "--cluster-id", planCluster}, how...)
		stdout, stderr, got := s.governance(ctx, args...)
		Expect(got).To(Equal(code), stderr)
		Expect(json.Unmarshal([]byte(stdout), &plans[i])).To(Succeed(), stdout)
	}
	Expect(plans[1]).To(Equal(plans[0]), "without the cluster it is another plan")
	return plans[0]
}

func (s *stack) backendManifest() string {
	return fmt.Sprintf("apiVersion: governance-operator.io/v1alpha1\nkind: GovernanceBackend\nmetadata: {name: tenant}\nspec:\n  vendor: ConductorOne\n  endpoint: %s\n"+
		"  credentials: {secretRef: {name: credentials}}\n  requestsPerSecond: 1000\n  burst: 10000\n", s.URL)
}

var _ = Describe("a plan", func() {
	It("is what is then done, under the hash that the audit log has, and is empty afterwards", func(ctx SpecContext) {
		s := newStack(ctx)
		s.start(ctx, "--cluster-id="+planCluster)
		entitlement := kinds[0].manifest("planned-read", "Planned read")
		profile := manifest("AccessProfile", "planned", "displayName: Planned", "entitlements: [{ref: {name: planned-read}}]", "requestable: true")
		Eventually(func() string {
			_, stderr, _ := s.governance(ctx, "plan", "--kubeconfig", s.kubeconfig, "-n", s.namespace)
			return stderr
		}).
			WithContext(ctx).WithTimeout(patience).Should(BeEmpty(), "the backend signs in")

		By("planning what is not there yet, a profile with an entitlement that is still to be made")
		p := s.plan(ctx, 2, entitlement, profile)
		Expect(p.Summary).To(Equal(map[string]int{"create": 2}))
		s.carryOut(ctx, p, entitlement, profile)

		By("planning an edit that lets more people in, and one that does not")
		edited := strings.Replace(profile, "requestable: true", "requestable: true\n  description: For a plan\n  conductorOne: {visibleToEveryone: true}", 1)
		p = s.plan(ctx, 2, entitlement, edited)
		Expect(p.Summary).To(Equal(map[string]int{"nothing": 1, "update": 1}))
		for _, c := range p.Changes {
			if c.Action == "update" {
				Expect(c.Widens).To(Equal("yes"))
				Expect(c.Fields).To(HaveExactElements(HaveField("Path", "conductorOne.visibleToEveryone"), HaveField("Path", "description")))
			}
		}
		s.carryOut(ctx, p, entitlement, edited)

		By("planning a deletion, which only a cluster can")
		dir := GinkgoT().TempDir()
		Expect(os.WriteFile(filepath.Join(dir, "objects.yaml"), []byte(entitlement), 0o600)).To(Succeed())
		stdout, stderr, code := s.governance(ctx, "plan", "-f", dir, "--prune", "-n", s.namespace, "--kubeconfig", s.kubeconfig, "--cluster-id", planCluster, "--fail-on=delete")
		Expect(code).To(Equal(1))
		Expect(stdout).To(ContainSubstring("- AccessProfile " + s.namespace + "/planned   delete"))
		Expect(stderr).To(ContainSubstring("--fail-on=delete"))
	}, SpecTimeout(4*time.Minute))

	It("is one sentence and no plan, where it would not be complete", func(ctx SpecContext) {
		s := newStack(ctx)
		dir := GinkgoT().TempDir()
		Expect(os.WriteFile(filepath.Join(dir, "objects.yaml"), []byte(manifest("AccessProfile", "planned", "displayName: Planned")), 0o600)).To(Succeed())
		_, stderr, code := s.governance(ctx, "plan", "-f", dir, "-n", s.namespace, "--kubeconfig", s.kubeconfig)
		Expect(code).To(Equal(1))
		Expect(stderr).To(ContainSubstring("plan incomplete: AccessProfile/"+s.namespace+"/planned: BackendNotReady"), "nobody has signed in")
	}, SpecTimeout(time.Minute))
})

// carryOut applies what was planned, waits until it is done, and expects that the audit log tells of each change by its hash, and
// that nothing is left to do.
func (s *stack) carryOut(ctx context.Context, p planned, manifests ...string) {
	GinkgoHelper()
	for _, m := range manifests {
		s.ready(ctx, s.apply(ctx, m).(reference.Managed))
	}
	for _, c := range p.Changes {
		if c.Hash != "" {
			Expect(s.manager.Output()).To(ContainSubstring(c.Hash), "%s of %s", c.Action, c.Name)
		}
	}
	Eventually(func() map[string]int { return s.plan(ctx, 0, manifests...).Summary }).WithContext(ctx).WithTimeout(patience).
		Should(Equal(map[string]int{"nothing": len(manifests)}))
}
