# selftest: a verdict for each SIMD level of this machine.
source "$(dirname "$0")/common.sh"
expect 0 "$CZIP" selftest >selftest.txt; silent
[ "$(grep -c ' ok$' selftest.txt)" = "$("$CZIP" -V | sed 's/.*SIMD: //; s/).*//' | wc -w)" ] || fail selftest
# One signature, the same at every level.
sed 's/.*signature \([0-9a-f]\{16\}\)  ok/\1/' selftest.txt | sort -u >signatures
if [ "$(wc -l <signatures)" != 1 ] || [ "$(wc -c <signatures)" != 17 ]; then fail 'not one signature'; fi
expect 0 "$CZIP" selftest --json --simd scalar >selftest.json; valid_json selftest.json
# -v prints what it is made of.
expect 0 "$CZIP" selftest -v --simd scalar >selftest.txt
[ "$(grep -c signature selftest.txt)" = 1 ] || fail 'selftest of one level'
grep -q '^  [0-9a-f]\{16\}  v2 network$' selftest.txt || fail 'selftest -v'
