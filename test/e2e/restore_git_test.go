package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// printed are the commands of kubectl in the block of docs/day-two.md that has a line, those that wait excepted.
func printed(line string) string {
	GinkgoHelper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "docs", "day-two.md"))
	Expect(err).NotTo(HaveOccurred())
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(raw), -1) {
		if !strings.Contains(block[1], line) {
			continue
		}
		var out []string
		for _, command := range strings.Split(strings.NewReplacer("\\\n", " ", "|\n", "| ").Replace(block[1]), "\n") {
			command = strings.TrimSpace(command)
			if strings.HasPrefix(command, "kubectl ") && !strings.Contains(command, "wait governance ") && !strings.Contains(command, " logs ") {
				out = append(out, command)
			}
		}
		return strings.Join(out, "\n")
	}
	Fail("docs/day-two.md has no block with " + line)
	return ""
}

var _ = Describe("a cluster is restored by the commands of day two", Label("restore"), func() {
	for sentence, apply := range map[string]string{
		"client-side": "kubectl apply",
		"server-side": "kubectl apply --server-side --force-conflicts",
	} {
		It("and goes on with an apply from Git, "+sentence, func(ctx SpecContext) {
			old := newStackOf(ctx, v1alpha1.VendorConductorOne)
			old.start(ctx)
			git := old.repository(three)
			out, err := old.shell(ctx, git, apply+" -n "+old.namespace+" -f first.yaml")
			Expect(err).NotTo(HaveOccurred(), out)
			ids := map[string]string{}
			for _, obj := range old.ones() {
				old.ready(ctx, obj)
				ids[kindName(obj)] = obj.GetManagedStatus().Remote.ID
			}
			id := regexp.MustCompile(`"clusterID":\s*"([^"]+)"`).FindStringSubmatch(old.manager.Output())
			Expect(id).To(HaveLen(2), "the manager says its id when it starts")
			out, err = old.shell(ctx, git, printed("kubectl get governance -A -o yaml"))
			Expect(err).NotTo(HaveOccurred(), out)
			old.kill() // The old cluster is gone.

			restored := old.elsewhere(ctx, v1alpha1.VendorConductorOne)
			Expect(restored.c.Delete(ctx, &v1alpha1.GovernanceBackend{ObjectMeta: metav1.ObjectMeta{Namespace: restored.namespace, Name: "tenant"}})).To(Succeed(), "it is in the backup")
			out, err = restored.shell(ctx, git, printed("kubectl create -f governance.yaml"))
			Expect(err).NotTo(HaveOccurred(), out)
			restored.ResetCalls()
			restored.start(ctx, "--cluster-id="+id[1])
			back := func() {
				GinkgoHelper()
				for _, obj := range restored.ones() {
					restored.ready(ctx, obj)
					Expect(obj.GetManagedStatus().Remote.ID).To(Equal(ids[kindName(obj)]))
				}
			}
			back()
			Expect(restored.Counts().Writes).To(BeZero(), "what was restored is as it was")

			By("the same manifests, also while no manager would put back what an apply takes away")
			restored.kill()
			for range 2 {
				out, err = restored.shell(ctx, git, apply+" -n "+restored.namespace+" -f first.yaml")
				Expect(err).NotTo(HaveOccurred(), out)
			}
			for _, obj := range restored.ones() {
				Expect(restored.c.Get(ctx, client.ObjectKeyFromObject(obj), obj)).To(Succeed())
				Expect(obj.GetFinalizers()).To(ContainElement(v1alpha1.Finalizer))
				Expect(obj.GetAnnotations()).To(HaveKey(v1alpha1.AnnotationIntent))
			}
			restored.start(ctx, "--cluster-id="+id[1])
			back()
			Expect(restored.Counts().Writes).To(BeZero())

			By("and an edit of them")
			out, err = restored.shell(ctx, git, apply+" -n "+restored.namespace+" -f second.yaml")
			Expect(err).NotTo(HaveOccurred(), out)
			back()
			for _, k := range three {
				Expect(restored.creates(k)).To(BeZero())
				Expect(restored.names(k)).To(ContainElement("Second"))
				Expect(restored.names(k)).NotTo(ContainElement("First"))
			}
		}, SpecTimeout(4*time.Minute))
	}
})

// repository is a folder with the manifests of one object of each kind, as they were first and as they are then.
func (s *stack) repository(of []kind) string {
	GinkgoHelper()
	dir := GinkgoT().TempDir()
	for file, name := range map[string]string{"first.yaml": "First", "second.yaml": "Second"} {
		var out []string
		for _, k := range of {
			out = append(out, k.manifest("one", name))
		}
		Expect(os.WriteFile(filepath.Join(dir, file), []byte(strings.Join(out, "\n---\n")), 0o600)).To(Succeed())
	}
	return dir
}

// ones are the objects of a repository.
func (s *stack) ones() (out []reference.Managed) {
	for _, k := range three {
		obj := reference.New(kindOf(k))
		obj.SetNamespace(s.namespace)
		obj.SetName("one")
		out = append(out, obj)
	}
	return out
}
