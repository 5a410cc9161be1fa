{{- /* What the schema cannot say: values that contradict each other. Ends the rendering with a sentence. */ -}}
{{- define "graft.validate" -}}
{{- $fullname := include "graft.fullname" . }}
{{- if not (regexMatch "^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$" $fullname) }}
{{- fail (printf "The name %q cannot be a Service's: it needs to start with a letter and to consist of at most 63 lower-case letters, digits and dashes. Set fullnameOverride, or choose another release name." $fullname) }}
{{- end }}
{{- if and (gt (int64 .Values.replicaCount) 1) (not .Values.leaderElection.enabled) }}
{{- fail "replicaCount is above 1 and leaderElection.enabled is false: every replica would act, each against the others. Enable leader election, or run one replica." }}
{{- end }}
{{- $own := include "graft.labels" . | fromYaml }}
{{- range $values := list (dict "name" "podLabels" "labels" .Values.podLabels) (dict "name" "metrics.podMonitor.labels" "labels" .Values.metrics.podMonitor.labels) }}
{{- range $label, $_ := $values.labels }}
{{- if hasKey $own $label }}
{{- fail (printf "%s may not set the label %s: it is the chart's own, and selectors depend on it." $values.name $label) }}
{{- end }}
{{- end }}
{{- end }}
{{- $seen := dict }}
{{- range .Values.operator.extraEnv }}
{{- $name := .name | lower | replace "__" ":" }}
{{- if or (hasPrefix "graft:" $name) (hasPrefix "logging:loglevel:" $name) }}
{{- fail (printf "operator.extraEnv may not set %s: the operator's settings are values of the chart (operator.*, trainer.*, artifacts.*, tracking.*, watchNamespace)." .name) }}
{{- end }}
{{- if or (hasKey $seen .name) (eq .name "DOTNET_EnableDiagnostics") }}
{{- fail (printf "operator.extraEnv sets %s, which is set already." .name) }}
{{- end }}
{{- $_ := set $seen .name true }}
{{- if and (hasKey . "value") (hasKey . "valueFrom") }}
{{- fail (printf "operator.extraEnv: %s has both value and valueFrom." .name) }}
{{- end }}
{{- end }}
{{- include "graft.validateServed" . }}
{{- end }}

{{- /* Two operators that serve the same namespace would act on the same runs, each against the other. */ -}}
{{- define "graft.validateServed" -}}
{{- if .Values.rbac.create }}
{{- $serves := .Values.watchNamespace | default "*" }}
{{- range (lookup "rbac.authorization.k8s.io/v1" "ClusterRole" "" "").items }}
{{- $theirs := dig "annotations" "graft.dev/serves" "" .metadata }}
{{- $release := dig "annotations" "meta.helm.sh/release-name" "" .metadata }}
{{- $namespace := dig "annotations" "meta.helm.sh/release-namespace" "" .metadata }}
{{- if and $theirs (or (eq $theirs $serves) (eq "*" $theirs) (eq "*" $serves)) (not (and (eq $release $.Release.Name) (eq $namespace $.Release.Namespace))) }}
{{- fail (printf "Release %q in namespace %q serves %s already, and this one would serve %s: two operators would act on the same runs. Give each release a namespace of its own with watchNamespace, or remove the other one." $release $namespace (eq "*" $theirs | ternary "all namespaces" (printf "the namespace %s" $theirs)) (eq "*" $serves | ternary "all of them" (printf "the namespace %s" $serves))) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
