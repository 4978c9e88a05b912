package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/governance-operator/governance-operator/internal/validate"
	"github.com/governance-operator/governance-operator/internal/vendors"
)

// The forms in which findings are written.
const (
	asText  = "text"
	asJSON  = "json"
	asYAML  = "yaml"
	asSARIF = "sarif"
)

func validateCommand() *cobra.Command {
	o, output, strict := validate.Options{Vendors: vendors.All()}, asText, false
	cmd := &cobra.Command{
		Use:   "validate -f FILENAME",
		Short: "Check files of objects without a cluster and without a vendor",
		Long: "Check files of objects without a cluster and without a vendor.\n\n" +
			"It finds what the API server and the operator's webhook would refuse, in the same words: schemas and rules of the definitions,\n" +
			"what the vendor of the object's backend can hold, expressions, and objects that are there twice.\n" +
			"What an object refers to may be in the cluster already: a reference to nothing in these files is a warning.\n" +
			"With --policies, so is what needs a right: who applies the files may have it.",
		Example: "  # Check a folder and those below it\n  governance validate -f access/ -R\n\n" +
			"  # Check what kustomize builds\n  governance validate -k overlays/prod\n\n" +
			"  # Check what another tool makes\n  governance validate -f - < rendered.yaml\n\n" +
			"  # Show findings in a code host\n  governance validate -f access/ -R -o sarif > findings.sarif",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if len(o.Files) == 0 && o.Kustomize == "" {
				return errors.New("--filename: name a file or a folder, or - for standard input; or a folder for kustomize with -k")
			}
			o.In = cmd.InOrStdin()
			return runValidate(cmd.Context(), o, output, strict, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.StringSliceVarP(&o.Files, "filename", "f", nil, "files and folders with objects as YAML or JSON; - is standard input")
	f.StringVarP(&o.Kustomize, "kustomize", "k", "", "folder with a kustomization, whose objects are checked as kustomize builds them")
	f.BoolVarP(&o.Recursive, "recursive", "R", false, "read the folders below, too")
	f.StringVarP(&o.Namespace, "namespace", "n", "default", "namespace of objects that name none")
	formFlag(cmd, &output, "findings", asText, asJSON, asSARIF)
	f.BoolVar(&o.Policies, "policies", false, "check by the admission policies that come with the operator, too")
	f.BoolVar(&strict, "strict", false, "fail on warnings, too")
	return cmd
}

func runValidate(ctx context.Context, o validate.Options, output string, strict bool, out, progress io.Writer) error {
	write, ok := map[string]func(io.Writer, validate.Result) error{asText: writeText, asJSON: writeJSON, asSARIF: writeSARIF}[output]
	if !ok {
		return fmt.Errorf("--output: %q is none of text, json and sarif", output)
	}
	result, err := validate.Run(ctx, o)
	if err != nil {
		return err
	}
	if err := write(out, result); err != nil {
		return err
	}
	warnings := len(result.Findings) - result.Errors()
	fmt.Fprintf(progress, "%d errors, %d warnings in %d objects", result.Errors(), warnings, result.Objects)
	if result.Ignored > 0 {
		fmt.Fprintf(progress, "; %d objects of other kinds ignored", result.Ignored)
	}
	fmt.Fprintln(progress)
	if result.Unbacked > 0 {
		fmt.Fprintf(progress, "%d objects name a backend that is not in these files: what its vendor can hold was not checked\n", result.Unbacked)
	}
	switch {
	case result.Errors() > 0:
		return fmt.Errorf("%d errors were found", result.Errors())
	case strict && warnings > 0:
		return fmt.Errorf("%d warnings were found", warnings)
	}
	return nil
}

func writeText(out io.Writer, r validate.Result) error {
	for _, f := range r.Findings {
		if _, err := fmt.Fprintln(out, f); err != nil {
			return err
		}
	}
	return nil
}

func writeJSON(out io.Writer, r validate.Result) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(struct {
		FormatVersion string `json:"formatVersion"`
		validate.Result
	}{"1", r})
}
