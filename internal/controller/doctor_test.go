package controller_test

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/testenv"
)

// deployment is one of the manager as config/manager has it; nothing runs it here.
const deployment = `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"controller-manager","namespace":%q},"spec":{
"selector":{"matchLabels":{"app.kubernetes.io/name":"governance-operator"}},"template":{"metadata":{"labels":{"app.kubernetes.io/name":"governance-operator"}},
"spec":{"serviceAccountName":"controller-manager","containers":[{"name":"manager","image":"governance-operator:dev"}]}}}}`

var _ = Describe("what the operator stands on", Ordered, func() {
	var person terminal

	BeforeAll(func() { person = openTerminal() })

	It("is examined at an API server, and nothing fails but what is not there", func(ctx SpecContext) {
		t := newTenant(ctx)
		obj := &unstructured.Unstructured{}
		Expect(obj.UnmarshalJSON(fmt.Appendf(nil, deployment, testenv.OperatorNamespace))).To(Succeed())
		Expect(c.Create(ctx, obj)).To(Succeed())
		DeferCleanup(func(ctx SpecContext) { Expect(c.Delete(ctx, obj)).To(Succeed()) })

		run := exec.CommandContext(ctx, person.binary, "doctor", "-n", t.namespace, "-o", "json")
		run.Env = append(os.Environ(), "KUBECONFIG="+person.kubeconfig)
		out, err := run.Output()
		Expect(err).To(HaveOccurred(), "no replica is available")
		var answer struct {
			Result []struct{ Level, Area, Says string }
		}
		Expect(json.Unmarshal(out, &answer)).To(Succeed(), string(out))
		found := map[string][]string{}
		for _, check := range answer.Result {
			if check.Area == "backends" { // Those of other specs may be in any state.
				continue
			}
			found[check.Area+" "+check.Level] = append(found[check.Area+" "+check.Level], check.Says)
		}
		Expect(found).To(HaveKeyWithValue("definitions ok", HaveLen(5)))
		Expect(found).To(HaveKeyWithValue("your rights ok", HaveLen(1)))
		Expect(found).To(HaveKeyWithValue("manager's rights ok", HaveLen(1)))
		Expect(found).To(HaveKeyWithValue("clocks ok", HaveLen(1)))
		Expect(found).To(HaveKeyWithValue("manager fail", ConsistOf(ContainSubstring("0 of 1 replicas are available"))))
		Expect(found).To(HaveKeyWithValue("manager ok", ConsistOf(ContainSubstring("needs no lease"))))
		Expect(found).To(HaveKey("webhook ok"))
	})

	It("is collected for somebody else without a value, and a file is not written over", func(ctx SpecContext) {
		t, obj := newTenant(ctx), &v1alpha1.AccessProfile{}
		t.apply(ctx, subjects[1].manifest("one", "Planted name", "  description: planted-description"))
		t.ready(ctx, obj, "one")
		to := filepath.Join(GinkgoT().TempDir(), "bundle.tar.gz")
		bundle := func(more ...string) (string, error) {
			run := exec.CommandContext(ctx, person.binary, append([]string{"bundle", "-n", t.namespace}, more...)...)
			run.Env = append(os.Environ(), "KUBECONFIG="+person.kubeconfig)
			out, err := run.CombinedOutput()
			return string(out), err
		}
		Expect(bundle("--dry-run")).To(And(ContainSubstring("objects/AccessProfile.jsonl"), ContainSubstring("1 objects without values")))
		Expect(to).NotTo(BeAnExistingFile())
		Expect(bundle("--to", to)).To(ContainSubstring("wrote " + to))
		out, err := bundle("--to", to)
		Expect(err).To(HaveOccurred())
		Expect(out).To(ContainSubstring("exists"))

		file, err := os.Open(to)
		Expect(err).NotTo(HaveOccurred())
		defer file.Close()
		zipped, err := gzip.NewReader(file)
		Expect(err).NotTo(HaveOccurred())
		text, err := io.ReadAll(zipped)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(text)).To(And(ContainSubstring(obj.Status.Remote.ID), ContainSubstring(`"name":"one"`), ContainSubstring("InSync")))
		Expect(strings.ToLower(string(text))).NotTo(Or(ContainSubstring("planted"), ContainSubstring(strings.ToLower(t.Credentials().ClientSecret))))
	})
})
