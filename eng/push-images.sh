#!/usr/bin/env bash
# Pushes the image archives in artifacts/images to a registry, without a container engine, and says how to install from there.
#   eng/push-images.sh REGISTRY/PATH [TAG]
# Credentials are Docker's, Podman's or oras's own (~/.docker/config.json). Registries on loopback or private addresses are spoken to
# without TLS; PLAIN_HTTP=true or false says otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -ge 1 ] && [ -n "$1" ] || { sed -n '2,5p' "$0" >&2; exit 2; }
registry=${1%/}
tag=${2:-$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)}
for image in operator trainer; do
  bin/graft image push "artifacts/images/$image.tar" "$registry/$image:$tag" ${PLAIN_HTTP:+--plain-http "$PLAIN_HTTP"}
done
cat <<TEXT

helm install graft charts/graft --namespace graft-system --create-namespace \\
  --set image.repository=$registry/operator,image.tag=$tag \\
  --set trainer.image.repository=$registry/trainer,trainer.image.tag=$tag \\
  --set artifacts.registry=${registry%%/*}/adapters

Adapters then go to the same registry. If it speaks no TLS, add --set artifacts.plainHttp=true
TEXT
