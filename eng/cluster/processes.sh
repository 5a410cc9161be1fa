# The cluster's processes: each has a command, a process id and a log in RUN. Sourced by cluster.sh.

with_node() { [ -e "$STATE/with-node" ]; }

# Runs a command where the API server listens.
inside() {
  # `ip netns exec` would remount /sys and hide the cgroups.
  if with_node; then nsenter --net="/run/netns/$NETNS" "$@"; else "$@"; fi
}

kc() { inside "$BIN/kubectl" --kubeconfig "$PKI/admin.kubeconfig" "$@"; }

alive() { grep -qs '^State:.[^ZX]' "/proc/$1/status"; }

# launch PART CMD…: starts a part of the cluster and remembers how.
launch() {
  local part=$1
  shift
  printf '%q ' "$@" >"$RUN/$part.cmd"
  restart "$part"
}

restart() {
  [ -f "$RUN/$1.cmd" ] || { echo "cluster: no part $1" >&2; exit 1; }
  [ ! -f "$RUN/$1.pid" ] || return 0
  local enter=""
  if with_node; then
    enter="nsenter --net=/run/netns/$NETNS"
  fi
  eval "exec setsid $enter $(cat "$RUN/$1.cmd")" >>"$RUN/$1.log" 2>&1 </dev/null &
  echo $! >"$RUN/$1.pid"
}

# stop PART [SIGNAL]: waits ten seconds, then kills.
stop() {
  [ -f "$RUN/$1.pid" ] || return 0
  local pid
  pid=$(cat "$RUN/$1.pid")
  rm -f "$RUN/$1.pid"
  alive "$pid" || return 0
  kill -"${2:-TERM}" "$pid"
  for _ in $(seq 100); do
    alive "$pid" || return 0
    sleep 0.1
  done
  kill -KILL "$pid"
}

# wait_for SECONDS WHAT CMD…: until CMD succeeds.
wait_for() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    if [ $SECONDS -ge $end ]; then
      echo "cluster: timed out waiting for $what; the last lines of its logs in $RUN:" >&2
      tail -n 5 "$RUN"/*.log >&2
      exit 1
    fi
    sleep 0.1
  done
}
