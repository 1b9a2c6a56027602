# Threads, SIMD levels, files and pipes never change the bytes.
source "$(dirname "$0")/common.sh"
text 10 >text.txt
binary 500 >>text.txt
expect 0 "$CZIP" -c -m "$MODEL" text.txt >reference.czip
for threads in 0 1 3 16; do
  expect 0 "$CZIP" -c -T $threads -m "$MODEL" text.txt >file.czip; same file.czip reference.czip
  expect 0 "$CZIP" -dc -T$threads -m "$MODEL" reference.czip >out; same out text.txt
done
levels=$("$CZIP" -V | sed 's/.*SIMD: //; s/).*//')
[ -n "$levels" ] || fail 'no SIMD levels'
for simd in $levels; do
  expect 0 "$CZIP" -c --simd "$simd" -m "$MODEL" text.txt >file.czip; same file.czip reference.czip
  expect 0 env CZIP_SIMD="$simd" "$CZIP" -cv -m "$MODEL" text.txt >file.czip; same file.czip reference.czip
  stderr_has "SIMD level $simd"
  expect 0 "$CZIP" -dc --simd "$simd" -m "$MODEL" reference.czip >out; same out text.txt
done
# --simd wins over the environment.
expect 0 env CZIP_SIMD=mmx "$CZIP" -c --simd scalar -m "$MODEL" text.txt >file.czip

# Levels that the model has differ in their context only.
expect 0 "$CZIP" -1 -c -m "$MODEL" text.txt >level1.czip
expect 0 "$CZIP" -l level1.czip >list.txt
grep -q ' 64 ' list.txt || fail 'level 1 is not 64 tokens'
expect 0 "$CZIP" -dc -m "$MODEL" level1.czip >out; same out text.txt
# Each dialect reads its own files.
for dialect in rust i64 python; do
  expect 0 "$CZIP" -c --dialect $dialect -m "$MODEL" text.txt >file.czip
  expect 0 "$CZIP" -dc --dialect $dialect -m "$MODEL" file.czip >out; same out text.txt
done

# A model by name, from a folder of CZIP_MODEL_PATH.
mkdir models
cp "$MODEL" models/my.czm
expect 0 env CZIP_MODEL_PATH=/nowhere::models "$CZIP" -c -m my.czm text.txt >1.czip
expect 0 env CZIP_MODEL_PATH=models "$CZIP" -dc -m my 1.czip >out; same out text.txt
expect 1 env CZIP_MODEL_PATH=models "$CZIP" -c -m other text.txt >2.czip; one_line; stderr_has CZIP_MODEL_PATH
