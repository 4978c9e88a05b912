package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/inventory"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/sandboxes"
)

// some is an inventory of every sort of item.
func some() inventory.Inventory {
	return inventory.Inventory{
		Tenant: "acme",
		Counts: []inventory.Count{
			{Kind: "AppEntitlement", Failed: "GET /entitlements: forbidden"},
			{Kind: "AccessProfile", Total: 4, ThisCluster: 1, NoObject: 1, OtherCluster: 1, Unmarked: 1, Namesakes: 2},
		},
		Items: []inventory.Item{
			{Kind: "AccessProfile", ID: "1", Name: "Payroll", Manager: inventory.ThisCluster, Objects: []string{"team/payroll", "team/twin"}, Owner: "team/payroll", Cluster: "c1"},
			{Kind: "AccessProfile", ID: "2", Name: "Sales\x1b[31m", Manager: inventory.NoObject, Owner: "team/gone", Cluster: "c1"},
			{Kind: "AccessProfile", ParentID: "app", ID: "3", Name: "A, \"B\"", Manager: inventory.OtherCluster, Owner: "x/y", Cluster: "c2", Objects: []string{"team/mine"}, Namesakes: 1},
			{Kind: "AccessProfile", ID: "4", Manager: inventory.Unmarked, Undeletable: true, Namesakes: 1},
		},
	}
}

func TestAnInventoryIsATable(t *testing.T) {
	var out strings.Builder
	if err := (inventoryOptions{output: "table"}).write(&out, some()); err != nil {
		t.Fatal(err)
	}
	want := `KIND            PARENT   ID                                           NAME         MANAGER        BY                                NOTE
AccessProfile   -        1                                            Payroll      ThisCluster    team/payroll team/twin            several objects have it
AccessProfile   -        2                                            Sales [31m   NoObject       team/gone (cluster c1)            -
AccessProfile   app      3                                            A, "B"       OtherCluster   x/y (cluster c2) team/mine        an object of this cluster has it, too; 1 more of this name
AccessProfile   -        4                                            -            Unmarked       -                                 built in or of a connector; 1 more of this name

KIND             TOTAL                                      THIS CLUSTER   NO OBJECT   OTHER CLUSTER   UNMARKED   NAMESAKES
AppEntitlement   not listed: GET /entitlements: forbidden
AccessProfile    4                                          1              1           1               1          2
`
	trimmed := func(text string) string { return strings.Join(strings.Fields(text), " ") }
	if diff := cmp.Diff(trimmed(want), trimmed(out.String())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAnInventoryIsCSV(t *testing.T) {
	var out strings.Builder
	if err := (inventoryOptions{output: asCSV}).write(&out, some()); err != nil {
		t.Fatal(err)
	}
	want := "kind,parentID,id,name,manager,objects,owner,cluster,undeletable,namesakes,url\n" +
		"AccessProfile,,1,Payroll,ThisCluster,team/payroll team/twin,team/payroll,c1,false,0,\n" +
		"AccessProfile,,2,Sales\x1b[31m,NoObject,,team/gone,c1,false,0,\n" +
		"AccessProfile,app,3,\"A, \"\"B\"\"\",OtherCluster,team/mine,x/y,c2,false,1,\n" +
		"AccessProfile,,4,,Unmarked,,,,true,1,\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestAnInventoryIsTakenThroughTheBackend of either kind, with the Secret that it names.
func TestAnInventoryIsTakenThroughTheBackend(t *testing.T) {
	of := sandboxes.All()[0]
	server, err := sandbox.Start(sandbox.Options{Vendor: of.New()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	scheme := runtime.NewScheme()
	if err := errors.Join(v1alpha1.AddToScheme(scheme), corev1.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	spec := v1alpha1.GovernanceBackendSpec{Vendor: v1alpha1.Vendor(of.Vendor), Endpoint: server.URL}
	spec.RequestsPerSecond, spec.Burst = ptr.To(int32(1000)), ptr.To(int32(1000))
	spec.Credentials.SecretRef = &v1alpha1.LocalObjectRef{Name: "credentials"}
	build := fake.NewClientBuilder().WithScheme(scheme).WithObjects(
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "kube-system", UID: "4711"}},
		&v1alpha1.GovernanceBackend{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "prod"}, Spec: spec},
		&v1alpha1.ClusterGovernanceBackend{ObjectMeta: metav1.ObjectMeta{Name: "all"}, Spec: v1alpha1.ClusterGovernanceBackendSpec{GovernanceBackendSpec: spec}},
	)
	for _, namespace := range []string{"team", "operator"} {
		secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "credentials"}, Data: map[string][]byte{}}
		for key, value := range of.Secret(server.Credentials()) {
			secret.Data[key] = []byte(value)
		}
		build = build.WithObjects(secret)
	}
	cluster := build.Build()
	for backend, problem := range map[string]string{
		"prod": "", "governancebackend/prod": "", "cgb/all": "", "other": `"other" not found`, "accessprofile/prod": `--backend: "accessprofile/prod" names no backend`,
	} {
		o := inventoryOptions{backend: backend, operatorNamespace: "operator"}
		taken, err := o.take(t.Context(), cluster, "team", inventory.Asked{Kinds: []string{"AppEntitlement"}})
		if (err == nil) != (problem == "") || err != nil && !strings.Contains(err.Error(), problem) {
			t.Errorf("%s: %v, want %q", backend, err, problem)
		}
		if err == nil && (len(taken.Counts) != 1 || taken.Counts[0].Total != len(taken.Items) || taken.Counts[0].Total < 10) {
			t.Errorf("%s: %+v of %d", backend, taken.Counts, len(taken.Items))
		}
	}
}

func TestKindsOfAnInventoryAreThoseThatPeopleWrite(t *testing.T) {
	for given, want := range map[string]string{"": "AppEntitlement AccessProfile AccessReview", "accprof,accessprofiles": "AccessProfile", "accrev,appent": "AccessReview AppEntitlement"} {
		o := inventoryOptions{}
		if given != "" {
			o.kinds = strings.Split(given, ",")
		}
		kinds, err := o.kindsAsked()
		if err != nil || strings.Join(kinds, " ") != want {
			t.Errorf("%q: %v, %v", given, kinds, err)
		}
	}
	if _, err := (inventoryOptions{kinds: []string{"secret"}}).kindsAsked(); err == nil || !strings.Contains(err.Error(), `--kind: "secret" is no kind`) {
		t.Errorf("%v", err)
	}
}
