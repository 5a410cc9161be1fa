#!/usr/bin/env bash
# Runs every golden case in tests/golden, or in the folder GRAFT_GOLDEN, against the built code.
# Prints a line for each case that fails or that no checker knows, then "golden: N passed, N failed"; exit status 1 if any failed.
set -uo pipefail
cd "$(dirname "$0")/.."
configuration=$(echo "${CONFIGURATION:-Release}" | tr '[:upper:]' '[:lower:]')
report=artifacts/test-results/golden.xml
mkdir -p artifacts/test-results
rm -f "$report"
log=$(artifacts/bin/Graft.Golden.Tests/"$configuration"/Graft.Golden.Tests -noLogo -noColor -class Graft.Golden.Tests.GoldenTests -xml "$report" 2>&1)
if [ ! -s "$report" ]; then
  echo "$log" | tail -n 20
  echo "the golden test program died before it could report"
  echo "golden: 0 passed, 1 failed"
  exit 1
fi

# One line a failed case: its name, then the first words of the message.
tr '\n' ' ' <"$report" | grep -oP '<test [^>]*result="Fail".*?</message>' |
  sed -E 's/\\?&quot;/"/g; s/^.*\(name: "([^"]*)"\).*<message>(<!\[CDATA\[)?/  \1: /; s/(\]\]>)?<\/message>$//; s/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g'
summary=$(grep -o '<assembly [^>]*>' "$report" | head -n 1)
count() { echo "$summary" | grep -o " $1=\"[0-9]*\"" | grep -o '[0-9]*'; }
failed=$(($(count failed) + $(count errors)))
echo "golden: $(count passed) passed, $failed failed"
[ "$failed" -eq 0 ]
