{{- define "duebox.labels" -}}
app.kubernetes.io/name: duebox
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "duebox.selector" -}}
app.kubernetes.io/name: duebox
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* What all pods share: no rights, a read-only root, secrets as files. */}}
{{- define "duebox.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: { type: RuntimeDefault }
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
volumes:
  - name: secrets
    secret: { secretName: {{ required "secret.name: name a Secret that holds secret_key and database_url" .Values.secret.name }}, defaultMode: 0440 }
  - name: tmp
    emptyDir: { sizeLimit: 1Gi }
{{- end }}

{{- define "duebox.container" -}}
image: "{{ required "image.repository: name the image that you built" .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
env:
  {{- range $setting, $key := .Values.secret.keys }}
  - { name: {{ $setting }}_FILE, value: /run/secrets/duebox/{{ $key }} }
  {{- end }}
  {{- range $setting, $value := .Values.settings }}
  - { name: {{ $setting }}, value: {{ $value | quote }} }
  {{- end }}
volumeMounts:
  - { name: secrets, mountPath: /run/secrets/duebox, readOnly: true }
  - { name: tmp, mountPath: /tmp }
{{- end }}
