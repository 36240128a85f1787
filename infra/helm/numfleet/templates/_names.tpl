{{/* 36 characters leave room for the component and for what Kubernetes appends to a pod's name, which is the worker's. */}}
{{- define "numfleet.fullname" -}}
{{- if contains "numfleet" .Release.Name }}{{ .Release.Name | trunc 36 | trimSuffix "-" }}{{ else }}{{ printf "%s-numfleet" (.Release.Name | trunc 27 | trimSuffix "-") }}{{ end }}
{{- end }}

{{- define "numfleet.selector" -}}
app.kubernetes.io/name: numfleet
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "numfleet.labels" -}}
{{ include "numfleet.selector" . }}
app.kubernetes.io/part-of: numfleet
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "numfleet.image" -}}
{{- $image := ternary .root.Values.image.crawler .root.Values.image.service (eq .component "crawler") -}}
{{ $image.repository }}:{{ $image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{/* What each zone may hold (ARCHITECTURE.md, "Zones"), as files of its Secret. */}}
{{- define "numfleet.secretFiles" -}}
{{- $files := dict
  "migrate" (list "database-url" "redis-url" "numfleet_scheduler" "numfleet_sink" "numfleet_console" "sealing-public.key" "sealing-private.key" "number-index.key" "number-storage.key" "url.key" "page.key" "audit.key" "suppression.key")
  "scheduler" (list "database-url" "redis-url" "url.key" "audit.key")
  "sink" (list "database-url" "redis-url" "sealing-private.key" "number-index.key" "number-storage.key" "suppression.key" "url.key" "page.key")
  "console" (list "database-url" "redis-url" "console-token" "number-index.key" "number-storage.key" "suppression.key" "url.key" "page.key")
  "crawler" (list "redis-url" "sealing-public.key" "url.key" "page.key")
-}}
{{ get $files . | toJson }}
{{- end }}
