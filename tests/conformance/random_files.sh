# The independent decoder and czip restore random valid files. With other numbers it runs as long as one likes:
#   CZIP=... DECODER=... RANDOM_FILES=... WORK=... bash random_files.sh SEED COUNT [MODEL.czm]
# with the command, czip_reference_decoder, make_random_files, and a folder for this run alone. With MODEL.czm, all files
# are of that model. All paths are absolute.
set -euo pipefail
: "${CZIP:?}" "${DECODER:?}" "${RANDOM_FILES:?}" "${WORK:?}"
unset CZIP_SIMD CZIP_MODEL_PATH
rm -rf "$WORK"
"$RANDOM_FILES" "$1" "$2" "$WORK" "${@:3}"
cd "$WORK"

fail() {
  printf 'FAILED: %s: seed %s, file %s\n' "$1" "$seed" "$file" >&2
  exit 1
}
seed=$1
tried=0
while read -r model file text kind; do
  "$DECODER" "$model" "$file" >back || fail 'the independent decoder refuses it'
  cmp -s back "$text" || fail 'the independent decoder gives another text'
  # Without a range, czip gives the last version of an archive, not what its blocks are.
  ranges=('--range=0:')
  [ "$kind" = archive ] || ranges+=('')
  for range in "${ranges[@]}"; do
    "$CZIP" -qdc ${range:+"$range"} -m "$model" "$file" >back || fail "czip $range refuses it"
    cmp -s back "$text" || fail "czip $range gives another text"
  done
  tried=$((tried + 1))
done <files
[ "$tried" = "$2" ] || { printf 'FAILED: %s files instead of %s\n' "$tried" "$2" >&2; exit 1; }
