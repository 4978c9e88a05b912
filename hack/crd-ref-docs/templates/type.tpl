{{- define "type" -}}
{{- if markdownShouldRenderType . }}
### {{ .Name }}

{{ .Doc }}
{{ if .References }}
Appears in:{{ range $i, $r := .SortedReferences }}{{ if $i }},{{ end }}
{{ markdownRenderTypeLink $r }}{{ end }}.
{{ end }}
{{- if .Validation }}
{{ range .Validation }}
- {{ if gt (len .) 200 }}{{ . | replace " " "\n  " }}{{ else }}{{ . }}{{ end }}
{{- end }}
{{ end }}
{{- if .Members }}
| field | what it is | default | limits |
|---|---|---|---|
{{ range .Members -}}
| `{{ .Name }}` _{{ markdownRenderType .Type }}_ | {{ if eq .Name "metadata" }}The usual metadata of Kubernetes objects.{{ else }}{{ markdownRenderFieldDoc .Doc }}{{ end }} | {{ markdownRenderDefault .Default }} | {{ range $i, $v := .Validation }}{{ if $i }}<br />{{ end }}{{ markdownRenderFieldDoc $v }}{{ end }} |
{{ end -}}
{{ end -}}
{{ end -}}
{{- end -}}
