#!/usr/bin/env bash
# No finding of shellcheck in any script; .shellcheckrc says what is allowed.
source "$(dirname "$0")/gate.sh"
# The tests of the command are run by `bash FILE` and have no first line that says so.
scripts | xargs grep -LE '^#!' | xargs -r shellcheck -s bash
scripts | xargs grep -lE '^#!' | xargs shellcheck
echo 'shellcheck: fine'
