package managed

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

var clusterIDForm = regexp.MustCompile(`^[A-Za-z0-9._~-]{1,32}$`)

// ClusterID is what ownership markers call this cluster: the first 12 hex digits of the SHA-256 of kube-system's UID, unless
// another id is given.
func ClusterID(ctx context.Context, reader client.Reader, given string) (string, error) {
	if given != "" {
		if !clusterIDForm.MatchString(given) {
			return "", errors.New("--cluster-id: at most 32 letters, digits, dots, hyphens, underscores and tildes")
		}
		return given, nil
	}
	ns := &corev1.Namespace{}
	if err := reader.Get(ctx, client.ObjectKey{Name: "kube-system"}, ns); err != nil {
		return "", fmt.Errorf("reading the namespace kube-system for the cluster id (or set --cluster-id): %w", err)
	}
	sum := sha256.Sum256([]byte(ns.UID))
	return hex.EncodeToString(sum[:])[:12], nil
}
