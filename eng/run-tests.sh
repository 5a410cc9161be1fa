#!/usr/bin/env bash
# Runs the built test programs one after the other (each uses all cores) and adds up their results.
#   eng/run-tests.sh [PROJECT...]     all test projects without arguments
# Ends with what failed and "N passed, N failed, N skipped"; exit status 1 if anything failed or a test program died.
set -uo pipefail
cd "$(dirname "$0")/.."
configuration=$(echo "${CONFIGURATION:-Release}" | tr '[:upper:]' '[:lower:]')
results=artifacts/test-results
mkdir -p "$results"
if [ $# -gt 0 ]; then projects=("$@"); else mapfile -t projects < <(cd tests && ls -d Graft.*.Tests); fi

passed=0 failed=0 skipped=0
failures=$results/failures.txt
: >"$failures"
for project in "${projects[@]}"; do
  report=$results/$project.xml
  rm -f "$report"
  echo "== $project"
  "artifacts/bin/$project/$configuration/$project" -noLogo -noColor -xml "$report" | grep -v '^  \(Discover\|Start\|Finish\)'
  status=${PIPESTATUS[0]}
  if [ ! -s "$report" ]; then
    echo "FAILED $project: ended with status $status and left no report: counted as one failure" >>"$failures"
    failed=$((failed + 1))
    continue
  fi
  summary=$(grep -o '<assembly [^>]*>' "$report" | head -n 1)
  count() { echo "$summary" | grep -o " $1=\"[0-9]*\"" | grep -o '[0-9]*'; }
  passed=$((passed + $(count passed)))
  failed=$((failed + $(count failed) + $(count errors)))
  skipped=$((skipped + $(count skipped)))
  perl -0777 -ne '
    while (/(?|<test [^>]*?name="([^"]*)"[^>]*result="Fail"|<error [^>]*?name="([^"]*)").*?<message><!\[CDATA\[(.*?)\]\]>/gs) {
      printf "FAILED %s: %.2000s\n", $1, $2;
    }' "$report" >>"$failures"
done
cat "$failures"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
