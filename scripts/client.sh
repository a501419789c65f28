#!/usr/bin/env bash
# Generates a Python client from the OpenAPI document of this program into a folder outside of it, never committed.
#   client.sh FOLDER [DOCUMENT]   (instead of this program's own: a part of it)
set -euo pipefail
home=$(cd "$(dirname "$0")/.." && pwd -P)
out=$(realpath -m -- "${1:?the folder for the client is missing}")
case $out/ in "$home"/*) echo "$out lies in the program's own folder: name another one." >&2; exit 2 ;; esac
if [ -e "$out" ] && [ ! -d "$out/tandem_client" ] && [ -n "$(ls -A "$out")" ]; then
  echo "$out holds something else: name a new folder." >&2
  exit 2
fi
bin=$home/.venv/bin
document=${2-}
if [ -z "$document" ]; then
  document=$(mktemp --suffix .json)
  trap 'rm -f "$document"' EXIT
  "$bin/python" -m tandem.config.cli openapi > "$document"
fi
"$bin/openapi-python-client" generate --path "$document" --output-path "$out" --overwrite --config "$home/scripts/client.yaml" \
  --fail-on-warning
echo "The client is in $out: pip install $out"
