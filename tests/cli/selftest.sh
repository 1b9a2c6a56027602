# selftest: a verdict for each SIMD level of this machine.
source "$(dirname "$0")/common.sh"
expect 0 "$CZIP" selftest >selftest.txt; silent
[ "$(grep -c ' ok$' selftest.txt)" = "$("$CZIP" -V | sed 's/.*SIMD: //; s/).*//' | wc -w)" ] || fail selftest
expect 0 "$CZIP" selftest --json --simd scalar >selftest.json; valid_json selftest.json
expect 0 "$CZIP" selftest --simd scalar >selftest.txt
[ "$(wc -l <selftest.txt)" = 1 ] || fail 'selftest of one level'
