#!/usr/bin/env bash
# Writes the lock files: every package with its hashes, for every supported Python and system, and no address.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=${1:-uv}
compile() {
  "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
    --no-emit-find-links --no-header --no-annotate "$@"
}
compile pyproject.toml -o requirements.lock
compile pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
compile requirements-build.in -c requirements-dev.lock -o requirements-build.lock
if grep -lE 'https?://' requirements*.lock; then echo "A lock file names an address." >&2; exit 1; fi
wc -l requirements*.lock
