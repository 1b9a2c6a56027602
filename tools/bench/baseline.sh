#!/usr/bin/env bash
# Runs czip on texts that conformance/ stores, which never change. The test bench.baseline compares with baseline.json;
# where files may grow, because the model or the format is another, `tools/bench/baseline.sh --update` makes it anew.
# Usage: [CZIP=build/release/czip] tools/bench/baseline.sh --update | OPTION of bench.py...
set -euo pipefail
cd "$(dirname "$0")/../.."
[ $# -gt 0 ] || { echo "usage: [CZIP=build/release/czip] $0 --update | OPTION of bench.py..." >&2; exit 2; }
[ "$*" != --update ] || set -- --json tools/bench/baseline.json
tools/bench/bench.py --levels 1,3,6 --programs none --runs 1 "$@" \
  conformance/v1/english.txt conformance/v1/repeated.txt conformance/v1/vectors.json
