package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// listing is an API server that has these names at a path, and the kubeconfig of one who may read it.
func listing(t *testing.T, names map[string][]string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		list := metav1.PartialObjectMetadataList{TypeMeta: metav1.TypeMeta{Kind: "PartialObjectMetadataList", APIVersion: "meta.k8s.io/v1"}}
		found, ok := names[r.URL.Path]
		if !ok {
			http.Error(w, "not here", http.StatusForbidden)
			return
		}
		for _, name := range found {
			list.Items = append(list.Items, metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{Name: name}})
		}
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(list); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	return kubeconfigFor(t, server.URL)
}

func kubeconfigFor(t *testing.T, url string) string {
	t.Helper()
	config := clientcmdapi.NewConfig()
	config.Clusters["c"] = &clientcmdapi.Cluster{Server: url}
	for name, namespace := range map[string]string{"prod-eu": "team", "prod-us": "other", "test": ""} {
		config.Contexts[name] = &clientcmdapi.Context{Cluster: "c", Namespace: namespace}
	}
	config.CurrentContext = "prod-eu"
	file := filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*config, file); err != nil {
		t.Fatal(err)
	}
	return file
}

// completed are the words that the command line offers, and what it says of them to the shell.
func completed(t *testing.T, kubeconfig string, words ...string) []string {
	t.Helper()
	t.Setenv("KUBECONFIG", kubeconfig)
	cmd := root()
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&bytes.Buffer{})
	cmd.SetArgs(append([]string{cobra.ShellCompNoDescRequestCmd}, words...))
	if err := cmd.ExecuteContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	return strings.Fields(out.String())
}

func TestWordsAreCompleted(t *testing.T) {
	const below = "/apis/governance-operator.io/v1alpha1/"
	kubeconfig := listing(t, map[string][]string{
		below + "namespaces/team/accessprofiles": {"payroll", "payments", "sales"}, below + "namespaces/other/accessprofiles": {"elsewhere"},
		below + "namespaces/team/governancebackends": {"prod"}, below + "clustergovernancebackends": {"everyone"},
		"/api/v1/namespaces": {"team", "test"},
	})
	only := fmt.Sprint(":", int(cobra.ShellCompDirectiveNoFileComp))
	goesOn := fmt.Sprint(":", int(cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveNoSpace))
	for sentence, c := range map[string]struct {
		words string
		want  []string
	}{
		"a kind":                              {"tree acc", []string{"accessprofile/", "accessreview/", goesOn}},
		"a kind, and backends where they fit": {"why g", []string{"governancebackend/", goesOn}},
		"a name behind its kind":              {"tree accprof/pay", []string{"accprof/payroll", "accprof/payments", only}},
		"a name as a word of its own":         {"orphan accessprofiles s", []string{"sales", only}},
		"nothing behind the object":           {"orphan accessprofile/sales ", []string{only}},
		"a name in another namespace":         {"suspend -n other accessprofile/", []string{"accessprofile/elsewhere", only}},
		"a name in another context":           {"events --context prod-us accessprofile/", []string{"accessprofile/elsewhere", only}},
		"a backend":                           {"why gb/", []string{"gb/prod", only}},
		"a cluster backend":                   {"why cgb/", []string{"cgb/everyone", only}},
		"no backend where they do not fit":    {"tree gb/", []string{only}},
		"what may not be read":                {"tree accessreview/", []string{only}},
		"another kind":                        {"tree secret/", []string{only}},
		"a namespace":                         {"status -n te", []string{"team", "test", only}},
		"a context":                           {"status --context prod-", []string{"prod-eu", "prod-us", only}},
		"a form of the result":                {"status -o ", []string{"text", "json", "yaml", only}},
		"a shell":                             {"completion f", []string{"fish", only}},
	} {
		t.Run(sentence, func(t *testing.T) {
			if diff := cmp.Diff(c.want, completed(t, kubeconfig, strings.Split(c.words, " ")...)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if got := completed(t, filepath.Join(t.TempDir(), "none"), "tree", "accessprofile/"); len(got) != 1 {
		t.Errorf("without a cluster: %v", got)
	}
}

// TestACompletionDoesNotWaitForACluster that never answers: it would not return at all.
func TestACompletionDoesNotWaitForACluster(t *testing.T) {
	held := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-held:
		case <-r.Context().Done():
		}
	}))
	defer server.Close()
	defer close(held)
	t.Setenv("KUBECONFIG", kubeconfigFor(t, server.URL))
	cmd := &cobra.Command{Use: "x KIND/NAME"}
	c := inCluster(cmd)
	if c.patience != completes {
		t.Errorf("it waits for %s", c.patience)
	}
	c.patience = time.Millisecond
	cmd.SetContext(t.Context())
	if words, _ := c.completeObject(cmd, nil, "accessprofile/"); len(words) > 0 {
		t.Error(words)
	}
}

