# czip train --format 1: a model of compress.zip's format.
source "$(dirname "$0")/common.sh"
root=$here/../..
for file in "$root"/README.md "$root"/tools/czip/[a-i]*/*.cpp; do
  head -c 4000 "$file"
  printf '\0'
done >corpus
head -c 3000 "$root/README.md" >text
train() { "$CZIP" train --format 1 -T1 "$@"; }

# Before anything is read, what does not go together.
expect 1 train -o x.czm corpus; one_line; said '--minutes or --tokens'
expect 1 train --tokens 1 corpus; one_line; said '-o MODEL'
for option in --from --network --save-network; do
  expect 1 train --tokens 1 $option a -o x.czm corpus; one_line; said "$option belongs to format 2"
done
expect 1 train --tokens 1 --network-size small -o x.czm corpus; one_line; said '--network-size belongs'
expect 1 train --tokens 1 --vocabulary 1024 -o x.czm corpus; one_line; said '--vocabulary belongs'
expect 1 train --tokens 1 --prior-size 1000 -o x.czm corpus; one_line; said '--prior-size belongs'
expect 1 train --tokens 1 --resume -o x.czm corpus; one_line; said '--checkpoint FILE'
expect 1 "$CZIP" train --format 3 -o x.czm corpus; one_line; said "'3'"
expect 1 train --tokens 1 --seed x -o x.czm corpus; one_line; said seed
"$CZIP" train --help | grep -q 'format 1' || fail 'the help lacks format 1'

if [ "${TRAINS_NETWORK:?ON or OFF}" = OFF ]; then
  expect 2 train -q --tokens 1 -o x.czm corpus; one_line; said CZIP_TRAIN_NETWORK
  absent x.czm
  exit
fi

expect 0 train --tokens 8192 --name own --checkpoint state -o own.czm corpus
said 'training: tokenizer'; said 'held-out text'; said 'bits per byte'; said 'own.czm: '
expect 0 "$CZIP" verify own.czm >report
grep -q 'Everything holds' report || fail "not verified: $(cat report)"
! grep -q warning report || fail "a warning in: $(cat report)"
head -c 1000 own.czm | grep -aq '"name":"own"' || fail 'no name in the model'
expect 1 train --tokens 1 -o own.czm corpus; one_line; said exists

# It compresses its like, at every level, in the format that is compress.zip's.
for level in 1 5; do
  expect 0 "$CZIP" -$level -c -m own.czm text >text.czip
  expect 0 "$CZIP" -dc -m own.czm text.czip | cmp - text
  [ "$(wc -c <text.czip)" -lt "$(($(wc -c <text) * 7 / 10))" ] || fail "level $level is too large"
done
[ "$(head -c 6 text.czip)" = CZIPv1 ] || fail 'not CZIPv1'

# On from the checkpoint, which is of where the learning rate began to fall.
expect 0 train --tokens 1 --checkpoint state --resume -o later.czm corpus; said 'held-out text'
present later.czm
expect 1 train -q --tokens 1 --checkpoint missing --resume -o x.czm corpus; one_line; said missing
expect 2 train -q --tokens 1 --checkpoint own.czm --resume -o x.czm corpus; one_line; said checkpoint

# The same from a directory with the corpus compressed.
expect 0 train -q --tokens 1 -o once.czm corpus
mkdir folder
expect 0 "$CZIP" -1 -c -m own.czm corpus >folder/corpus.czip
expect 0 train -q --tokens 1 -m own.czm -r -o again.czm folder
same once.czm again.czm
expect 1 train -q --tokens 1 -o x.czm folder/corpus.czip; said 'name its model with -m'

printf 'too little' >little
expect 1 train -q --tokens 1 -o x.czm little; one_line
absent x.czm
clean
