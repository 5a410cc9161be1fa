#!/usr/bin/env bash
# A real Kubernetes on one machine, for tests.
#   cluster.sh check           whether it can start here: exit status 0, or 77 with one line that says what is missing
#   cluster.sh up              etcd, API server, controller manager and scheduler on 127.0.0.1
#   cluster.sh up --node       the same in a network namespace of its own, with a node (containerd, kubelet, kube-proxy), Services, DNS
#   cluster.sh down            stops everything and forgets its data
#   cluster.sh exec CMD…       runs CMD with KUBECONFIG and PATH set, inside the namespace
#   cluster.sh load-image TAR  imports an image archive into the node
#   cluster.sh registry [PORT] starts Debian's docker-registry on 10.88.0.1:5000, which the node and its pods reach; with PORT a second
#                              one on 127.0.0.1:PORT of the machine, outside the namespace, with the same content
#   cluster.sh stop|start|kill PART   one part alone: etcd, apiserver, kcm, scheduler, proxy, coredns, node, registry (kill: SIGKILL)
# Needs root. STATE (a folder; default /tmp/graft-cluster) and NETNS (default: STATE's last part) tell clusters on one machine apart,
# PORT (default 16443) and the seven after it those without a namespace. API_ARGS adds to the API server's arguments.
# The programs come from KUBEBUILDER_ASSETS (as with envtest, but a node needs all of them), else from the archive
# kubernetes-*-linux-amd64.xz, one program that acts as whichever it is called, in GRAFT_CLUSTER_DIR or ../shared/cluster.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
REPOSITORY=$(cd "$HERE/../.." && pwd)
STATE=${STATE:-${TMPDIR:-/tmp}/graft-cluster}
NETNS=${NETNS:-$(basename "$STATE")}
PORT=${PORT:-16443}
GATEWAY=10.88.0.1
RUN=$STATE/run PKI=$STATE/pki NODE=$STATE/node
PROGRAMS=(etcd kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl coredns)
# What a machine without a program or folder is asked to install.
PACKAGES=(containerd:containerd runc:runc ip:iproute2 iptables:iptables conntrack:conntrack openssl:openssl
  docker-registry:docker-registry xz:xz-utils nsenter:util-linux busybox:busybox-static /usr/lib/cni/bridge:containernetworking-plugins)

. "$HERE/programs.sh"
. "$HERE/processes.sh"
. "$HERE/certificates.sh"
. "$HERE/control-plane.sh"
. "$HERE/node.sh"

up() {
  [ ! -e "$RUN/apiserver.pid" ] || { echo "cluster: already up in $STATE"; return; }
  mkdir -p "$RUN" "$NODE"
  rm -f "$STATE/with-node"
  if [ "${1:-}" = --node ]; then
    touch "$STATE/with-node"
    node_network
  fi
  certificates
  control_plane
  if with_node; then
    node
  fi
  echo "cluster: ready in $SECONDS s; KUBECONFIG=$PKI/admin.kubeconfig"
}

down() {
  if with_node; then
    node_down
  fi
  for part in registry registry-outside proxy coredns scheduler kcm apiserver etcd; do stop "$part" KILL; done
  if with_node; then
    node_network_down
  fi
  rm -rf "$STATE"
}

case ${1:-} in
  check) check ;;
  up) find_programs; up "${2:-}" ;;
  down) down ;;
  exec) shift; find_programs; inside env KUBECONFIG="$PKI/admin.kubeconfig" PATH="$BIN:$PATH" "$@" ;;
  load-image) ctr --address "$RUN/containerd.sock" --namespace k8s.io images import "$2" ;;
  registry) registry "${2:-}" ;;
  stop) stop "$2" ;;
  kill) stop "$2" KILL ;;
  start) restart "$2" ;;
  node-init) find_programs; node_init ;;
  *) sed -n '2,15p' "$0"; exit 2 ;;
esac
