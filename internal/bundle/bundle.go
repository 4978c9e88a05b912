// Package bundle collects what helps somebody else to see what is wrong: objects, events, logs, metrics and the configuration of the
// manager, without values. It never reads a Secret.
package bundle

import (
	"archive/tar"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/doctor"
)

// File is one of a bundle.
type File struct {
	Name    string
	Content []byte
	// Says is what is inside, for the list.
	Says string
}

// Source is where a bundle comes from.
type Source struct {
	Client client.Client
	Doctor *doctor.Doctor
	// Namespace is that of the objects, empty for all. Operator is that of the manager; empty if it is to be found.
	Namespace, Operator string
	// Since is how far back events and logs go.
	Since   time.Duration
	Version string
	Now     func() time.Time
	// Logs and Metrics read those of a pod.
	Logs    func(ctx context.Context, namespace, pod string, since time.Duration) ([]byte, error)
	Metrics func(ctx context.Context, pod *corev1.Pod) ([]byte, error)
}

// collector is a bundle that is being made.
type collector struct {
	Source
	*redactor
	files []File
	// left is what could not be had.
	left []string
}

// about is at the top of the list of what is inside.
const about = `This bundle has no value of a spec, and nothing of a Secret: none was read.
Values stand as their type and length, "string(12)". In texts (messages, logs, events) the words of the operator's own
documentation, names of objects, and ids of remotes stay; each other word stands as its length, "<12>".
Names of objects and namespaces, ids, reasons and instants are inside: look at it before you hand it on.
`

// Collect collects the files of a bundle, and what could not be had.
func Collect(ctx context.Context, source Source) (files []File, left []string, err error) {
	r, err := newRedactor()
	if err != nil {
		return nil, nil, err
	}
	c := &collector{Source: source, redactor: r}
	for _, collect := range []func(context.Context) error{c.objects, c.events, c.examined, c.managers} {
		if err := collect(ctx); err != nil {
			return nil, nil, err
		}
	}
	slices.SortFunc(c.files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	readme := about + "\nMade by governance " + c.Version + " at " + c.Now().UTC().Format(time.RFC3339) + ".\n"
	for _, text := range c.left {
		readme += "Not inside: " + text + ".\n"
	}
	return append([]File{{Name: "README.txt", Content: []byte(readme), Says: "what is inside, and what is not"}}, c.files...), c.left, nil
}

func (c *collector) add(name, says string, content []byte) {
	c.files = append(c.files, File{Name: name, Content: content, Says: says})
}

// lines adds values as JSON, a line each.
func lines[T any](c *collector, name, what string, values []T) error {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false) // Lengths are to be read.
	for _, v := range values {
		if err := encoder.Encode(v); err != nil {
			return err
		}
	}
	c.add(name, fmt.Sprintf("%d %s", len(values), what), out.Bytes())
	return nil
}

// without notes what could not be had, and returns the errors that are none of rights.
func (c *collector) without(what string, err error) error {
	if apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err) || meta.IsNoMatchError(err) || apierrors.IsNotFound(err) {
		c.left = append(c.left, what+" ("+string(apierrors.ReasonForError(err))+")")
		return nil
	}
	return err
}

// objects adds the objects of each kind.
func (c *collector) objects(ctx context.Context) error {
	lists := map[string]client.ObjectList{
		v1alpha1.KindAppEntitlement: &v1alpha1.AppEntitlementList{}, v1alpha1.KindAccessProfile: &v1alpha1.AccessProfileList{}, v1alpha1.KindAccessReview: &v1alpha1.AccessReviewList{},
		v1alpha1.KindGovernanceBackend: &v1alpha1.GovernanceBackendList{}, v1alpha1.KindClusterGovernanceBackend: &v1alpha1.ClusterGovernanceBackendList{},
	}
	found := map[string][]client.Object{}
	for kind, list := range lists {
		options := []client.ListOption{client.InNamespace(c.Namespace)}
		if kind == v1alpha1.KindClusterGovernanceBackend {
			options = nil
		}
		if err := c.Client.List(ctx, list, options...); err != nil {
			if err := c.without(kind+" objects", err); err != nil {
				return err
			}
			delete(lists, kind)
			continue
		}
		items, err := meta.ExtractList(list)
		if err != nil {
			return err
		}
		for _, item := range items {
			obj := item.(client.Object)
			found[kind] = append(found[kind], obj)
			c.knowObject(kind, obj)
		}
	}
	for kind := range lists {
		redacted := make([]map[string]any, len(found[kind]))
		for i, obj := range found[kind] {
			var err error
			if redacted[i], err = c.object(kind, obj); err != nil {
				return err
			}
		}
		if err := lines(c, "objects/"+kind+".jsonl", "objects without values", redacted); err != nil {
			return err
		}
	}
	return nil
}

// knowObject lets the names of an object, and the ids of its remote, stay in texts.
func (c *collector) knowObject(kind string, obj client.Object) {
	name, namespace := obj.GetName(), obj.GetNamespace()
	c.know(name, namespace, kind, strings.ToLower(kind), kind+"/"+name, namespace+"/"+name, kind+"/"+namespace+"/"+name, strings.ToLower(kind)+"/"+name, string(obj.GetUID()))
	if o, ok := obj.(interface {
		GetManagedStatus() *v1alpha1.ManagedStatus
	}); ok {
		if remote := o.GetManagedStatus().Remote; remote != nil {
			c.know(remote.ID, remote.ParentID, remote.TenantID)
		}
	}
	if o, ok := obj.(interface {
		GetBackendStatus() *v1alpha1.GovernanceBackendStatus
	}); ok {
		c.know(o.GetBackendStatus().TenantID)
	}
}