// TestScriptsAreWhatTheirShellsRead as far as the shells are here.
func TestScriptsAreWhatTheirShellsRead(t *testing.T) {
	for shell, want := range map[string]string{"bash": "complete -o default -F __start_governance governance", "zsh": "#compdef governance", "fish": "complete -c governance",
		"powershell": "Register-ArgumentCompleter -CommandName 'governance'", "kubectl": "exec kubectl-governance __complete \"$@\""} {
		out, _, err := run(t, "", "completion", shell)
		if err != nil || !strings.Contains(out, want) {
			t.Errorf("%s: %v, and %q is not in\n%s", shell, err, want, out)
		}
		if reads := map[string]string{"bash": "bash", "kubectl": "sh"}[shell]; reads != "" {
			parse := exec.CommandContext(t.Context(), reads, "-n")
			parse.Stdin = strings.NewReader(out)
			if said, err := parse.CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", shell, err, said)
			}
		}
	}
	if _, _, err := run(t, "", "completion", "csh"); err == nil || !strings.Contains(err.Error(), `"csh" is none of bash, fish, kubectl, powershell, zsh`) {
		t.Error(err)
	}
}

// TestKubectlFindsTheScript: kubectl calls it with the words behind the plugin's name.
func TestKubectlFindsTheScript(t *testing.T) {
	folder := t.TempDir()
	script, _, err := run(t, "", "completion", "kubectl")
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	plugin := "#!/bin/sh\n" + asCommand + "=1 exec " + self + " \"$@\"\n"
	for name, text := range map[string]string{"kubectl_complete-governance": script, "kubectl-governance": plugin} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(folder, "kubectl_complete-governance"), "rec")
	cmd.Env = append(os.Environ(), "PATH="+folder+":"+os.Getenv("PATH"))
	out, err := cmd.Output()
	if err != nil || !strings.HasPrefix(string(out), "reconcile\t") {
		t.Errorf("%v: %s", err, out)
	}
}

// TestTheNameOfAPluginIsThatOfItsCall: krew installs it under the name of its package.
func TestTheNameOfAPluginIsThatOfItsCall(t *testing.T) {
	before := os.Args[0]
	defer func() { os.Args[0] = before }()
	for called, want := range map[string][2]string{
		"/usr/bin/governance":                   {"Usage:\n  governance [command]", "exec kubectl-governance __complete"},
		"/usr/bin/kubectl-governance":           {"Usage:\n  kubectl governance [command]", "exec kubectl-governance __complete"},
		"/home/me/.krew/kubectl-governance.exe": {"Usage:\n  kubectl governance [command]", "exec kubectl-governance __complete"},
		"kubectl-governance_operator":           {"Usage:\n  kubectl governance-operator [command]", "exec kubectl-governance_operator __complete"},
	} {
		os.Args[0] = called
		help, _, err := run(t, "", "--help")
		script, _, again := run(t, "", "completion", "kubectl")
		if err != nil || again != nil || !strings.Contains(help, want[0]) || !strings.Contains(script, want[1]) {
			t.Errorf("%s: %v, %v\n%s\n%s", called, err, again, help, script)
		}
	}
}
