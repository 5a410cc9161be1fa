#!/usr/bin/env bash
# Builds an image without a container engine, from the same parts as its Containerfile, and packs it as a docker archive, which
# `docker load`, `podman load`, `ctr image import` and `skopeo copy docker-archive:…` read.
#   eng/image.sh operator|trainer OUT.tar [NAME:TAG]
# The root file system is kept under artifacts/images and made once.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -ge 2 ] || { sed -n '2,6p' "$0" >&2; exit 2; }
name=$1 out=$(realpath -m "$2")
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
reference=${3:-graft.dev/$name:$version}
containerfile=images/$name/Containerfile work=artifacts/images
[ -f "$containerfile" ] || { echo "eng/image.sh: no image $name; there are: $(ls -d images/*/ | xargs -n 1 basename | xargs)" >&2; exit 2; }
mkdir -p "$work" "$(dirname "$out")"

if [ ! -d "$work/rootfs" ] || [ images/rootfs.sh -nt "$work/rootfs" ]; then
  rm -rf "$work/rootfs" "$work/rootfs.part"
  images/rootfs.sh "$work/rootfs.part"
  touch "$work/rootfs.part"
  mv "$work/rootfs.part" "$work/rootfs"
fi
rm -rf "${work:?}/$name"
images/publish.sh "$name" "$work/$name"

instruction() { sed -n "s/^$1 //p" "$containerfile"; }
environment=$(instruction ENV | sed 's/.*/"&"/' | paste -s -d ,)
eng/pack-image.sh "$out" "$reference" \
  "{\"Entrypoint\":$(instruction ENTRYPOINT),\"User\":\"$(instruction USER)\",\"Env\":[\"PATH=/usr/bin:/bin\"${environment:+,$environment}]}" \
  "$work/rootfs" "$work/$name"