// event is one without values.
type event struct {
	Last    string `json:"last"`
	Count   int32  `json:"count"`
	Type    string `json:"type"`
	Object  string `json:"object"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

// events adds those of the kinds of this operator.
func (c *collector) events(ctx context.Context) error {
	list := &corev1.EventList{}
	if err := c.Client.List(ctx, list, client.InNamespace(c.Namespace)); err != nil {
		return c.without("events", err)
	}
	var out []event
	for i := range list.Items {
		e := &list.Items[i]
		at := lastOf(e)
		if !strings.HasPrefix(e.InvolvedObject.APIVersion, v1alpha1.GroupVersion.Group+"/") || c.Now().Sub(at.Time) > c.Since {
			continue
		}
		about := e.InvolvedObject
		out = append(out, event{Last: inUTC(at), Count: e.Count, Type: e.Type, Object: about.Kind + "/" + about.Namespace + "/" + about.Name, Reason: c.text(e.Reason), Message: c.text(e.Message)})
	}
	slices.SortStableFunc(out, func(a, b event) int {
		return cmp.Or(strings.Compare(a.Last, b.Last), strings.Compare(a.Object, b.Object))
	})
	return lines(c, "events.jsonl", "events", out)
}

func lastOf(e *corev1.Event) metav1.Time {
	last := e.CreationTimestamp
	for _, at := range []metav1.Time{e.LastTimestamp, metav1.NewTime(e.EventTime.Time)} {
		if at.After(last.Time) {
			last = at
		}
	}
	if e.Series != nil && e.Series.LastObservedTime.After(last.Time) {
		last = metav1.NewTime(e.Series.LastObservedTime.Time)
	}
	return last
}

// examined adds what the doctor finds.
func (c *collector) examined(ctx context.Context) error {
	if c.Doctor == nil {
		return nil
	}
	checks, err := c.Doctor.Examine(ctx)
	if err != nil {
		return err
	}
	for i := range checks {
		checks[i].Says, checks[i].Do = c.text(checks[i].Says), c.text(checks[i].Do)
	}
	return lines(c, "doctor.jsonl", "checks", checks)
}

// managers adds the configuration, the logs and the metrics of the manager.
func (c *collector) managers(ctx context.Context) error {
	deployments, err := doctor.Managers(ctx, c.Client, c.Operator)
	if err != nil {
		return c.without("the manager", err)
	}
	for i := range deployments {
		d := &deployments[i]
		c.know(d.Name, d.Namespace)
		if err := lines(c, "manager/"+d.Namespace+"_"+d.Name+".json", "deployment: its flags, and the names of its variables", []any{c.deployment(d)}); err != nil {
			return err
		}
		if err := c.pods(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

func (c *collector) pods(ctx context.Context, d *appsv1.Deployment) error {
	selector, err := metav1.LabelSelectorAsSelector(d.Spec.Selector)
	if err != nil {
		return err
	}
	pods := &corev1.PodList{}
	if err := c.Client.List(ctx, pods, client.InNamespace(d.Namespace), client.MatchingLabelsSelector{Selector: selector}); err != nil {
		return c.without("the pods of the manager", err)
	}
	for i := range pods.Items {
		pod := &pods.Items[i]
		name := pod.Namespace + "_" + pod.Name
		c.know(pod.Name, pod.Namespace+"/"+pod.Name)
		if text, err := c.Logs(ctx, pod.Namespace, pod.Name, c.Since); err == nil {
			c.add("logs/"+name+".log", fmt.Sprintf("%d lines of the manager's log", bytes.Count(text, []byte("\n"))), c.log(text))
		} else if err := c.beside(ctx, "the log of "+name, err); err != nil {
			return err
		}
		if text, err := c.Metrics(ctx, pod); err == nil {
			redacted := c.redactor.metrics(text)
			c.add("metrics/"+name+".txt", fmt.Sprintf("%d lines of metrics", bytes.Count(redacted, []byte("\n"))), redacted)
		} else if err := c.beside(ctx, "the metrics of "+name, err); err != nil {
			return err
		}
	}
	return nil
}

// beside notes what would be good to have: only the end of the command is an error.
func (c *collector) beside(ctx context.Context, what string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	reason := string(apierrors.ReasonForError(err))
	c.left = append(c.left, what+" ("+cmp.Or(reason, "not reachable")+")")
	return nil
}

// Write writes files as a compressed archive.
func Write(out io.Writer, files []File, at time.Time) error {
	zipped := gzip.NewWriter(out)
	archive := tar.NewWriter(zipped)
	for _, f := range files {
		header := &tar.Header{Name: "governance-bundle/" + f.Name, Mode: 0o600, Size: int64(len(f.Content)), ModTime: at, Typeflag: tar.TypeReg}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err := archive.Write(f.Content); err != nil {
			return err
		}
	}
	return errors.Join(archive.Close(), zipped.Close())
}
