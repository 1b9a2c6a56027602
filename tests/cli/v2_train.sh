# czip train: a model of one's own, and a network that joins it.
source "$(dirname "$0")/v2_common.sh"
: "${SEEDED_NETWORK:?path of make_v2_seeded_network}"
for i in $(seq 60); do text $((i % 7 + 1)); printf '\0'; done >corpus
text 1000 >a
text 100 >few
"$SEEDED_NETWORK" network 270
"$SEEDED_NETWORK" larger 271

expect 0 "$CZIP" train -q --vocabulary 270 --prior-size 50000 --name own -o own.czm corpus; silent
expect 0 "$CZIP" verify -q own.czm
expect 0 "$CZIP" train -f --vocabulary 270 --prior-size 50000 --name own -o own.czm corpus
for profile in fast light normal; do stderr_has "^  $profile profile: "; done
expect 0 "$CZIP" -c -m own.czm a >a.own
expect 0 "$CZIP" -dc -m own.czm a.own | cmp - a

# The same from a compressed corpus, and from a directory.
mkdir folder
expect 0 "$CZIP" -c -m "$MODEL2" corpus >folder/corpus.czip
expect 0 "$CZIP" train -q --vocabulary 270 --prior-size 50000 --name own -m "$MODEL2" -r -o same.czm folder
same own.czm same.czm

# One long text is cut into documents, at line ends or without any.
expect 0 "$CZIP" train -q --vocabulary 270 --prior-size 50000 -o lines.czm a
tr '\n' ' ' <a >one_line_text
expect 0 "$CZIP" train -q --vocabulary 270 --prior-size 50000 -o line.czm one_line_text
expect 0 "$CZIP" -c -m line.czm one_line_text >packed
expect 0 "$CZIP" -dc -m line.czm packed | cmp - one_line_text

# Adding a network, and the report of what it gains.
expect 0 "$CZIP" train --from own.czm --network network -o joined.czm corpus
stderr_has 'normal profile without the network'; stderr_has 'normal profile with the network'
expect 0 "$CZIP" verify joined.czm >report
grep -q 'own, 270 tokens, with a network' report || fail "no network in: $(cat report)"
for level in 1 5 9; do
  for threads in 1 2; do
    expect 0 "$CZIP" -$level -T$threads -c -m joined.czm few >few.$threads
    expect 0 "$CZIP" -dc -m joined.czm --simd scalar few.$threads | cmp - few
  done
  same few.1 few.2
done
# The result is the same from a model that already has a network, and with another number of threads.
expect 0 "$CZIP" train -q -T1 --from joined.czm --network network -o again.czm corpus
same joined.czm again.czm

# A network trained here, where czip can train networks.
if [ "${TRAINS_NETWORK:?ON or OFF}" = ON ]; then
  for i in $(seq 60); do text 60; printf '\0'; done >longer
  train() { "$CZIP" train --from own.czm --network-size small --tokens 8192 "$@" longer; }
  expect 0 train --checkpoint state --save-network trained -o made.czm; stderr_has 'held-out text'
  expect 0 "$CZIP" verify -q made.czm
  for network in trained made.czm; do
    expect 0 "$CZIP" train -q -f --from own.czm --network $network -o made_of_it.czm longer
    same made.czm made_of_it.czm
  done
  expect 0 train --checkpoint state --resume -o later.czm; stderr_has 'held-out text'
  expect 2 train -q --checkpoint trained --resume -o x.czm; one_line; stderr_has checkpoint
  expect 1 train -q --seed 2 --checkpoint state --resume -o x.czm; one_line; stderr_has 'seed 1, not 2'
  expect 0 train -q --seed 2 -T1 --save-network of_seed_2 -o x.czm; rm x.czm
  ! cmp -s trained of_seed_2 || fail 'two seeds gave the same network'
  # Trained further, from a file of its own or out of a model, the same way.
  further() { expect 0 "$CZIP" train -q -T1 --from own.czm --tokens 8192 "$@" longer; }
  further --network trained -o further.czm
  further --network made.czm -o further_of_model.czm
  same further.czm further_of_model.czm
  ! cmp -s made.czm further.czm || fail 'training further changed nothing'
  expect 2 "$CZIP" train -q --from own.czm --network larger --tokens 1 -o x.czm longer; one_line; stderr_has 271
  expect 2 "$CZIP" train -q --from own.czm --network own.czm --tokens 1 -o x.czm longer; one_line; stderr_has own.czm; stderr_has network.config
  : >empty
  expect 2 "$CZIP" train -q --from own.czm --network empty --tokens 1 -o x.czm longer; one_line; stderr_has empty
  expect 1 train --resume -o x.czm; one_line; stderr_has '--checkpoint FILE'
else
  expect 1 "$CZIP" train -q --from own.czm --tokens 1 -o x.czm corpus; one_line; stderr_has CZIP_TRAIN_NETWORK
fi

# Small texts get a smaller vocabulary, unless one was asked for; an empty one is called empty.
printf 'one line\n' >one_line_only
prose 5 3000 >page
prose 6 30000 >chapter
for text in one_line_only page chapter; do
  expect 0 "$CZIP" train -q -o $text.czm $text; silent
  expect 0 "$CZIP" verify -q $text.czm
  expect 0 "$CZIP" -c -m $text.czm a >a.czip
  expect 0 "$CZIP" -dc -m $text.czm a.czip | cmp - a
