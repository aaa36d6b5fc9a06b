{{- /* The name of everything. Up to 52 characters, for a StatefulSet's pods carry it in a label with a hash behind it. */}}
{{- define "footfall.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- /* A release may have dots in its name, a Service may not. */}}
{{- $release := .Release.Name | replace "." "-" -}}
{{- if contains $name $release -}}
{{- $release | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" $release $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "footfall.headless" -}}
{{- include "footfall.fullname" . }}-headless
{{- end -}}

{{- /* What selects the pods; it never changes from version to version. */}}
{{- define "footfall.selectorLabels" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "footfall.labels" -}}
{{ include "footfall.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{- /* Name, labels and annotations of an object: footfall.metadata (dict "root" $), with what it has of its own as "suffix",
       "labels" and "annotations". The release's own labels win, for they select. */}}
{{- define "footfall.metadata" -}}
name: {{ default (include "footfall.fullname" .root) .name }}{{ .suffix }}
labels:
  {{- $own := fromYaml (include "footfall.labels" .root) }}
  {{- merge (dict) $own (default (dict) .labels) (default (dict) .root.Values.commonLabels) | toYaml | nindent 2 }}
{{- with merge (dict) (default (dict) .annotations) (default (dict) .root.Values.commonAnnotations) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* A reference to an image, from global.imageRegistry if there is one: footfall.pulled (list $ "docker.io/library/busybox"). */}}
{{- define "footfall.pulled" -}}
{{- with ((first .).Values.global).imageRegistry -}}
{{ trimSuffix "/" . }}/{{ regexReplaceAll "^(localhost|[^/]*[.:][^/]*)/" (last $) "" }}
{{- else -}}
{{ last . }}
{{- end -}}
{{- end -}}

{{- /* The Secrets of global.imagePullSecrets, which may be names alone, and of imagePullSecrets. */}}
{{- define "footfall.pullSecrets" -}}
{{- $names := list -}}
{{- range concat (default (list) (.Values.global).imagePullSecrets) (default (list) .Values.imagePullSecrets) -}}
{{- $names = append $names (kindIs "string" . | ternary . (get (kindIs "map" . | ternary . (dict)) "name")) -}}
{{- end -}}
{{- with uniq $names -}}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end -}}
{{- end -}}

{{- /* The IP families of both Services. */}}
{{- define "footfall.ipFamilies" -}}
{{- with .Values.service.ipFamilyPolicy -}}
ipFamilyPolicy: {{ . }}
{{ end }}
{{- with .Values.service.ipFamilies -}}
ipFamilies:
  {{- toYaml . | nindent 2 }}
{{- end -}}
{{- end -}}

{{- /* A probe with one handler: footfall.probe (list probe "/path"). Helm merges what a user sets with the default's httpGet,
       which gives way to another handler. */}}
{{- define "footfall.probe" -}}
{{- $probe := first . -}}
{{- if or $probe.exec $probe.tcpSocket $probe.grpc -}}
{{- $probe = omit $probe "httpGet" -}}
{{- else if not $probe.httpGet -}}
{{- $probe = merge (dict "httpGet" (dict "path" (last .) "port" "http")) $probe -}}
{{- end -}}
{{- toYaml $probe -}}
{{- end -}}

{{- /* Whatever a user sets goes before what the chart has for the variant. After an upgrade with --reuse-values there may be neither
       digests nor a variant. */}}
{{- define "footfall.image" -}}
{{- with .Values.image -}}
{{- $repository := include "footfall.pulled" (list $ .repository) -}}
{{- $variant := default "rc" .variant -}}
{{- $digest := default (empty .tag | ternary (get (default (dict) .digests) $variant) "") .digest -}}
{{- if $digest -}}
{{ $repository }}@{{ $digest }}
{{- else -}}
{{ $repository }}:{{ default (printf "%s%s" $.Chart.AppVersion (eq $variant "final" | ternary "-final" "")) .tag }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* The Secret that has a token; empty where there is none: footfall.tokenSecret (list $ "export" .Values.exportToken). */}}
{{- define "footfall.tokenSecret" -}}
{{- $token := default (dict) (index . 2) -}}
{{- if $token.existingSecret -}}
{{- $token.existingSecret -}}
{{- else if $token.value -}}
{{- include "footfall.fullname" (index . 0) }}-{{ index . 1 }}
{{- end -}}
{{- end -}}

{{- /* Where a token is; empty where there is none. The arguments are the same. */}}
{{- define "footfall.tokenReference" -}}
{{- with include "footfall.tokenSecret" . -}}
name: {{ . }}
key: {{ default (printf "%s-token" (index $ 1)) (index $ 2).key }}
{{- end -}}
{{- end -}}

{{- /* The domain in DNS of the replicas' names. It ends in a dot, so that no search list is tried for a replica that does not
       exist. After an upgrade with --reuse-values there may be no clusterDomain. */}}
{{- define "footfall.peerDomain" -}}
{{ include "footfall.headless" . }}.{{ .Release.Namespace }}.svc.{{ default "cluster.local" .Values.clusterDomain }}.
{{- end -}}

{{- /* The URL of a replica: footfall.peer (list $ 0). */}}
{{- define "footfall.peer" -}}
{{- $root := first . -}}
http://{{ include "footfall.fullname" $root }}-{{ last . }}.{{ include "footfall.peerDomain" $root }}:{{ int $root.Values.containerPort }}
{{- end -}}

{{- /* The URLs of all replicas that there may ever be, so that scaling changes no pod. */}}
{{- define "footfall.peers" -}}
{{- $max := default 16 .Values.maxReplicas | int -}}
{{- if lt $max (int .Values.replicaCount) -}}
{{- fail (printf "replicaCount is %d and maxReplicas %d: set maxReplicas to %d or more" (int .Values.replicaCount) $max (int .Values.replicaCount)) -}}
{{- end -}}
{{- $peers := list -}}
{{- range $i := until $max -}}
{{- $peers = append $peers (include "footfall.peer" (list $ $i)) -}}
{{- end -}}
{{- join "," $peers -}}
{{- end -}}

{{- /* How long a pod that ends waits until no endpoint has it. Telling the others its number may take 10 seconds more. */}}
{{- define "footfall.drainSeconds" -}}
{{- $wait := int .Values.preStopSleepSeconds -}}
{{- $grace := int .Values.terminationGracePeriodSeconds -}}
{{- if lt $grace (add $wait 10 | int) -}}
{{- fail (printf "preStopSleepSeconds is %d and terminationGracePeriodSeconds %d: leave 10 seconds or more between them, in which a replica that ends tells the others its number" $wait $grace) -}}
{{- end -}}
{{- $wait -}}
{{- end -}}

{{- /* A size in bytes; 0 for what is none. JSON has numbers in full, where `toString` would write 2.56e+08. */}}
{{- define "footfall.bytes" -}}
{{- $size := toJson . | trimAll "\"" -}}
{{- if regexMatch "^[1-9][0-9]{0,8}[MG]i?$|^[1-9][0-9]{0,17}$" $size -}}
{{- $units := dict "" 1 "M" 1000000 "Mi" 1048576 "G" 1000000000 "Gi" 1073741824 -}}
{{- mul (regexFind "^[0-9]+" $size) (get $units (regexFind "[MG]i?$" $size)) -}}
{{- else -}}
0
{{- end -}}
{{- end -}}

{{- /* How many bytes the database may use. After an upgrade with --reuse-values there may be no maxStorage at all. */}}
{{- define "footfall.maxStorage" -}}
{{- if .Values.maxStorage -}}
{{- $bytes := include "footfall.bytes" .Values.maxStorage | int64 -}}
{{- if lt $bytes 16777216 -}}
{{- fail (printf "maxStorage is %s: set it to 16Mi or more" (toJson .Values.maxStorage)) -}}
{{- end -}}
{{- $bytes -}}
{{- else -}}
{{- $claim := (((.Values.statefulSet.volumeClaimTemplates.spec).resources).requests).storage -}}
{{- $bytes := include "footfall.bytes" $claim | int64 -}}
{{- if lt $bytes 192000000 -}}
{{- fail (printf "the claim requests %s, and maxStorage is derived only from 192M and more in whole M, Mi, G, Gi or bytes: set maxStorage, so that the write-ahead log of 16Mi and the file system fit beside it" (toJson $claim)) -}}
{{- end -}}
{{- div (mul $bytes 3) 4 -}}
{{- end -}}
{{- end -}}

{{- define "footfall.runtimeConfig" -}}
# All state is on the volume of the replica. Without state_dir Spin would want to write to /.spin.
state_dir = "/data"

[sqlite_database.default]
type = "spin"
path = "/data/visits.db"
{{- end -}}
