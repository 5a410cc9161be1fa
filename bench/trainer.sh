#!/usr/bin/env bash
# Graft's training step against the same step with transformers and PyTorch, in turn on this machine.
#   bench/trainer.sh [threads] [labeled fraction] [rounds]
# Prints each run's JSON line, then the medians over the rounds and the ratio. Where the peer's Python cannot be had, it says so and
# prints ours alone.
set -uo pipefail
cd "$(dirname "$0")"
threads=${1:-2} labeled=${2:-1.0} rounds=${3:-3}
configuration=$(echo "${CONFIGURATION:-Release}" | tr '[:upper:]' '[:lower:]')
ours=../artifacts/bin/Graft.Bench/$configuration/Graft.Bench
lines=$(mktemp)
trap 'rm -f "$lines"' EXIT

peer=yes
for ((round = 1; round <= rounds; round++)); do
  if [ "$peer" = yes ]; then
    if line=$(peers/python.sh peers/peer_lora.py sdpa "$threads" "$labeled" 2>"$lines.err"); then
      echo "$line" | tee -a "$lines"
    else
      peer=no
      echo "the peer could not be run, so there is nothing to compare with: $(tail -n 1 "$lines.err")"
    fi
    rm -f "$lines.err"
  fi
  "$ours" "$threads" "$labeled" | tee -a "$lines" || exit 1
done

# median KEY FIELD: the median of a field over the lines that have the key.
median() {
  grep "\"$1\"" "$lines" | grep -oE "\"$2\": ?[0-9.]+" | grep -oE '[0-9.]+$' | sort -g |
    awk '{v[NR] = $1} END {if (NR) print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'
}

report() { printf '%-28s %8s tokens/s   peak %5s MiB\n' "$1" "$2" "$3"; }
ours_rate=$(median ours tokens_per_s) ours_memory=$(median ours peak_rss_MiB)
echo
echo "median of $rounds rounds in turn, $threads threads, $labeled of the positions labeled"
report "Graft" "$ours_rate" "$ours_memory"
if [ "$peer" = yes ]; then
  peer_rate=$(median peer tokens_per_s) peer_memory=$(median peer peak_rss_MiB)
  report "transformers and PyTorch" "$peer_rate" "$peer_memory"
  awk -v a="$ours_rate" -v b="$peer_rate" -v c="$ours_memory" -v d="$peer_memory" \
    'BEGIN {printf "%-28s %8.2f times as fast, with %.2f of the memory\n", "Graft is", a / b, c / d}'
fi
