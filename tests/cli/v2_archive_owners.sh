# Owners in archives: kept on request, by name and number or by number alone.
source "$(dirname "$0")/v2_common.sh"
owner() { stat -c '%u:%g' "$1"; }
# The owner and group that a tar gives to a path.
in_tar() { "$CZIP" -dc -m "$MODEL2" "$1" | tar "t${3:-}v" | awk -v path="$2" '$6 == path { print $2 }'; }

mkdir -p tree/sub
text 5 >tree/sub/a
text 60 >tree/copy; cp tree/copy tree/copy2
ln -s sub/a tree/link
# Without the options the archive does not depend on them.
expect 0 "$CZIP" -r -m "$MODEL2" -o without.czip tree; silent
[ "$(in_tar without.czip tree/sub/a)" = 0/0 ] || fail 'an owner unasked'
expect 0 "$CZIP" -r --owners -m "$MODEL2" -o own.czip tree; silent
[ "$(in_tar own.czip tree/sub/a)" = "$(id -un)/$(id -gn)" ] || fail 'names of the owner'
expect 0 "$CZIP" -r --numeric-owner -m "$MODEL2" -o numbers.czip tree; silent
[ "$(in_tar numbers.czip tree/sub/)" = "$(id -u)/$(id -g)" ] || fail 'numbers of the owner'
expect 0 "$CZIP" -d --owners -m "$MODEL2" -o own own.czip; silent
[ "$(owner own/tree/sub/a)" = "$(id -u):$(id -g)" ] || fail 'the own owner'

if [ "$(id -u)" = 0 ]; then
  # Numbers without a name; more than seven octal digits.
  chown 54321:54322 tree/sub/a
  chown -h 54323:54324 tree/link
  chown 3000000000:3000000001 tree/sub
  chown 1:2 tree/copy; chown 2:1 tree/copy2
  for option in --owners --numeric-owner; do
    rm -rf out all.czip
    expect 0 "$CZIP" -r $option -m "$MODEL2" -o all.czip tree; silent
    expect 0 "$CZIP" -d $option -m "$MODEL2" -o out all.czip; silent
    for path in sub sub/a link copy copy2; do
      [ "$(owner out/tree/$path)" = "$(owner tree/$path)" ] || fail "owner of $path with $option"
    done
  done
  [ "$(in_tar all.czip tree/sub/)" = 3000000000/3000000001 ] || fail 'large numbers in a tar'
  # Members alone, later versions and what is repacked.
  expect 0 "$CZIP" -d --owners -m "$MODEL2" -o one all.czip tree/copy2 tree/link tree/sub; silent
  for path in sub sub/a link copy2; do
    [ "$(owner one/tree/$path)" = "$(owner tree/$path)" ] || fail "owner of the member $path"
  done
  text 7 >tree/new; chown 77:78 tree/new
  expect 0 "$CZIP" -a --owners -q -m "$MODEL2" all.czip tree; silent
  expect 0 "$CZIP" --repack -q -m "$MODEL2" -o again.czip all.czip; silent
  expect 0 "$CZIP" -d --owners -m "$MODEL2" -o again again.czip; silent
  for path in sub sub/a link copy copy2 new; do
    [ "$(owner again/tree/$path)" = "$(owner tree/$path)" ] || fail "owner of the repacked $path"
  done
  # A name wins over the number, unless numbers are asked for.
  mkdir named; text 3 >named/a; chown daemon:daemon named/a
  expect 0 "$CZIP" -rc --owners -m "$MODEL2" named >named.czip; silent
  [ "$(in_tar named.czip named/a)" = daemon/daemon ] || fail 'names in a tar'
  # Not asked for, it is the user's; where it may not be given away, that is said.
  expect 0 "$CZIP" -d -m "$MODEL2" -o plain all.czip; silent
  [ "$(owner plain/tree/sub)" = 0:0 ] || fail 'an owner restored unasked'
  expect 1 setpriv --bounding-set=-chown --inh-caps=-chown "$CZIP" -d --owners -m "$MODEL2" -o refused all.czip
  grep -q 'refused/tree/sub/a: cannot restore its owner: Operation not permitted' .err || fail 'no error of a refused owner'
  same refused/tree/sub/a tree/sub/a
fi
clean
