# Models of more than 64 MiB are mapped: what becomes of work when another program changes them meanwhile.
source "$(dirname "$0")/v2_common.sh"

# A model of llama2.c whose weights are zeros: 2048 elements, 4 layers, 259 tokens.
words() { local word; for word in "$@"; do printf '%b' "$(printf '\\x%02x' $((word & 255)) $((word >> 8 & 255)) $((word >> 16 & 255)) $((word >> 24 & 255)))"; done; }
words 2048 64 4 16 16 259 32 >zeros.bin
truncate -s $((28 + 4 * (259 * 2048 + 4 * (2 * 2048 + 4 * 2048 * 2048 + 3 * 2048 * 64) + 2048 + 32 * 128))) zeros.bin
{
  words 27
  for name in '<unk>' '<s>' '</s>'; do words 0 ${#name}; printf %s "$name"; done
  for byte in $(seq 0 255); do words 0 6; printf '<0x%02X>' "$byte"; done
} >tokenizer.bin
expect 0 "$CZIP" import -q -m "$MODEL2" --tokenizer tokenizer.bin zeros.bin; silent
[ "$(stat -c %s zeros.czm)" -gt $((64 << 20)) ] || fail 'the model is too small to be mapped'
mkdir stock; mv zeros.czm stock
fresh() { rm -f large.czm; cp stock/zeros.czm large.czm; }
fresh

# It works as any other, also where its folder is searched, and several processes at a time.
text 20 >small
expect 0 "$CZIP" -q -5 -m large.czm small
expect 0 "$CZIP" -dc -m large.czm small.czip >back; same small back
expect 0 env CZIP_MODEL_PATH=stock "$CZIP" -dc small.czip >back; same small back
expect 0 env CZIP_MODEL_PATH=stock "$CZIP" -t -m zeros small.czip
for i in 1 2 3; do "$CZIP" -q -6 -c -m large.czm small >small.$i & done; wait
for i in 2 3; do same small.1 small.$i; done
expect 0 "$CZIP" model large.czm >card; grep -q '^  language model language model, int8: 4 layers of width 2,048' card || fail card

# Damage is found when it is loaded; so is a cut.
printf x | dd of=large.czm bs=1 seek=50000000 conv=notrunc status=none
expect 2 "$CZIP" -c -m large.czm small >out; one_line; stderr_has 'large.czm: is damaged or was changed'
[ ! -s out ] || fail 'a damaged model codes'
truncate -s 68000000 large.czm
expect 2 "$CZIP" -c -m large.czm small >out; one_line; stderr_has 'large.czm: '; [ ! -s out ] || fail 'a cut model codes'
head -c 70000000 /dev/zero >none.czm
expect 2 "$CZIP" -c -m none.czm small >out; one_line; stderr_has 'none.czm: is not a model'

# during PATTERN CHANGE COMMAND...: makes the change when the output has been begun; `status` is the command's.
during() {
  local pattern=$1 change=$2 pid
  shift 2
  status=0
  "$CZIP" "$@" 2>.err &
  pid=$!
  wait_for "$pattern"
  $change
  wait $pid || status=$?
}
shorten() { truncate -s 5000 large.czm; }
change() { printf x | dd of=large.czm bs=1 seek=50000000 conv=notrunc status=none; }
prose 7 6000 >prose
mkdir folder; for i in 1 2 3 4 5 6; do prose $i "$(full_or_fast 300000 30000)" >folder/$i; done

# Compressing ends with a message that names the model, and leaves nothing.
fresh; during '.prose.czip.czip-*' shorten -q -9 -m large.czm prose
[ $status = 1 ] || fail "status $status"; one_line; stderr_has '^czip: large.czm: became shorter while it was read'
absent prose.czip; clean
# What was coded with a changed model is not kept: nobody could decode it.
fresh; during '.prose.czip.czip-*' change -q -6 -m large.czm prose
[ $status = 1 ] || fail "status $status"; one_line; stderr_has 'prose: is not kept, for large.czm changed while it was used'
absent prose.czip; clean

# So does decompressing, of files and of folders.
fresh; expect 0 "$CZIP" -q -5 -r -m large.czm folder
mv folder kept
during '.unpacked.czip-*' shorten -q -d -T1 -m large.czm folder.czip
[ $status = 1 ] || fail "status $status"; one_line; stderr_has '^czip: large.czm: became shorter while it was read'
absent folder; clean
fresh; expect 0 "$CZIP" -q -d -m large.czm folder.czip; diff -r folder kept || fail 'the folder comes back changed'

# A copy with a prior is written piece by piece, from what was checked: a base that changes meanwhile ends the work.
fresh; expect 0 "$CZIP" train -q --from large.czm -o of_large.czm prose; silent
expect 0 "$CZIP" -q -6 -m of_large.czm -o small.prior small
expect 0 "$CZIP" -dc -m of_large.czm small.prior >back; same small back
mv of_large.czm stock
mkfifo pipe
during_copy() { # CHANGE: made when the base has been read, before the texts.
  status=0
  "$CZIP" train -q --from large.czm -o of_large.czm pipe 2>.err &
  pid=$!
  exec 3>pipe
  $1
  cat prose >&3
  exec 3>&-
  wait $pid || status=$?
}
during_copy true; [ $status = 0 ] || fail "status $status"; same of_large.czm stock/of_large.czm; rm of_large.czm
during_copy shorten; [ $status = 1 ] || fail "status $status"; one_line; stderr_has '^czip: large.czm: became shorter while it was read'
absent of_large.czm; clean
fresh; during_copy change; [ $status = 1 ] || fail "status $status"; one_line
stderr_has '^czip: of_large.czm: is not kept, for large.czm changed while it was used'
absent of_large.czm; clean
# Killed at any time, it leaves a whole model or none.
fresh
for seconds in 0.05 0.1 0.2 0.3 0.5; do
  "$CZIP" train -q --from large.czm -o of_large.czm prose 2>.err &
  sleep $seconds
  kill -TERM $! 2>/dev/null || true
  wait $! || true
  [ ! -e of_large.czm ] || same of_large.czm stock/of_large.czm
  rm -f of_large.czm
  clean
done

# What takes long is said beforehand, with -v also where no terminal is.
prose 9 300000 >long
"$CZIP" -v -9 -m large.czm long 2>.err &
pid=$!
tries=0
until grep -q '^long: the language model will take about [0-9,]* \(seconds\|minutes\|hours\|days\)$' .err; do
  tries=$((tries + 1))
  [ $tries -lt 6000 ] || fail 'nothing is said of the time'
  sleep 0.02
done
kill $pid; wait $pid || true
absent long.czip; clean
