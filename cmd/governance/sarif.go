package main

import (
	"encoding/json"
	"io"
	"path/filepath"

	"github.com/governance-operator/governance-operator/internal/validate"
)

// sarif is a log in the Static Analysis Results Interchange Format, version 2.1.0, as far as code hosts read it.
type sarif struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool    sarifTool     `json:"tool"`
	Results []sarifResult `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name           string `json:"name"`
	Version        string `json:"version"`
	InformationURI string `json:"informationUri"`
}

type sarifResult struct {
	RuleID    string          `json:"ruleId"`
	Level     string          `json:"level"`
	Message   sarifMessage    `json:"message"`
	Locations []sarifLocation `json:"locations"`
}

type sarifMessage struct {
	Text string `json:"text"`
}

type sarifLocation struct {
	Physical struct {
		Artifact struct {
			URI string `json:"uri"`
		} `json:"artifactLocation"`
		Region struct {
			StartLine int `json:"startLine"`
		} `json:"region"`
	} `json:"physicalLocation"`
}

func writeSARIF(out io.Writer, r validate.Result) error {
	log := sarif{
		Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0",
		Runs: []sarifRun{{
			Tool:    sarifTool{sarifDriver{"governance validate", version, "https://github.com/governance-operator/governance-operator"}},
			Results: []sarifResult{},
		}},
	}
	for _, f := range r.Findings {
		result := sarifResult{RuleID: "object", Level: string(f.Severity), Message: sarifMessage{f.Message}}
		if f.Path != "" {
			result.RuleID, result.Message.Text = f.Path, f.Path+": "+f.Message
		}
		if f.Built {
			result.Message.Text = f.Object + ": " + result.Message.Text
		}
		var at sarifLocation
		at.Physical.Artifact.URI, at.Physical.Region.StartLine = filepath.ToSlash(f.File), max(f.Line, 1)
		result.Locations = []sarifLocation{at}
		log.Runs[0].Results = append(log.Runs[0].Results, result)
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(log)
}
