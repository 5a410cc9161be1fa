#!/usr/bin/env bash
# Packs folders as the layers of an image, lowest first, into a docker archive. The same files give the same bytes: sorted names,
# no clock, owner root.
#   eng/pack-image.sh OUT.tar NAME:TAG CONFIG-JSON FOLDER...
# CONFIG-JSON is the "config" object of an OCI image configuration: {"Entrypoint":["/app"],"User":"1:1","Env":["A=B"]}.
set -euo pipefail
out=$1 reference=$2 config=$3
shift 3
stage=$(mktemp -d "$out.XXXXXX")
trap 'rm -rf "$stage"' EXIT
reproducible=(--sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=go+rX --hard-dereference --format=posix
  --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime)

layers=() diff_ids=()
for folder in "$@"; do
  tar "${reproducible[@]}" -C "$folder" -cf "$stage/layer.part" .
  digest=$(sha256sum "$stage/layer.part" | cut -d ' ' -f 1)
  mv "$stage/layer.part" "$stage/$digest.tar"
  layers+=("\"$digest.tar\"") diff_ids+=("\"sha256:$digest\"")
done
joined() { local IFS=,; echo "$*"; }

printf '{"architecture":"amd64","os":"linux","config":%s,"rootfs":{"type":"layers","diff_ids":[%s]}}' \
  "$config" "$(joined "${diff_ids[@]}")" >"$stage/config.part"
digest=$(sha256sum "$stage/config.part" | cut -d ' ' -f 1)
mv "$stage/config.part" "$stage/$digest.json"
printf '[{"Config":"%s.json","RepoTags":["%s"],"Layers":[%s]}]' "$digest" "$reference" "$(joined "${layers[@]}")" >"$stage/manifest.json"
(cd "$stage" && tar "${reproducible[@]}" -cf "$out.part" *)
mv "$out.part" "$out"
echo "$reference sha256:$digest $out"
