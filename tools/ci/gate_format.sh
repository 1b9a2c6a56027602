#!/usr/bin/env bash
# Every source is formatted as .clang-format says.
source "$(dirname "$0")/gate.sh"
sources | xargs clang-format --dry-run -Werror
echo 'format: fine'
