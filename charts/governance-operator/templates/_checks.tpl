{{- /* Values that are certainly wrong together, each by its path: what one value alone can say is in values.schema.json. */}}
{{- define "governance-operator.checks" -}}
{{- if and (gt (int .Values.replicaCount) 1) (not .Values.leaderElection.enabled) }}
{{- fail (printf "replicaCount: %d needs leaderElection.enabled: without it all of them write at the vendors" (int .Values.replicaCount)) }}
{{- end }}
{{- with .Values.leaderElection }}
{{- if .enabled }}
{{- $lease := include "governance-operator.milliseconds" .leaseDuration | float64 }}
{{- $renew := include "governance-operator.milliseconds" .renewDeadline | float64 }}
{{- $retry := include "governance-operator.milliseconds" .retryPeriod | float64 }}
{{- if le $lease $renew }}
{{- fail (printf "leaderElection.leaseDuration: %s must be longer than leaderElection.renewDeadline, %s: the manager would not start" .leaseDuration .renewDeadline) }}
{{- end }}
{{- if le $renew (mulf 1.2 $retry) }}
{{- fail (printf "leaderElection.renewDeadline: %s must be longer than 1.2 times leaderElection.retryPeriod, %s: the manager would not start" .renewDeadline .retryPeriod) }}
{{- end }}
{{- if lt $lease 1000.0 }}
{{- fail (printf "leaderElection.leaseDuration: %s is less than the second that a lease counts in" .leaseDuration) }}
{{- end }}
{{- end }}
{{- end }}
{{- $ports := dict (toString .Values.health.port) "health.port" }}
{{- range $name := list "metrics" "webhook" }}
{{- $of := get $.Values $name }}
{{- if $of.enabled }}
{{- $port := toString $of.port }}
{{- with get $ports $port }}
{{- fail (printf "%s.port: %s is %s, too" $name $port .) }}
{{- end }}
{{- $_ := set $ports $port (printf "%s.port" $name) }}
{{- end }}
{{- end }}
{{- range $name := list "podLabels" "commonLabels" }}
{{- range $key := list "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/managed-by" }}
{{- if hasKey (get $.Values $name | default dict) $key }}
{{- fail (printf "%s: %s is the chart's own, by which its objects are found" $name $key) }}
{{- end }}
{{- end }}
{{- end }}
{{- if and .Values.networkPolicy.egress.enabled (not .Values.networkPolicy.enabled) }}
{{- fail "networkPolicy.egress.enabled needs networkPolicy.enabled: nothing would be limited" }}
{{- end }}
{{- if and .Values.webhook.certManager.enabled (not .Values.webhook.enabled) }}
{{- fail "webhook.certManager.enabled needs webhook.enabled" }}
{{- end }}
{{- end }}

{{- /* A duration such as 1m30s in milliseconds. */}}
{{- define "governance-operator.milliseconds" -}}
{{- $sum := 0.0 }}
{{- $units := dict "ms" 1.0 "s" 1000.0 "m" 60000.0 "h" 3600000.0 }}
{{- range regexFindAll "[0-9.]+(ms|s|m|h)" . -1 }}
{{- $sum = addf $sum (mulf (regexFind "[0-9.]+" . | float64) (get $units (regexFind "[a-z]+" .))) }}
{{- end }}
{{- $sum }}
{{- end }}
