package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
)

// What stands for values that the manager draws or computes, of the same length.
const (
	someToken   = "ABCDEFGHIJKLMNOP"
	someCluster = "0123456789ab"
	someDigest  = "v1:0123456789abcdef01234567"
)

// appID is the app of the population.
var appID = conductorone.SeedID("app", "GitHub")

// make claims, creates and settles one object.
func (b *bare) make(ctx context.Context, obj *v1alpha1.AppEntitlement) error {
	before, owner := obj.DeepCopy(), obj.Namespace+"/"+obj.Name
	controllerutil.AddFinalizer(obj, v1alpha1.Finalizer)
	obj.Annotations = map[string]string{v1alpha1.AnnotationIntent: fmt.Sprintf(
		`{"token":%q,"attempt":1,"at":%q,"owner":%q,"tenant":%q,"parentID":%q,"key":{"displayName":%q}}`,
		someToken, time.Now().UTC().Format(time.RFC3339Nano), owner, appID, appID, obj.Spec.DisplayName)}
	if err := b.c.Patch(ctx, obj, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})); err != nil {
		return fmt.Errorf("claiming %s: %w", owner, err)
	}
	remote, err := b.create(ctx, obj, owner)
	if err != nil {
		return fmt.Errorf("creating %s: %w", owner, err)
	}
	before = obj.DeepCopy()
	settle(obj, remote)
	if err := b.c.Status().Patch(ctx, obj, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})); err != nil {
		return fmt.Errorf("settling %s: %w", owner, err)
	}
	for range b.events { // Nobody waits for Events, here or in the manager.
		go func() { _ = b.c.Create(context.WithoutCancel(ctx), eventOf(obj)) }()
	}
	return nil
}

// remote is what is read of the vendor's answer.
type remote struct {
	View struct {
		Entitlement struct {
			ID          string            `json:"id"`
			DisplayName string            `json:"displayName"`
			Description string            `json:"description"`
			Annotations map[string]string `json:"annotations"`
			UpdatedAt   time.Time         `json:"updatedAt"`
		} `json:"appEntitlement"`
	} `json:"appEntitlementView"`
}

// create sends what the manager's driver sends.
func (b *bare) create(ctx context.Context, obj *v1alpha1.AppEntitlement, owner string) (made remote, err error) {
	c := obj.Spec.ConductorOne
	annotations := backend.Mark{Owner: owner, Cluster: someCluster, Token: someToken}.Annotations()
	annotations["managed_by"], annotations["iac_resource_address"] = "governance-operator", annotations[backend.AnnotationOwner]
	body, err := json.Marshal(map[string]any{
		"displayName": obj.Spec.DisplayName, "description": *obj.Spec.Description,
		"purpose": "APP_ENTITLEMENT_PURPOSE_VALUE_PERMISSION", "durationGrant": "2592000s",
		"riskLevelValueId": c.RiskLevel.ID, "grantPolicyId": c.Policies.Grant.ID,
		"revokePolicyId": c.Policies.Revoke.ID, "certifyPolicyId": c.Policies.Certify.ID,
		"appResourceTypeId": c.Resource.Type.ID, "appResourceId": c.Resource.ID,
		"annotations": annotations,
	})
	if err != nil {
		return made, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, b.endpoint+"/api/v1/apps/"+appID+"/entitlements", bytes.NewReader(body))
	if err != nil {
		return made, err
	}
	request.Header.Set("Authorization", "Bearer "+b.token)
	request.Header.Set("Content-Type", "application/json")
	response, err := b.vendor.Do(request)
	if err != nil {
		return made, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return made, err
	}
	if response.StatusCode != http.StatusOK {
		return made, fmt.Errorf("%s: %s", response.Status, answer)
	}
	return made, json.Unmarshal(answer, &made)
}

// settle writes a status that is as long as the manager's.
func settle(obj *v1alpha1.AppEntitlement, made remote) {
	now := metav1.Now()
	st := &obj.Status
	st.ObservedGeneration, st.Revision, st.ClosedAttempt = obj.Generation, 1, 1
	for _, c := range []metav1.Condition{
		{Type: v1alpha1.ConditionAccepted, Reason: v1alpha1.ReasonValid, Message: "the spec is accepted"},
		{Type: v1alpha1.ConditionResolvedRefs, Reason: v1alpha1.ReasonResolved, Message: "every reference and name is resolved"},
		{Type: v1alpha1.ConditionSynced, Reason: v1alpha1.ReasonInSync, Message: "the remote is as specified"},
		{Type: v1alpha1.ConditionReady, Reason: v1alpha1.ReasonInSync, Message: "the remote is as specified"},
	} {
		c.Status, c.ObservedGeneration = metav1.ConditionTrue, obj.Generation
		meta.SetStatusCondition(&st.Conditions, c)
	}
	st.Remote = &v1alpha1.RemoteStatus{
		ID: made.View.Entitlement.ID, ParentID: appID, TenantID: appID, Phase: "Live",
		Version: made.View.Entitlement.UpdatedAt.Format(time.RFC3339Nano), Digest: someDigest, CreatedAt: &now, LastWrittenAt: &now,
	}
	st.Resolved = []v1alpha1.ResolvedName{{Path: "spec.app", ID: appID, Name: obj.Spec.App.Name}}
	st.InputsDigest, st.DesiredDigest = someDigest, someDigest
	grants, connected := int64(0), false
	st.GrantCount, st.ManagedByConnector = &grants, &connected
}

// eventOf is the Event about a create.
func eventOf(obj *v1alpha1.AppEntitlement) *eventsv1.Event {
	return &eventsv1.Event{
		ObjectMeta: metav1.ObjectMeta{Namespace: obj.Namespace, Name: fmt.Sprintf("%s.%x", obj.Name, time.Now().UnixNano())},
		EventTime:  metav1.NowMicro(), ReportingController: "governance-operator", ReportingInstance: "governance-operator-floor",
		Action: "Creating", Reason: "Creating", Type: corev1.EventTypeNormal, Note: `created remote "2abcdefghijklmnopqrstuvwxyz" in "2abcdefghijklmnopqrstuvwxyz"`,
		Regarding: corev1.ObjectReference{
			Kind: entitlementKind, Namespace: obj.Namespace, Name: obj.Name, UID: obj.UID,
			APIVersion: v1alpha1.GroupVersion.String(), ResourceVersion: obj.ResourceVersion,
		},
	}
}
