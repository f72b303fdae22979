#!/bin/sh
# Checks the same valid manifests with this command and with others, and prints CPU time, wall time and peak memory of each.
# Needs GNU time, and on the PATH those of the peers that are to run: kubeconform, ajv (ajv-cli 5 with ajv-formats), check-jsonschema, spectral
# (@stoplight/spectral-cli), jsonschema-cli (the crate of jsonschema-rs), and
# sourcemeta-jsonschema: the program `jsonschema` of @sourcemeta/jsonschema, which shares its name with others.
# Usage: bench/check/run.sh [files] [documents]
set -eu
files=${1:-10000} documents=${2:-100000}
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
node "$root/bench/check/manifests.mjs" "$root" "$files" "$documents"

measure() {
  name=$1
  shift
  if command -v "$1" > /dev/null; then
    /usr/bin/time -f "$name: %U s user, %S s system, %e s in all, %M kB" "$@" > out.txt 2> time.txt || true
    tail -1 time.txt
  else
    echo "$name: not installed"
  fi
}

measure 'empty Node process' node -e 0
measure 'one file, model-entity' node "$root/dist/cli.js" check yaml/m-0.yaml
measure "$files YAML files, model-entity" node "$root/dist/cli.js" check yaml
measure "$files YAML files, kubeconform" kubeconform -n 2 -schema-location schema.json kinds
measure "$files JSON files, model-entity" node "$root/dist/cli.js" check json
measure "$files JSON files, ajv-cli" ajv validate --spec=draft7 --strict=false -s schema.json -d 'json/*.json'
measure "$files JSON files, jsonschema of sourcemeta" sourcemeta-jsonschema validate schema.json json
if command -v jsonschema-cli > /dev/null; then
  measure "$files JSON files, jsonschema-cli" sh -c 'jsonschema-cli validate schema.json $(printf -- "-i %s " json/*.json)'
else
  echo "$files JSON files, jsonschema-cli: not installed"
fi
measure "$documents YAML documents, model-entity" node "$root/dist/cli.js" check big.yaml
measure "$documents YAML documents, kubeconform" kubeconform -n 2 -schema-location schema.json kinds.yaml
measure "$documents JSON Lines, model-entity" node "$root/dist/cli.js" check big.jsonl
measure '1,000 YAML files, check-jsonschema' sh -c 'check-jsonschema --schemafile schema.json $(ls yaml/*.yaml | head -1000)'
if command -v spectral > /dev/null; then
  measure '1,000 YAML files, spectral' sh -c 'spectral lint --quiet --ruleset spectral.json $(ls yaml/*.yaml | head -1000)'
else
  echo '1,000 YAML files, spectral: not installed'
fi
