# Finds Kubernetes' programs and Debian's. Sourced by cluster.sh.

# Sets BIN to the folder that holds all PROGRAMS; returns 1 where there is none.
programs() {
  local folder archive
  for folder in "${KUBEBUILDER_ASSETS:-}" /usr/local/kubebuilder/bin; do
    if [ -n "$folder" ] && holds_programs "$folder"; then
      BIN=$folder
      return 0
    fi
  done
  for folder in "${GRAFT_CLUSTER_DIR:-}" "$REPOSITORY/../shared/cluster"; do
    [ -n "$folder" ] || continue
    for archive in "$folder"/kubernetes-*-linux-amd64.xz; do
      [ -f "$archive" ] || continue
      unpack "$archive"
      return 0
    done
  done
  return 1
}

holds_programs() {
  local program
  for program in "${PROGRAMS[@]}"; do
    [ -x "$1/$program" ] || return 1
  done
}

# Unpacks the one program once for all clusters of this checkout and links its names to it.
unpack() {
  local version program
  version=$(basename "$1" .xz)
  BIN=$REPOSITORY/artifacts/cluster/$version
  mkdir -p "$BIN"
  if [ ! -x "$BIN/kube" ]; then
    xz --decompress --stdout --threads=0 "$1" >"$BIN/kube.$$"
    chmod 755 "$BIN/kube.$$"
    mv "$BIN/kube.$$" "$BIN/kube"
  fi
  for program in "${PROGRAMS[@]}"; do
    [ -e "$BIN/$program" ] || ln -s kube "$BIN/$program"
  done
}

find_programs() {
  programs || unavailable "Kubernetes' programs are missing: set KUBEBUILDER_ASSETS to a folder with ${PROGRAMS[*]}" \
    "(envtest's archive lacks the node's), or GRAFT_CLUSTER_DIR to one with kubernetes-*-linux-amd64.xz"
}

check() {
  [ "$(id -u)" = 0 ] || unavailable "a cluster with a node needs root (namespaces, mounts, cgroups)"
  [ "$(uname -m)" = x86_64 ] || unavailable "the images and programs are for x86_64, this is $(uname -m)"
  install_packages
  find_programs
  unshare --mount --pid --fork true 2>/dev/null || unavailable "this machine gives no mount and pid namespaces (a container without privileges?)"
}

install_packages() {
  local entry missing=()
  for entry in "${PACKAGES[@]}"; do
    if [[ ${entry%%:*} == /* ]]; then
      [ -e "${entry%%:*}" ] || missing+=("${entry#*:}")
    else
      command -v "${entry%%:*}" >/dev/null || missing+=("${entry#*:}")
    fi
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null 2>&1 ||
    unavailable "these packages are missing and apt-get could not install them: ${missing[*]}"
}

unavailable() {
  echo "no Kubernetes here: $*"
  exit 77
}
