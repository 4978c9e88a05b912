package main

import (
	"crypto/x509"
	"os"
	"os/exec"
	"testing"
)

// A process reads the roots of its system once, so the test starts itself where there are none.
func TestWhereASystemHasNoRootsOfTrustTheManagerHasSome(t *testing.T) {
	const inside = "INSIDE_AN_IMAGE_OF_NOTHING"
	if os.Getenv(inside) == "" {
		again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
		again.Env = append(os.Environ(), inside+"=1", "SSL_CERT_FILE=/nonexistent", "SSL_CERT_DIR=/nonexistent")
		if out, err := again.CombinedOutput(); err != nil {
			t.Fatalf("%v:\n%s", err, out)
		}
		return
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		t.Fatal(err)
	}
	if pool.Equal(x509.NewCertPool()) {
		t.Error("no certificate of any server would be believed")
	}
}
