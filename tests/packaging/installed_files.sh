#!/usr/bin/env bash
# Installs a build tree, moves it elsewhere, and looks for all that belongs to the command there: licence, models, manual
# pages, completions, kinds of files; and that the command finds its models in the new place.
# Usage: installed_files.sh BUILD_DIR WORK_DIR
set -euo pipefail
build=$1 work=$2
root=$(realpath "$(dirname "$0")/../..")
unset CZIP_MODEL_PATH CZIP_SIMD
rm -rf "$work"
mkdir -p "$work/tmp"
export TMPDIR=$work/tmp
cmake --install "$build" --prefix "$work/first" > /dev/null
mv "$work/first" "$work/second"
cd "$work/second"
fail() { echo "FAILED: $*" >&2; exit 1; }

for file in doc/czip/LICENSE czip/models/small.czm czip/models/english-v1.czm czip/czip.magic mime/packages/czip.xml \
  bash-completion/completions/czip zsh/site-functions/_czip fish/vendor_completions.d/czip.fish; do
  [ -s "share/$file" ] || fail "no share/$file"
done
cmp "$root/LICENSE" share/doc/czip/LICENSE
# No file of text says where it was installed or built.
! grep -rIl -e "$work/first" -e "$build" . || fail 'files name the first place'

# A page for each command that the help lists, and none for another; each is what the command writes.
bin/czip help > "$work/general"
mapfile -t commands < <(sed -n '/^Commands:/,/^czip help/s/^  \([a-z]*\) .*/\1/p' "$work/general")
[ ${#commands[@]} -ge 10 ] || fail "commands: ${commands[*]}"
for command in "${commands[@]}"; do
  bin/czip help --man "$command" | cmp - "share/man/man1/czip-$command.1"
done
bin/czip help --man | cmp - share/man/man1/czip.1
pages=(share/man/man1/*)
[ ${#pages[@]} -eq $((${#commands[@]} + 1)) ] || fail "pages: ${pages[*]}"

# The models, by name and by hash, from another folder and through a link; CZIP_MODEL_PATH comes first.
bin/czip model | grep -q " $work/second/share/czip/models/small.czm$" || fail "models: $(bin/czip model)"
cp "$root/README.md" "$work/text"
ln -s second/bin/czip "$work/link"
(cd / && "$work/link" -q -m small "$work/text" && "$work/link" -dc "$work/text.czip") | cmp - "$root/README.md"
bin/czip model "$work/text.czip" | grep -q 'share/czip/models/small.czm' || fail 'not found by its hash'
mkdir "$work/own"
cp "$root/models/small.czm" "$work/own/small.czm"
CZIP_MODEL_PATH=$work/own bin/czip model --json small | grep -q "$work/own/small.czm" || fail 'CZIP_MODEL_PATH is not the first'
mv share/czip "$work/away"
[ "$(bin/czip model | wc -l)" = 2 ] || fail "models that are gone: $(bin/czip model)"
echo 'what is installed: complete, wherever it is'
