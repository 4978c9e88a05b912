package controller_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

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
})
