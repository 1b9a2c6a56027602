# selftest: a verdict for each SIMD level of this machine.
source "$(dirname "$0")/common.sh"
expect 0 "$CZIP" selftest >selftest.txt; silent
[ "$(grep -c ' ok$' selftest.txt)" = "$("$CZIP" -V | sed 's/.*SIMD: //; s/).*//' | wc -w)" ] || fail selftest
expect 0 "$CZIP" selftest --json --simd scalar >selftest.json; valid_json selftest.json
expect 0 "$CZIP" selftest --simd scalar >selftest.txt
[ "$(wc -l <selftest.txt)" = 1 ] || fail 'selftest of one level'

# One signature, of every level; with -v what it is made of.
"$CZIP" selftest | sed 's/.*signature \([0-9a-f]\{16\}\)  ok/\1/' | sort -u >signatures
[ "$(wc -l <signatures)" = 1 ] || fail 'several signatures'
[ "$(wc -c <signatures)" = 17 ] || fail 'no signature'
"$CZIP" selftest -v --simd scalar | grep -q '^  [0-9a-f]\{16\}  v2 network$' || fail 'selftest -v'
