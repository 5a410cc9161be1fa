# A node: containerd and kubelet in mount and pid namespaces of their own, kube-proxy, CoreDNS; and a registry. Sourced by cluster.sh.

node_network() {
  ip netns add "$NETNS"
  inside ip link set lo up
  inside ip link add cni0 type bridge
  inside ip addr add $GATEWAY/16 dev cni0
  inside ip link set cni0 up
  # Service addresses: kube-proxy rewrites them before they would leave by the bridge.
  inside ip route add 10.96.0.0/16 dev cni0
  inside sysctl -qw net.ipv4.ip_forward=1
}

# A cgroup of its own, so that the pods of two clusters do not meet; with cgroup v1 there is one in each hierarchy.
cgroup_roots() {
  if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    echo "/sys/fs/cgroup/$NETNS"
  else
    find /sys/fs/cgroup -mindepth 1 -maxdepth 1 -type d -exec echo {}/"$NETNS" \;
  fi
}

node_cgroups() {
  local root parent
  for root in $(cgroup_roots); do
    mkdir -p "$root"
    parent=$(dirname "$root")
    # A new cpuset of cgroup v1 is empty and holds no process before it gets CPUs and memory nodes.
    if [ -e "$root/cpuset.cpus" ] && [ -e "$parent/tasks" ]; then
      cat "$parent/cpuset.cpus" >"$root/cpuset.cpus"
      cat "$parent/cpuset.mems" >"$root/cpuset.mems"
    fi
  done
}

node() {
  node_cgroups
  mkdir -p "$NODE/cni" "$NODE/certs.d/$GATEWAY:5000"
  pause_image
  node_configuration
  launch proxy "$BIN/kube-proxy" --config="$NODE/proxy.yaml"
  launch coredns "$BIN/coredns" -conf "$NODE/Corefile"
  launch node unshare --mount --pid --fork --kill-child --mount-proc \
    env STATE="$STATE" NETNS="$NETNS" PORT="$PORT" "$HERE/cluster.sh" node-init
  wait_for 90 "node1 to be Ready" kc wait --for=condition=Ready node/node1 --timeout=1s
  wait_for 30 "cluster DNS" dns_ready
}

dns_ready() {
  inside bash -c "exec 3<>/dev/tcp/127.0.0.1/$((PORT + 7)); printf 'GET /ready HTTP/1.0\r\n\r\n' >&3; grep -q '200 OK' <&3"
}

# What holds a pod's namespaces open.
pause_image() {
  mkdir -p "$NODE/pause/bin"
  cp "$(command -v busybox)" "$NODE/pause/bin/busybox"
  "$REPOSITORY/eng/pack-image.sh" "$NODE/pause.tar" graft.test/pause:1 \
    '{"Entrypoint":["/bin/busybox","sh","-c","trap exit TERM INT; while :; do busybox sleep 3600 & wait; done"]}' "$NODE/pause" >/dev/null
}

# Process 1 of the node's namespaces.
node_init() {
  mount --make-rprivate /
  # The kubelet sets these for the whole machine; here it writes to files.
  local setting value
  while read -r setting value; do
    [ -e "/proc/sys/$setting" ] || continue
    echo "$value" >"$RUN/sysctl.$(basename "$setting")"
    mount --bind "$RUN/sysctl.$(basename "$setting")" "/proc/sys/$setting"
  done <<SETTINGS
vm/overcommit_memory 1
vm/panic_on_oom 0
kernel/panic 10
kernel/panic_on_oops 1
kernel/keys/root_maxkeys 1000000
kernel/keys/root_maxbytes 25000000
SETTINGS
  # Where kubelet and CNI plugins keep their files whatever they are told; so nothing is left on the machine, and no kubelet deletes
  # the logs of another one's pods as those of pods that are gone.
  mkdir -p "$RUN/kubelet/device-plugins" "$RUN/netns" "$RUN/pod-logs" "$RUN/container-logs" /var/lib/kubelet /var/log/pods /var/log/containers
  mount --bind "$RUN/kubelet" /var/lib/kubelet
  mount --bind "$RUN/netns" /run/netns
  mount --bind "$RUN/pod-logs" /var/log/pods
  mount --bind "$RUN/container-logs" /var/log/containers

  containerd --config "$NODE/containerd.toml" >>"$RUN/containerd.log" 2>&1 &
  local containerd=$!
  for _ in $(seq 200); do
    ctr --address "$RUN/containerd.sock" version >/dev/null 2>&1 && break
    sleep 0.05
  done
  ctr --address "$RUN/containerd.sock" --namespace k8s.io images import "$NODE/pause.tar" >>"$RUN/containerd.log" 2>&1
  "$BIN/kubelet" --config="$NODE/kubelet.yaml" --kubeconfig="$PKI/node1.kubeconfig" --hostname-override=node1 --node-ip=$GATEWAY \
    --root-dir=/var/lib/kubelet --cert-dir="$RUN/kubelet-pki" >>"$RUN/kubelet.log" 2>&1 &
  local kubelet=$!
  trap 'kill $kubelet; sleep 1; kill $containerd; exit 0' TERM INT
  while [ -d "/proc/$kubelet" ]; do wait -n || true; done
}

