{{- define "graft.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "graft.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride }}
{{- else if contains (include "graft.name" .) .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "graft.name" .) | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- /* What the release owns outside of any namespace. A colon is in no other name, so that two releases never share one. */ -}}
{{- define "graft.clusterName" -}}
{{- printf "%s:%s" .Release.Namespace (include "graft.fullname" .) }}
{{- end }}

{{- define "graft.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "graft.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- required "serviceAccount.name must be set where serviceAccount.create is false" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- /* The plurals of some kinds, as one list: the root context, which kinds of files/kinds.yaml, and what follows each name. */ -}}
{{- define "graft.plurals" -}}
{{- $suffix := index . 2 }}
{{- $names := list }}
{{- range index ((index . 0).Files.Get "files/kinds.yaml" | fromYaml) (index . 1) }}
{{- $names = append $names (printf "%s%s" .plural $suffix) }}
{{- end }}
{{- toJson $names }}
{{- end }}

{{- define "graft.selectorLabels" -}}
app.kubernetes.io/name: {{ include "graft.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: operator
{{- end }}

{{- define "graft.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "graft.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: graft
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- /* An image's reference, from a dict of the image's values and the chart. */ -}}
{{- define "graft.image" -}}
{{- if .image.digest }}
{{- printf "%s@%s" .image.repository .image.digest }}
{{- else }}
{{- printf "%s:%s" .image.repository (default .chart.AppVersion .image.tag) }}
{{- end }}
{{- end }}

{{- /* A number in digits. Numbers of a values file are floating point, and large ones would be written as 1e+06. */ -}}
{{- define "graft.number" -}}
{{- if eq (float64 .) (floor .) }}{{ int64 . }}{{ else }}{{ . }}{{ end }}
{{- end }}
