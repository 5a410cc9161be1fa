#!/usr/bin/env bash
# Measures the operator on a real API server of its own: bench/operator.sh [RUNS [WRITERS]]. Needs root and what eng/cluster/cluster.sh needs.
# What is measured is published as for its image; GRAFT_OPERATOR names another program, of an earlier release for instance.
# GRAFT_PEER_OPERATOR, a folder with peer_operator.py, measures that operator afterwards on the same server, with as many jobs and writers.
# Graft__ApiQps and Graft__ApiBurst change the operator's rate; the default is what an installation has.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-1000} writers=${2:-8}
export STATE=${STATE:-$(mktemp -d /tmp/graft-bench-XXXXXX)} PORT=${PORT:-17443}
program=${GRAFT_OPERATOR:-artifacts/bench/operator/app/graft-operator}
[ -n "${GRAFT_OPERATOR:-}" ] || images/publish.sh operator artifacts/bench/operator
trap 'eng/cluster/cluster.sh down' EXIT
eng/cluster/cluster.sh up
export KUBECONFIG=$STATE/pki/admin.kubeconfig
eng/cluster/cluster.sh exec kubectl apply --filename crds/ >/dev/null
echo "== Graft, ${Graft__ApiQps:-300} requests a second"
"artifacts/bin/Graft.Operator.Bench/$(echo "${CONFIGURATION:-Release}" | tr '[:upper:]' '[:lower:]')/Graft.Operator.Bench" "$runs" "$writers" "$program"
if [ -n "${GRAFT_PEER_OPERATOR:-}" ]; then
  echo "== Kubeflow Training Operator"
  eng/cluster/cluster.sh exec python3 "$GRAFT_PEER_OPERATOR/peer_operator.py" --idle 200 --jobs "$runs" --writers "$writers"
else
  echo "No peer was measured: GRAFT_PEER_OPERATOR names no folder with peer_operator.py."
fi
