# etcd, API server, controller manager, scheduler. Sourced by cluster.sh.

control_plane() {
  local etcd=http://127.0.0.1:$((PORT + 1)) peer=http://127.0.0.1:$((PORT + 2)) extra=()
  launch etcd "$BIN/etcd" --name test --data-dir "$RUN/etcd" --unsafe-no-fsync --log-level warn \
    --listen-client-urls "$etcd" --advertise-client-urls "$etcd" \
    --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" --initial-cluster "test=$peer"

  if with_node; then
    extra=(--bind-address=0.0.0.0 --advertise-address="$GATEWAY")
  else
    extra=(--bind-address=127.0.0.1 --advertise-address=127.0.0.1 --endpoint-reconciler-type=none)
  fi
  # shellcheck disable=SC2206 # API_ARGS is a list of words
  extra+=(${API_ARGS:-})
  # The audit log tells who wrote what: the only way to see that a controller wrote nothing.
  launch apiserver "$BIN/kube-apiserver" --etcd-servers="$etcd" --secure-port="$PORT" \
    --service-cluster-ip-range=10.96.0.0/16 --allow-privileged=true \
    --client-ca-file="$PKI/ca.crt" --tls-cert-file="$PKI/apiserver.crt" --tls-private-key-file="$PKI/apiserver.key" \
    --requestheader-client-ca-file="$PKI/ca.crt" --requestheader-allowed-names=front-proxy-client \
    --requestheader-username-headers=X-Remote-User --requestheader-group-headers=X-Remote-Group \
    --requestheader-extra-headers-prefix=X-Remote-Extra- \
    --proxy-client-cert-file="$PKI/front-proxy-client.crt" --proxy-client-key-file="$PKI/front-proxy-client.key" \
    --service-account-issuer=https://kubernetes.default.svc \
    --service-account-key-file="$PKI/sa.pub" --service-account-signing-key-file="$PKI/sa.key" \
    --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
    --kubelet-certificate-authority="$PKI/ca.crt" --kubelet-preferred-address-types=InternalIP \
    --kubelet-client-certificate="$PKI/kubelet-client.crt" --kubelet-client-key="$PKI/kubelet-client.key" \
    --audit-policy-file="$HERE/audit-policy.yaml" --audit-log-path="$RUN/audit.log" "${extra[@]}"
  # The next two find no permissions, and exit, where they start before the API server is ready.
  wait_for 90 "the API server" kc get --raw /readyz

  launch kcm "$BIN/kube-controller-manager" --kubeconfig="$PKI/kcm.kubeconfig" \
    --authentication-kubeconfig="$PKI/kcm.kubeconfig" --authorization-kubeconfig="$PKI/kcm.kubeconfig" \
    --bind-address=127.0.0.1 --secure-port=$((PORT + 3)) --leader-elect=false --use-service-account-credentials=true \
    --service-account-private-key-file="$PKI/sa.key" --root-ca-file="$PKI/ca.crt" \
    --tls-cert-file="$PKI/apiserver.crt" --tls-private-key-file="$PKI/apiserver.key"
  launch scheduler "$BIN/kube-scheduler" --kubeconfig="$PKI/scheduler.kubeconfig" \
    --authentication-kubeconfig="$PKI/scheduler.kubeconfig" --authorization-kubeconfig="$PKI/scheduler.kubeconfig" \
    --bind-address=127.0.0.1 --secure-port=$((PORT + 4)) --leader-elect=false \
    --tls-cert-file="$PKI/apiserver.crt" --tls-private-key-file="$PKI/apiserver.key"
  wait_for 60 "the default service account" kc -n default get serviceaccount default
}