node_down() {
  if [ -f "$RUN/node.pid" ]; then
    # unshare itself ignores signals: its child is node_init.
    pkill -TERM -P "$(cat "$RUN/node.pid")" || true
    for _ in $(seq 50); do
      alive "$(cat "$RUN/node.pid")" || break
      sleep 0.1
    done
    stop node KILL
  fi
}

node_network_down() {
  local root
  for root in $(cgroup_roots); do
    [ ! -d "$root" ] || find "$root" -depth -type d -exec rmdir {} \; 2>/dev/null || true
  done
  ip netns del "$NETNS" 2>/dev/null || true
}

registry() {
  mkdir -p "$RUN/registry"
  cat >"$NODE/registry.yaml" <<YAML
version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $RUN/registry}, delete: {enabled: true}}
http: {addr: "$GATEWAY:5000"}
YAML
  launch registry docker-registry serve "$NODE/registry.yaml"
  wait_for 20 "the registry" inside bash -c "exec 3<>/dev/tcp/$GATEWAY/5000"
  if [ -n "$1" ]; then
    sed "s/$GATEWAY:5000/127.0.0.1:$1/" "$NODE/registry.yaml" >"$NODE/registry-outside.yaml"
    setsid docker-registry serve "$NODE/registry-outside.yaml" >>"$RUN/registry-outside.log" 2>&1 </dev/null &
    echo $! >"$RUN/registry-outside.pid"
    wait_for 20 "the registry outside" bash -c "exec 3<>/dev/tcp/127.0.0.1/$1"
  fi
}

node_configuration() {
  # The test's own registry speaks no TLS.
  printf 'server = "http://%s:5000"\n[host."http://%s:5000"]\n  capabilities = ["pull", "resolve"]\n' $GATEWAY $GATEWAY >"$NODE/certs.d/$GATEWAY:5000/hosts.toml"
  echo "nameserver $GATEWAY" >"$NODE/resolv.conf"
  cat >"$NODE/cni/10-bridge.conflist" <<JSON
{"cniVersion": "0.4.0", "name": "pods", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "hairpinMode": true, "ipMasq": false, "ipam": {
    "type": "host-local", "dataDir": "$RUN/ipam",
    "ranges": [[{"subnet": "10.88.0.0/16", "rangeStart": "10.88.0.2"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}},
  {"type": "loopback"}]}
JSON
  cat >"$NODE/containerd.toml" <<TOML
version = 2
root = "$RUN/containerd-root"
state = "$RUN/containerd-state"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper"]
[grpc]
  address = "$RUN/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "graft.test/pause:1"
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "$NODE/certs.d"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$NODE/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
TOML
  cat >"$NODE/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $GATEWAY
port: 10250
readOnlyPort: 0
healthzBindAddress: 127.0.0.1
containerRuntimeEndpoint: unix://$RUN/containerd.sock
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $PKI/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: $PKI/node1.crt
tlsPrivateKeyFile: $PKI/node1.key
cgroupDriver: cgroupfs
cgroupRoot: /$NETNS
failCgroupV1: false
failSwapOn: false
clusterDNS: [$GATEWAY]
clusterDomain: cluster.local
resolvConf: $NODE/resolv.conf
serializeImagePulls: false
makeIPTablesUtilChains: false
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
nodeStatusUpdateFrequency: 5s
syncFrequency: 10s
evictionHard: {memory.available: 100Mi, nodefs.available: 2%, imagefs.available: 2%, nodefs.inodesFree: 1%}
YAML
  cat >"$NODE/proxy.yaml" <<YAML
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: iptables
clientConnection: {kubeconfig: $PKI/proxy.kubeconfig}
hostnameOverride: node1
clusterCIDR: 10.88.0.0/16
bindAddress: $GATEWAY
healthzBindAddress: 127.0.0.1:$((PORT + 5))
metricsBindAddress: 127.0.0.1:$((PORT + 6))
iptables: {masqueradeAll: true, minSyncPeriod: 100ms, syncPeriod: 30s}
conntrack: {maxPerCore: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
YAML
  cat >"$NODE/Corefile" <<COREFILE
cluster.local in-addr.arpa {
  errors
  ready 127.0.0.1:$((PORT + 7))
  cache 5
  kubernetes cluster.local in-addr.arpa {
    kubeconfig $PKI/coredns.kubeconfig
    pods verified
    ttl 1
  }
}
COREFILE
}
