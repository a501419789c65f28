#!/usr/bin/env bash
# Runs the checks and tests one after the other, goes on after a failure, and ends with what failed and what was skipped.
#   test.sh all|check|lint|proof
set -uo pipefail
cd "$(dirname "$0")/.."
what=${1:-all}
bin=$PWD/.venv/bin
export PATH="$bin:$PATH"
failed=() skipped=()
rm -f .pytest_cache/second-tries
many="-n auto --maxprocesses 4 --dist loadgroup" # one process a core, each with a database of its own

step() { # name, command…
  local name=$1 began=$SECONDS
  shift
  echo "── $name"
  if "$@"; then echo "   $name: good ($((SECONDS - began)) s)"; else failed+=("$name"); echo "   $name: FAILED ($((SECONDS - began)) s)"; fi
}

skip() { # name, reason
  skipped+=("$1: $2")
  echo "── $1: SKIPPED, $2"
}

lint() {
  step "style (ruff)" ruff check --quiet .
  step "layers (import-linter)" lint-imports --no-logo
}

made() { # process, what it said
  wait "$1" || { cat "$2"; return 1; }
  rm -f "$2"
}

types() {
  step "types (mypy)" mypy --no-error-summary
  if ! command -v node >/dev/null; then skip "types of the browser code (tsc)" "no Node on this machine"
  elif [ ! -x frontend/node_modules/.bin/tsc ]; then skip "types of the browser code (tsc)" "frontend/node_modules is missing"
  else step "types of the browser code (tsc)" bash -c 'cd frontend && node_modules/.bin/tsc --noEmit'; fi
}

summary() {
  echo
  [ -d "${TANDEM_TEST_FILES:-../shared/data}" ] || skipped+=("tests on real files: no folder ${TANDEM_TEST_FILES:-../shared/data} (TANDEM_TEST_FILES names it)")
  scripts/has_browser.sh ||
    skipped+=("browser tests: no Chromium on this machine")
  [ -f src/tandem/web/static/tandem/dist/app.js ] || skipped+=("browser tests: the browser bundle is not built (make build)")
  [ -f frontend/node_modules/axe-core/axe.min.js ] || skipped+=("accessibility of the pages: frontend/node_modules is missing")
  [ "$what" != all ] || skipped+=("the long tests: 'make proof' runs them")
  if [ ${#skipped[@]} -gt 0 ]; then printf 'Skipped: %s\n' "${skipped[@]}"; else echo "No step was skipped."; fi
  if [ -s .pytest_cache/second-tries ]; then printf 'Passed at the second try: %s\n' "$(paste -sd ' ' .pytest_cache/second-tries)"; fi
  if [ ${#failed[@]} -gt 0 ]; then printf 'Failed: %s\n' "${failed[@]}"; exit 1; fi
  echo "Everything that ran is good."
}

case $what in
  lint) lint ;;
  check) lint; types; step "rules of the house" pytest -q $many -m "not slow" tests/house ;;
  proof)
    step "long tests" env TANDEM_TEST_CASES=new pytest -q -m slow
    step "new cases for the property tests" env TANDEM_TEST_CASES=new pytest -q $many -m "not slow" tests/compute tests/planning tests/exchange/formats tests/proof/test_any_order.py
    # hours: what was measured stays in .bench, and a run that was stopped goes on there
    if [ -d ../shared/data/psplib ]; then step "figures of the computed plan" python -m benchmarks.compute --full
    else skip "figures of the computed plan" "no folder ../shared/data/psplib"; fi
    ;;
  all)
    said=$(mktemp) told=$(mktemp)
    # beside the checks: a machine that never did it needs a minute or two
    python -m tests.compiled >"$said" 2>&1 &
    compiling=$!
    python -m tests.migrated >"$told" 2>&1 &
    migrating=$!
    lint
    types
    step "an empty database lies ready" made $migrating "$told"
    step "the core is compiled" made $compiling "$said"
    step "tests" pytest -q $many -m "not slow"
    ;;
  *) echo "test.sh: all, check, lint or proof" >&2; exit 2 ;;
esac
summary
