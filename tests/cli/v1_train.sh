# czip train --format 1: a model of compress.zip's format.
source "$(dirname "$0")/common.sh"
documents 40 4000 >corpus
prose 999983 3000 >text
train() { "$CZIP" train --format 1 -T1 "$@"; }

# Combinations that are refused before anything is read.
expect 1 train -o x.czm corpus; one_line; stderr_has '--minutes or --tokens'
expect 1 train --tokens 1 corpus; one_line; stderr_has '-o MODEL'
for option in --from --network --save-network; do
  expect 1 train --tokens 1 $option a -o x.czm corpus; one_line; stderr_has "$option belongs to format 2"
done
expect 1 train --tokens 1 --network-size small -o x.czm corpus; one_line; stderr_has '--network-size belongs'
expect 1 train --tokens 1 --vocabulary 1024 -o x.czm corpus; one_line; stderr_has '--vocabulary belongs'
expect 1 train --tokens 1 --prior-size 1000 -o x.czm corpus; one_line; stderr_has '--prior-size belongs'
expect 1 train --tokens 1 --resume -o x.czm corpus; one_line; stderr_has '--checkpoint FILE'
expect 1 "$CZIP" train --format 3 -o x.czm corpus; one_line; stderr_has "'3'"
expect 1 train --tokens 1 --seed x -o x.czm corpus; one_line; stderr_has seed
"$CZIP" train --help | grep -q 'format 1' || fail 'the help lacks format 1'

if [ "${TRAINS_NETWORK:?ON or OFF}" = OFF ]; then
  expect 1 train -q --tokens 1 -o x.czm corpus; one_line; stderr_has CZIP_TRAIN_NETWORK
  absent x.czm
  exit
fi

# Two steps of the optimizer, the fewest that leave a checkpoint.
expect 0 train --tokens 8192 --name own --checkpoint state -o own.czm corpus
stderr_has 'training: tokenizer'; stderr_has 'held-out text'; stderr_has 'bits per byte'; stderr_has 'own.czm: '
expect 0 "$CZIP" verify own.czm >report
grep -q 'Everything holds' report || fail "not verified: $(cat report)"
! grep -q warning report || fail "a warning in: $(cat report)"
head -c 1000 own.czm | grep -aq '"name":"own"' || fail 'no name in the model'
expect 1 train --tokens 1 -o own.czm corpus; one_line; stderr_has exists

# It compresses texts of its kind, at every level, to compress.zip's format.
for level in 1 5; do
  expect 0 "$CZIP" -$level -c -m own.czm text >text.czip
  expect 0 "$CZIP" -dc -m own.czm text.czip | cmp - text
  limit=$(($(wc -c <text) * 7 / 10))
  [ "$(wc -c <text.czip)" -lt $limit ] || fail "level $level is too large"
done
[ "$(head -c 6 text.czip)" = CZIPv1 ] || fail 'not CZIPv1'

# Resumed from the checkpoint, which was saved when the learning rate began to fall; on two threads.
expect 0 train -T2 --tokens 1 --checkpoint state --resume -o later.czm corpus; stderr_has 'held-out text'
present later.czm
expect 1 train -q --tokens 1 --checkpoint missing --resume -o x.czm corpus; one_line; stderr_has missing
expect 2 train -q --tokens 1 --checkpoint own.czm --resume -o x.czm corpus; one_line; stderr_has checkpoint

# A directory with the corpus compressed gives the same model.
expect 0 train -q --tokens 1 -o once.czm corpus
mkdir folder
expect 0 "$CZIP" -1 -c -m own.czm corpus >folder/corpus.czip
expect 0 train -q --tokens 1 -m own.czm -r -o again.czm folder
same once.czm again.czm
expect 1 train -q --tokens 1 -o x.czm folder/corpus.czip; stderr_has 'name its model with -m'

printf 'too little' >little
expect 1 train -q --tokens 1 -o x.czm little; one_line; stderr_has 'always has 1024 tokens'; stderr_has 'more text'
: >empty
expect 1 train -q --tokens 1 -o x.czm empty; one_line; stderr_has 'czip: empty: is empty'
absent x.czm
clean