done
expect 1 "$CZIP" train -q --vocabulary 8192 -o x.czm page; one_line; stderr_has 'the largest possible'
largest=$(sed -n 's/.* make \([0-9]*\), the largest.*/\1/p' .err)
expect 0 "$CZIP" train -q --vocabulary "$largest" -o largest.czm page; same page.czm largest.czm
: >empty
printf '\0\0' >no_documents
for text in empty no_documents; do
  expect 1 "$CZIP" train -q -o x.czm $text; one_line; stderr_has "czip: $text: is empty"
done
expect 1 "$CZIP" train -q -o x.czm empty no_documents; one_line; stderr_has 'all texts are empty'

# What cannot work is refused before the work: "missing" would be the first error of reading the texts.
for option in '--vocabulary 256' '--vocabulary 8193' '--vocabulary 0' '--prior-size 0' '--minutes 0' '--tokens 0'; do
  IFS=' ' read -ra words <<<"$option"
  expect 1 "$CZIP" train -q "${words[@]}" -o x.czm missing; one_line; stderr_has 'must be a number from'
done
for option in --name --description --license --training-data; do
  expect 1 "$CZIP" train -q $option "$(printf '\377')" -o x.czm missing; one_line; stderr_has "$option must be UTF-8"
done
expect 1 "$CZIP" train -q -o no_folder/x.czm missing; one_line; stderr_has 'cannot create a file in no_folder/'
expect 1 "$CZIP" train -q -o own.czm missing; one_line; stderr_has 'own.czm exists'
expect 2 "$CZIP" train -q --from own.czm --network larger -o x.czm missing; one_line; stderr_has 'larger: '
expect 0 "$CZIP" train -q --from own.czm --network network -o with_network.czm corpus
change_bit with_network.czm $(($(stat -c %s with_network.czm) / 2)) changed.czm
expect 2 "$CZIP" train -q --from own.czm --network changed.czm -o x.czm missing; one_line; stderr_has 'changed.czm: is damaged'
expect 2 "$CZIP" train -q --from changed.czm --network network -o x.czm missing; one_line; stderr_has 'changed.czm: is damaged'
if [ "$TRAINS_NETWORK" = ON ]; then
  for option in --checkpoint --save-network; do
    expect 1 "$CZIP" train -q --tokens 1 $option no_folder/file -o x.czm missing; one_line; stderr_has no_folder
  done
  expect 1 "$CZIP" train -q --tokens 1 --checkpoint none --resume -o x.czm missing; one_line; stderr_has 'none: '
  for at in 3 20 300 $(($(stat -c %s state) / 2)) $(($(stat -c %s state) - 1)); do
    change_bit state "$at" changed_state
    expect 2 "$CZIP" train -q --tokens 1 --checkpoint changed_state --resume -o x.czm missing; one_line
    stderr_has 'changed_state: .*checkpoint'
    head -c "$at" state >changed_state
    expect 2 "$CZIP" train -q --tokens 1 --checkpoint changed_state --resume -o x.czm missing; one_line
    stderr_has 'changed_state: .*checkpoint'
  done
  sed 's/"version":"2"/"versioN":"2"/' state >old_state
  expect 2 train -q --checkpoint old_state --resume -o x.czm; one_line; stderr_has 'of an earlier czip'
  sed 's/"version":"2"/"version":"3"/' state >new_state
  expect 2 train -q --checkpoint new_state --resume -o x.czm; one_line; stderr_has 'does not know'
  change_bit trained $(($(stat -c %s trained) - 1)) changed_network
  expect 2 "$CZIP" train -q --from own.czm --network changed_network -o x.czm missing; one_line; stderr_has 'changed_network: is damaged'
else
  expect 1 "$CZIP" train -q --minutes 1 -o x.czm missing; one_line; stderr_has CZIP_TRAIN_NETWORK
fi

# What does not fit is refused, and nothing is written.
expect 2 "$CZIP" train -q --from own.czm --network larger -o x.czm corpus; one_line; stderr_has 270; stderr_has 271
expect 2 "$CZIP" train -q --from own.czm --network own.czm -o x.czm corpus; one_line; stderr_has network.config
expect 2 "$CZIP" train -q --from a --network network -o x.czm corpus; one_line; stderr_has 'a: '
expect 1 "$CZIP" train -q --from missing --network network -o x.czm corpus; one_line; stderr_has missing
expect 1 "$CZIP" train -q --from own.czm --network missing -o x.czm corpus; one_line; stderr_has missing
expect 1 "$CZIP" train --from own.czm -o x.czm corpus; one_line; stderr_has '--network FILE'
expect 1 "$CZIP" train --network-size small -o x.czm corpus; one_line; stderr_has '--minutes'
expect 1 "$CZIP" train --seed 2 -o x.czm corpus; one_line; stderr_has '--minutes'
expect 1 "$CZIP" train --minutes 1 --network-size tall -o x.czm corpus; one_line; stderr_has tall
expect 1 "$CZIP" train --network network -o x.czm corpus; one_line; stderr_has '--from MODEL'
expect 1 "$CZIP" train --from own.czm --network network --network-size small --tokens 1 -o x.czm corpus; one_line; stderr_has --network-size
expect 1 "$CZIP" train --from own.czm --network network --vocabulary 270 -o x.czm corpus; one_line
absent x.czm
clean
