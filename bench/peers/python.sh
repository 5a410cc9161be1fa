#!/bin/bash
# Runs a peer's script with Debian's newest PyTorch and transformers, in a folder of its own:
#   python.sh SCRIPT [ARGS...]      e.g. python.sh peer_lora.py sdpa 2 0.5
# The first call makes that folder (GRAFT_PEERS_ROOT, by default /var/cache/graft-peers; minutes, about 2 GB); nothing else on the machine
# changes but Debian's mmdebstrap being installed. Needs root and Debian's package mirror. libopenblas0-openmp matters: without it
# Debian's torch multiplies matrices slowly, and the comparison would flatter us.
set -eu
root=${GRAFT_PEERS_ROOT:-/var/cache/graft-peers}
packages=python3-torch,python3-transformers,python3-safetensors,python3-accelerate,libopenblas0-openmp
[ $# -gt 0 ] || { sed -n '2,6s/^# \?//p' "$0"; exit 2; }
script=$(realpath "$1"); shift
if [ ! -e "$root/ready" ]; then
  [ "$(id -u)" = 0 ] || { echo "python.sh: needs root to make $root" >&2; exit 2; }
  command -v mmdebstrap >/dev/null || { apt-get update -q >&2; apt-get install -qy --no-install-recommends mmdebstrap >&2; }
  rm -rf "$root"; mkdir -p "$root"
  mirror=$(apt-get indextargets --format '$(REPO_URI)' "Release: $(. /etc/os-release; echo "$VERSION_CODENAME")" | head -1)
  mmdebstrap --quiet --variant=apt --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Check-Valid-Until "false"' \
    --include="$packages" sid "$root" "$mirror" >&2
  touch "$root/ready"
fi
export GRAFT_SCRIPT=$script GRAFT_ROOT=$root GRAFT_CWD=$PWD
exec unshare --mount bash -eu -c '
  for d in "$GRAFT_CWD" "$(dirname "$GRAFT_SCRIPT")" /tmp; do mkdir -p "$GRAFT_ROOT$d"; mount --bind "$d" "$GRAFT_ROOT$d"; done
  mount -t proc proc "$GRAFT_ROOT/proc"; mount --rbind /dev "$GRAFT_ROOT/dev"
  exec chroot "$GRAFT_ROOT" bash -c "cd \"\$GRAFT_CWD\"; exec python3 \"\$GRAFT_SCRIPT\" \"\$@\"" python3 "$@"' python.sh "$@"
