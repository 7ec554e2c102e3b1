{{- define "postrider.name" -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "postrider.labels" -}}
app.kubernetes.io/name: postrider
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{- define "postrider.selector" -}}
app.kubernetes.io/name: postrider
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "postrider.image" -}}
{{ .root.Values.image.repository }}:{{ .tag | default .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end -}}

{{- define "postrider.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ .Values.serviceAccount.name | default (include "postrider.name" .) }}
{{- else -}}
{{ .Values.serviceAccount.name | default "default" }}
{{- end -}}
{{- end -}}

{{/* Builds whose workers run; one without an id where releases are not versioned. */}}
{{- define "postrider.builds" -}}
{{- if .Values.builds -}}
{{ toJson .Values.builds }}
{{- else -}}
[{"id":"","tag":""}]
{{- end -}}
{{- end -}}

{{/* A worker's Deployment, by build: ids may have what names may not. */}}
{{- define "postrider.workerName" -}}
{{- $build := .build.id | lower | replace "." "-" | replace "_" "-" | trunc 20 | trimAll "-" -}}
{{ include "postrider.name" .root }}-{{ .worker }}{{ if $build }}-{{ $build }}{{ end }}
{{- end -}}

{{/* Nothing runs as root, nothing can be written but what is mounted. */}}
{{- define "postrider.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "postrider.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{/* The environment of a process of the product: roles, build. */}}
{{- define "postrider.environment" -}}
envFrom:
  - configMapRef: { name: {{ include "postrider.name" .root }} }
  - secretRef: { name: {{ .root.Values.secrets.existingSecret }} }
env:
  - { name: ROLES, value: {{ .roles | quote }} }
  - { name: METRICS_PORT, value: "9464" }
  {{- with .buildId }}
  - { name: WORKER_BUILD_ID, value: {{ . | quote }} }
  - { name: WORKER_DEPLOYMENT_NAME, value: {{ include "postrider.name" $.root | quote }} }
  {{- end }}
{{- end -}}

{{- define "postrider.pod" -}}
serviceAccountName: {{ include "postrider.serviceAccount" . }}
automountServiceAccountToken: false
securityContext: {{- include "postrider.podSecurity" . | nindent 2 }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
