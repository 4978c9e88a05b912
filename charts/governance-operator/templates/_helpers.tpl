{{- /* The chart's name, or the one in its place. */}}
{{- define "governance-operator.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- /* The name of objects of which there is one. */}}
{{- define "governance-operator.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- /* The name of one of several objects: (list $ "suffix"). The suffix is never cut. */}}
{{- define "governance-operator.suffixed" -}}
{{- $suffix := index . 1 }}
{{- printf "%s-%s" (include "governance-operator.fullname" (index . 0) | trunc (sub 62 (len $suffix) | int) | trimSuffix "-") $suffix }}
{{- end }}

{{- /* Labels of every object. */}}
{{- define "governance-operator.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "governance-operator.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: governance-operator
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* Labels by which the manager's pods are found: they never change. */}}
{{- define "governance-operator.selectorLabels" -}}
app.kubernetes.io/name: {{ include "governance-operator.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- /* Labels by which the sandbox's pods are found. */}}
{{- define "governance-operator.sandboxLabels" -}}
app.kubernetes.io/name: {{ printf "%s-sandbox" (include "governance-operator.name" . | trunc 55 | trimSuffix "-") }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "governance-operator.crdAnnotations" -}}
{{- if .Values.crds.keep }}
helm.sh/resource-policy: keep
{{- end }}
{{- with .Values.crds.annotations }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "governance-operator.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "governance-operator.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- /* An image: (list $ .Values.image). A digest beats a tag. */}}
{{- define "governance-operator.image" -}}
{{- $image := index . 1 }}
{{- if $image.registry }}{{ $image.registry }}/{{ end }}{{ $image.repository }}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ default (index . 0).Chart.AppVersion $image.tag }}{{ end }}
{{- end }}

{{- /* Whom roles are bound to. */}}
{{- define "governance-operator.subject" -}}
- kind: ServiceAccount
  name: {{ include "governance-operator.serviceAccountName" . }}
  namespace: {{ .Release.Namespace }}
{{- end }}

{{- /* The Secret with the certificate of the metrics, if they are served over https and with one. */}}
{{- define "governance-operator.metricsCertificate" -}}
{{- if and .Values.metrics.enabled .Values.metrics.secure }}{{ .Values.metrics.certificateSecret }}{{ end }}
{{- end }}

{{- /* The name of what belongs to the webhook. The namespace is in it: the same release may be installed in several. */}}
{{- define "governance-operator.webhook" -}}
{{ include "governance-operator.suffixed" (list . (printf "%s-webhook" (.Release.Namespace | trunc 30 | trimSuffix "-"))) }}
{{- end }}

{{- /* The role of the manager for those who read its metrics. The namespace is in the name: the same release may be installed in several. */}}
{{- define "governance-operator.metricsAuth" -}}
{{ include "governance-operator.suffixed" (list . (printf "%s-metrics-auth" (.Release.Namespace | trunc 30 | trimSuffix "-"))) }}
{{- end }}

{{- /* The host the sandbox is reached at. */}}
{{- define "governance-operator.sandboxHost" -}}
{{ include "governance-operator.suffixed" (list . "sandbox") }}.{{ .Release.Namespace }}.svc
{{- end }}

{{- /* Ports of the sandbox's tenants. */}}
{{- define "governance-operator.sandboxPorts" -}}
{{- range $name, $tenant := .Files.Get "files/sandbox-tenants.yaml" | fromYaml }}
{{ $name }}: {{ $tenant.port }}
{{- end }}
{{- end }}

{{- /* Which namespaces the webhook sees. */}}
{{- define "governance-operator.webhookNamespaces" -}}
{{- with .Values.watchNamespaces -}}
namespaceSelector:
  matchExpressions:
    - key: kubernetes.io/metadata.name
      operator: In
      values:
        {{- toYaml . | nindent 8 }}
{{- end }}
{{- end }}
