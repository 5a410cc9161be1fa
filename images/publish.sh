#!/usr/bin/env bash
# Publishes a program of Graft, self-contained for linux-x64, as it lies in its image.
#   images/publish.sh operator|trainer DIR     -> DIR/app, for the trainer also DIR/usr/share/graft
# CUDA=true takes the CUDA libtorch for the trainer. Needs the .NET SDK.
set -euo pipefail
cd "$(dirname "$0")/.."
name=$1 target=$2
case $name in
  # Compiled before it starts, so that the first runs need not wait for it; what proves hot is compiled again, better, in the background.
  operator) project=src/Graft.Operator options=(-p:PublishReadyToRun=true) ;;
  trainer) project=src/Graft.Trainer options=(-p:Cuda="${CUDA:-false}") ;;
  *) echo "images/publish.sh: no image $name; there are operator and trainer" >&2; exit 2 ;;
esac
dotnet publish "$project" -c Release -r linux-x64 --self-contained --nologo -v quiet \
  -p:DebugType=none -p:PublishDocumentationFiles=false -p:PublishReferencesDocumentationFiles=false "${options[@]}" -o "$target/app"

if [ "$name" = trainer ]; then
  # Parts of libtorch for Python, mobile phones and its own tests; nothing links to them.
  (cd "$target/app" && rm -f libtorch_python.so libtorchbind_test.so libjitbackend_test.so libbackend_with_compiler.so \
    libnnapi_backend.so libshm.so libaoti_custom_ops.so)
  # What a spec names as a built-in model or data set.
  mkdir -p "$target/usr/share/graft"
  [ ! -d examples/builtin ] || cp -R examples/builtin/. "$target/usr/share/graft/"
fi
