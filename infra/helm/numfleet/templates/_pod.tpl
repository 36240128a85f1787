{{/* The pod of a component: { root, component, args }. What is the same for all of them, which is nearly everything. */}}
{{- define "numfleet.podSpec" -}}
{{- $values := .root.Values -}}
{{- $crawler := eq .component "crawler" -}}
{{- $service := ne .component "migrate" -}}
automountServiceAccountToken: false
# Else Kubernetes puts NUMFLEET_CONSOLE_PORT=tcp://… into every pod, for the console's Service.
enableServiceLinks: false
{{- if $service }}
serviceAccountName: {{ include "numfleet.fullname" .root }}-{{ .component }}
terminationGracePeriodSeconds: {{ add (ceil (divf $values.drainMs 1000)) 15 }}
{{- else }}
restartPolicy: Never
{{- end }}
{{- with $values.image.pullSecrets }}
imagePullSecrets: {{ toJson . }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: {{ ternary $values.crawler.seccompProfile (dict "type" "RuntimeDefault") $crawler | toJson }}
{{- if $crawler }}
{{- with $values.crawler.nodeSelector }}
nodeSelector: {{ toJson . }}
{{- end }}
{{- with $values.crawler.tolerations }}
tolerations: {{ toJson . }}
{{- end }}
{{- end }}
{{- if $service }}
topologySpreadConstraints:
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - topologyKey: {{ . }}
    maxSkew: 1
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "numfleet.selector" $ | nindent 8 }}
  {{- end }}
{{- end }}
containers:
  - name: {{ .component }}
    image: {{ include "numfleet.image" . }}
    imagePullPolicy: {{ $values.image.pullPolicy }}
    args: {{ toJson .args }}
    securityContext:
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      capabilities: { drop: [ALL] }
    {{- if $service }}
    envFrom:
      - configMapRef: { name: {{ include "numfleet.fullname" .root }} }
    {{- end }}
    env:
      - { name: NUMFLEET_SERVICE_NAME, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
      - { name: NUMFLEET_KEYS_DIR, value: /run/secrets/numfleet }
      - { name: REDIS_URL_FILE, value: /run/secrets/numfleet/redis-url }
      {{- if and $crawler $values.crawler.proxy.enabled }}
      - { name: NUMFLEET_PROXY_FILE, value: /run/secrets/numfleet/proxy-url }
      {{- end }}
      {{- if not $crawler }}
      - { name: DATABASE_URL_FILE, value: /run/secrets/numfleet/database-url }
      {{- end }}
      {{- range .env }}
      - {{ toJson . }}
      {{- end }}
    {{- if $service }}
    ports:
      - { name: admin, containerPort: 9400 }
      {{- if eq .component "console" }}
      - { name: http, containerPort: 7300 }
      {{- end }}
    startupProbe:
      httpGet: { path: /readyz, port: admin }
      periodSeconds: 2
      failureThreshold: 60
    livenessProbe:
      httpGet: { path: /livez, port: admin }
      periodSeconds: 10
      timeoutSeconds: 5
    readinessProbe:
      httpGet: { path: /readyz, port: admin }
      periodSeconds: 5
      timeoutSeconds: 5
    {{- end }}
    resources: {{ index $values .component "resources" | toJson }}
    volumeMounts:
      - { name: secrets, mountPath: /run/secrets/numfleet, readOnly: true }
      - { name: tmp, mountPath: /tmp }
      {{- if $crawler }}
      - { name: shared-memory, mountPath: /dev/shm }
      {{- end }}
volumes:
  - name: secrets
    projected:
      defaultMode: 0440
      sources:
        - secret:
            name: {{ index $values.secrets .component }}
            items:
              {{- range include "numfleet.secretFiles" .component | fromJsonArray }}
              - { key: {{ . }}, path: {{ . }} }
              {{- end }}
              {{- if and $crawler $values.crawler.proxy.enabled }}
              - { key: proxy-url, path: proxy-url }
              {{- end }}
        {{- if eq .component "sink" }}
        # While the sealing keys are exchanged.
        - secret:
            name: {{ index $values.secrets .component }}
            optional: true
            items: [{ key: sealing-previous.key, path: sealing-previous.key }]
        {{- end }}
  - name: tmp
    emptyDir: { sizeLimit: {{ ternary $values.crawler.profilesSize "256Mi" $crawler }} }
  {{- if $crawler }}
  - name: shared-memory
    emptyDir: { medium: Memory, sizeLimit: {{ $values.crawler.sharedMemorySize }} }
  {{- end }}
{{- end }}

{{/* A Deployment with its account and its disruption budget: { root, component, replicas, args, env }. */}}
{{- define "numfleet.deployment" -}}
{{- $name := printf "%s-%s" (include "numfleet.fullname" .root) .component -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ $name }}
  labels:
    {{- include "numfleet.labels" . | nindent 4 }}
automountServiceAccountToken: false
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ $name }}
  labels:
    {{- include "numfleet.labels" . | nindent 4 }}
spec:
  # Not minAvailable: of a single replica that would keep its node from ever being drained.
  maxUnavailable: 1
  selector:
    matchLabels:
      {{- include "numfleet.selector" . | nindent 6 }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}
  labels:
    {{- include "numfleet.labels" . | nindent 4 }}
spec:
  {{- if not (kindIs "invalid" .replicas) }}
  replicas: {{ .replicas }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "numfleet.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "numfleet.labels" . | nindent 8 }}
      annotations:
        # So that changed settings reach the pods.
        checksum/config: {{ include (print .root.Template.BasePath "/configmap.yaml") .root | sha256sum }}
    spec:
      {{- include "numfleet.podSpec" . | nindent 6 }}
{{- end }}
