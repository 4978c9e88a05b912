// Command wiretables writes the field tables of a fake from the OpenAPI document of its vendor, so that a fake and a driver do
// not share one reading of it:
//
//	go run ./hack/wiretables -document openapi.json -tables internal/sandbox/<vendor>/tables
//
// It reads tables/rules.txt, in which stands what is taken from the document and what the live server does beyond it, and
// writes tables/generated.txt, which begins with the digest of the document. Neither building nor verifying needs the document.
package main

import (
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	document := flag.String("document", "", "the vendor's OpenAPI document, as JSON")
	tables := flag.String("tables", "", "the folder with rules.txt, into which generated.txt is written")
	flag.Parse()
	if err := run(*document, *tables); err != nil {
		fmt.Fprintln(os.Stderr, "wiretables:", err)
		os.Exit(1)
	}
}

func run(document, tables string) error {
	raw, err := os.ReadFile(document)
	if err != nil {
		return err
	}
	var doc openAPI
	if err := json.Unmarshal(raw, &doc); err != nil {
		return fmt.Errorf("reading %s: %w", document, err)
	}
	text, err := os.ReadFile(filepath.Join(tables, "rules.txt"))
	if err != nil {
		return err
	}
	out, err := generate(doc, readRules(string(text)), fmt.Sprintf("%x", sha256.Sum256(raw)))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(tables, "generated.txt"), []byte(out), 0o644) //nolint:gosec // Everybody may read the source.
}
