# Usage, missing files, bad values: exit status 1, one line that says what to do.
source "$(dirname "$0")/common.sh"
text 5 >a.txt

expect 1 "$CZIP" --format 1 a.txt;              one_line; stderr_has 'no built-in model'; stderr_has '-m MODEL'
expect 1 "$CZIP" -m nowhere.czm a.txt;          one_line; stderr_has 'nowhere.czm'
expect 1 "$CZIP" -m "$MODEL" missing;           one_line; stderr_has 'missing: cannot open: No such file'
expect 1 "$CZIP" -m "$MODEL" --no-such a.txt;   one_line; stderr_has '--no-such'
expect 1 "$CZIP" -m "$MODEL" -X a.txt;          one_line; stderr_has '-X'
expect 1 "$CZIP" a.txt -m;                      one_line; stderr_has '-m needs a value'
expect 1 "$CZIP" a.txt --model;                 one_line; stderr_has '--model needs a value'
expect 1 "$CZIP" --force=1 a.txt;               one_line; stderr_has '--force takes no value'
for level in 6 7 8 9; do
  expect 1 "$CZIP" -m "$MODEL" -$level a.txt;   one_line; stderr_has 'use 1 to 5'
done
expect 1 "$CZIP" -m "$MODEL" --format 2 a.txt;  one_line; stderr_has 'format 2 cannot use'
expect 1 "$CZIP" -m "$MODEL" --format x a.txt;  one_line
expect 1 "$CZIP" -m "$MODEL" --codec gzip a.txt; one_line; stderr_has 'brotli or zstd'
expect 1 "$CZIP" -m "$MODEL" --dialect go a.txt; one_line; stderr_has 'rust, i64 or python'
expect 1 "$CZIP" -m "$MODEL" -T x a.txt;        one_line
expect 1 "$CZIP" -m "$MODEL" -T -1 a.txt;       one_line
expect 1 "$CZIP" -m "$MODEL" -T 1e9 a.txt;      one_line
expect 1 "$CZIP" -m "$MODEL" --simd mmx a.txt;  one_line
expect 1 env CZIP_SIMD=mmx "$CZIP" -m "$MODEL" a.txt; one_line; stderr_has CZIP_SIMD
expect 1 "$CZIP" train a.txt;                   one_line; stderr_has 'czip train --help'
expect 1 "$CZIP" -m "$MODEL" -o out a.txt a.txt; one_line; stderr_has 'share one output'
expect 1 "$CZIP" -c -m "$MODEL" a.txt a.txt;    one_line
expect 1 "$CZIP" -t --rm -m "$MODEL" a.txt;     one_line; stderr_has '--rm'
expect 1 "$CZIP" --rm --no-verify -m "$MODEL" a.txt; one_line; stderr_has '--no-verify'
expect 1 "$CZIP" --json -m "$MODEL" a.txt;      one_line
expect 1 "$CZIP" verify;                        one_line
expect 1 "$CZIP" verify "$MODEL" --against x;   one_line; stderr_has '--text'
expect 1 "$CZIP" bench;                         one_line
expect 1 "$CZIP" -m "$WORK" a.txt;              one_line; stderr_has directory
absent a.txt.czip out
clean

# Not models and not compressed files: exit status 2.
expect 2 "$CZIP" -m a.txt a.txt;                one_line; stderr_has a.txt
cp a.txt fake.czip
expect 2 "$CZIP" -d -m "$MODEL" fake.czip;      one_line; stderr_has fake.czip
expect 2 "$CZIP" -l fake.czip;                  one_line
expect 2 "$CZIP" -t -m "$MODEL" fake.czip;      one_line
: >empty.czip
expect 2 "$CZIP" -t -m "$MODEL" empty.czip;     one_line
absent fake
clean

# Help and version go to stdout.
for words in --help -h help 'help list' 'compress --help' 'decompress -h' 'test -h' 'list -h' \
             'verify -h' 'selftest -h' 'bench -h' 'train -h'; do
  read -ra arguments <<<"$words"
  expect 0 "$CZIP" "${arguments[@]}" >help.txt; silent
  grep -q 'Usage: czip' help.txt || fail "no usage in: $words"
  grep -q 'Exit status' help.txt || fail "no exit status in: $words"
done
expect 0 "$CZIP" -V >version.txt;               silent
grep -qE '^czip [0-9]+\.[0-9]+\.[0-9]+' version.txt || fail 'version'

# Mistyped words are caught, and what is meant is named; a file of that name is a file.
expect 1 "$CZIP" comprss a.txt;                 one_line; stderr_has "did you mean 'czip compress'?"
expect 1 "$CZIP" tets;                          one_line; stderr_has "did you mean 'czip test'?"
expect 1 "$CZIP" decomp a.txt.czip;             one_line; stderr_has "did you mean 'czip decompress'?"
expect 1 "$CZIP" help nonsense;                 one_line; stderr_has "no command 'nonsense'; see czip --help"
expect 1 "$CZIP" help lsit;                     one_line; stderr_has "no command 'lsit'; did you mean 'czip list'?"
for mode in -z -d -t -a --repack; do
  expect 1 "$CZIP" "$mode" --json a.txt b; one_line; stderr_has 'json has no meaning here; czip list, .* have it'
done
expect 1 "$CZIP" --decompres a.txt --forse;     one_line; stderr_has "unknown option --forse; did you mean --force?"
cp a.txt comprss
expect 0 "$CZIP" comprss -q;                    silent; present comprss.czip
expect 1 "$CZIP" nothing-like-it;               one_line; stderr_has 'cannot open'

# Options of gzip, xz and zstd.
for words in -z --compress '-dz' '-z1' '--fast' '--best' '-9z'; do
  expect 0 "$CZIP" -f $words a.txt;             silent
  expect 0 "$CZIP" -t a.txt.czip;               silent
done
expect 0 "$CZIP" -c --fast a.txt >fast; expect 0 "$CZIP" -c1 a.txt >first; same fast first
expect 0 "$CZIP" -c --best a.txt >best; expect 0 "$CZIP" -c9 a.txt >last; same best last
expect 0 "$CZIP" -zd -o back a.txt.czip;        same back a.txt
for level in 0 10 19 100; do
  expect 1 "$CZIP" -$level a.txt;               one_line; stderr_has "level $level does not exist; use 1 to 9"
  expect 1 "$CZIP" a.txt -$level -f;            one_line; stderr_has "level $level does not exist"
done
expect 1 "$CZIP" -1 --fast=3 a.txt;             one_line; stderr_has '--fast takes no value'

# -q prints only errors, whatever else is asked for.
expect 0 "$CZIP" -qvf a.txt;                    silent
expect 0 "$CZIP" -qvt a.txt.czip;               silent
expect 0 "$CZIP" verify -qv "$MODEL" >out;      silent
[ ! -s out ] || fail '-q printed a report that has no error'
expect 1 "$CZIP" -qv missing;                   one_line

# An empty name, such as a variable that is not set, is not the default.
for option in -o -m --tokenizer; do
  expect 1 "$CZIP" -f "$option" '' a.txt;       one_line; stderr_has 'needs a name'
done
