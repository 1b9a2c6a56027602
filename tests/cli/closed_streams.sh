# Standard streams that are closed, full or abandoned are errors wherever they are used, and never become a data file.
source "$(dirname "$0")/v2_common.sh"
text 20 >a.txt
documents 30 300 >corpus
expect 0 "$CZIP" -m "$MODEL2" a.txt
expect 0 "$CZIP" -o a.v1 -m "$MODEL" a.txt
mkdir dir
cp a.txt dir/a.txt
expect 0 "$CZIP" -r -m "$MODEL2" dir
cp a.txt.czip files.before

# Everything that writes to standard output: COMMAND OPTION...
writers=("-c a.txt" "-dc a.txt.czip" "-rc dir" "-dc dir.czip" "-dc --range 3:9 a.txt.czip" "-cm $MODEL a.txt"
         "-dcm $MODEL a.v1" "-l a.txt.czip" "-l --json a.txt.czip" "list -v a.txt.czip" "verify $MODEL2"
         "verify --json $MODEL2" "--version" "--help" "help list" "compress -m $MODEL -i a.txt -o -"
         "decompress -m $MODEL -i a.v1 -o -" "-o - a.txt")
[ "${CZIP_TEST_FAST:-0}" = 1 ] || writers+=("bench -1 a.txt" "selftest --simd scalar")
export CZIP_MODEL_PATH=$WORK/models
for words in "${writers[@]}"; do
  read -ra arguments <<<"$words"
  expect 1 "$CZIP" "${arguments[@]}" >&-; one_line; stderr_has 'Bad file descriptor'
  [ "${CZIP_TEST_FAST:-0}" = 1 ] || expect 1 "$CZIP" "${arguments[@]}" 1</dev/null
  stderr_has 'Bad file descriptor'
  expect 1 "$CZIP" "${arguments[@]}" >/dev/full; one_line; stderr_has 'No space left'
done
# Everything that reads standard input.
readers=("-c" "-dc" "-d -o out" "-t" "-l" "-c -" "-cm $MODEL" "-tm $MODEL" "compress -m $MODEL -i - -o out"
         "decompress -m $MODEL -i - -o out" "bench -" "train -q --vocabulary 300 -o out -" "-o out" "-rc -")
for words in "${readers[@]}"; do
  read -ra arguments <<<"$words"
  expect 1 "$CZIP" "${arguments[@]}" <&- >got; stderr_has 'Bad file descriptor'
  [ ! -s got ] || fail "wrote something: $words"
  absent out
done
# Nothing that was opened took the place of a closed stream: messages and data stay apart.
expect 0 "$CZIP" -vf -m "$MODEL2" a.txt 2>&- <&- >&-
same a.txt.czip files.before
status=0
"$CZIP" -vdf a.txt.czip <&- >&- 2>&- || status=$?
[ $status = 0 ] || fail 'fails without any stream'
text 20 | cmp - a.txt
status=0
"$CZIP" -d missing.czip 2>&- || status=$?
[ $status = 1 ] || fail "status $status without stderr"
# An error that nobody can read, and a full stderr, change no status.
expect 0 "$CZIP" -vf -m "$MODEL2" a.txt 2>/dev/full
clean
