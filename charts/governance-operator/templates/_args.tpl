{{- /* The arguments of the manager that follow from values. */}}
{{- define "governance-operator.args" -}}
- --health-probe-bind-address=:{{ .Values.health.port }}
- --metrics-bind-address={{ if .Values.metrics.enabled }}:{{ .Values.metrics.port }}{{ else }}0{{ end }}
{{- if and .Values.metrics.enabled (not .Values.metrics.secure) }}
- --metrics-secure=false
{{- end }}
{{- if include "governance-operator.metricsCertificate" . }}
- --metrics-cert-dir=/certificates/metrics
{{- end }}
{{- if .Values.webhook.enabled }}
- --webhook-bind-address=:{{ .Values.webhook.port }}
{{- if .Values.webhook.certManager.enabled }}
- --webhook-cert-dir=/certificates/webhook
{{- else }}
- --webhook-name={{ include "governance-operator.webhook" . }}
{{- end }}
{{- end }}
- --operator-namespace={{ .Release.Namespace }}
- --max-concurrent-reconciles={{ .Values.concurrency }}
- --zap-log-level={{ .Values.logLevel }}
- --zap-encoder={{ .Values.logFormat }}
{{- with .Values.leaderElection }}
{{- if .enabled }}
- --leader-elect
- --leader-election-lease-duration={{ .leaseDuration }}
- --leader-election-renew-deadline={{ .renewDeadline }}
- --leader-election-retry-period={{ .retryPeriod }}
{{- end }}
{{- with .recoveryWindow }}
- --recovery-window={{ . }}
{{- end }}
{{- end }}
{{- with .Values.watchNamespaces }}
- --watch-namespaces={{ join "," . }}
{{- end }}
{{- with .Values.tracing.endpoint }}
- --tracing-endpoint={{ . }}
- --tracing-sample-ratio={{ $.Values.tracing.sampleRatio }}
{{- end }}
{{- with .Values.clusterID }}
- --cluster-id={{ . }}
{{- end }}
{{- with .Values.resyncInterval }}
- --resync-interval={{ . }}
{{- end }}
{{- if or .Values.allowInsecureEndpoints .Values.sandbox.enabled }}
- --allow-insecure-endpoints
{{- end }}
{{- end }}
