# Where outputs go: links that lead nowhere, long names, a full TMPDIR; and models that are no regular files.
source "$(dirname "$0")/v2_common.sh"
text 20 >a.txt
expect 0 "$CZIP" -m "$MODEL2" a.txt

# A link that leads nowhere: the file it names is made, as zstd -o and a shell's > do; the link stays.
for target in to ./dir/to "$WORK/to2"; do
  mkdir -p dir
  ln -s "$target" link
  ln -s link link2
  expect 0 "$CZIP" -m "$MODEL2" -o link2 a.txt; silent
  if [ ! -L link ] || [ ! -L link2 ]; then fail 'a link was replaced'; fi
  same "$target" a.txt.czip
  rm "$target"
  expect 0 "$CZIP" -d -m "$MODEL2" -o link a.txt.czip; same "$target" a.txt
  expect 1 "$CZIP" -d -m "$MODEL2" -o link a.txt.czip </dev/null; one_line; stderr_has 'exists'
  rm link link2
done
ln -s nowhere/to link
expect 1 "$CZIP" -m "$MODEL2" -o link a.txt; one_line; stderr_has 'nowhere/'
[ -L link ] || fail 'a link was replaced'
ln -s loop loop
expect 1 "$CZIP" -m "$MODEL2" -o loop a.txt </dev/null; one_line
[ -L loop ] || fail 'a link was replaced'
# Beside an input, a link is in the way, and -f replaces it.
cp a.txt b.txt
ln -s nowhere b.txt.czip
expect 1 "$CZIP" -m "$MODEL2" b.txt </dev/null; one_line; stderr_has 'exists'
expect 0 "$CZIP" -f -m "$MODEL2" b.txt
[ ! -L b.txt.czip ] || fail 'the output went through a link'
absent nowhere

# Names of up to 255 bytes.
mkdir long
letters() { head -c "$1" /dev/zero | tr '\0' x; }
for length in 200 242 250; do
  name=long/$(letters "$length")
  cp a.txt "$name"
  expect 0 "$CZIP" --rm -m "$MODEL2" "$name"; silent
  expect 0 "$CZIP" -d -m "$MODEL2" "$name.czip"; same "$name" a.txt
done
umlauts=long/$(for _ in $(seq 120); do printf '\303\274'; done)
cp a.txt "$umlauts"
expect 0 "$CZIP" -m "$MODEL2" "$umlauts"; silent
name=long/$(letters 251)
cp a.txt "$name"
# Before the work, and before the format matters.
expect 1 "$CZIP" -m "$MODEL2" "$name"; stderr_has 'File name too long; name another file with -o'
expect 1 "$CZIP" -r -m "$MODEL2" --format 2 "$name"; stderr_has 'too long'
expect 0 "$CZIP" -m "$MODEL2" -o long/short.czip "$name"
expect 1 "$CZIP" -m "$MODEL2" -o "long/$(letters 256)" a.txt; stderr_has 'too long'

# Models: only regular files, and nothing that never ends.
mkdir places
mkfifo places/fifo.czm
ln -s /dev/zero places/zero.czm
mkdir places/folder.czm
printf 'not a model' >places/text.czm
truncate -s 3G places/sparse.czm
cp "$OTHER2" places/z-other.czm
expect 0 "$CZIP" -o other.czip -m "$OTHER2" a.txt
expect 0 timeout 60 env CZIP_MODEL_PATH=places "$CZIP" -dc other.czip >out; silent; same out a.txt
for name in fifo zero folder; do
  expect 1 timeout 60 "$CZIP" -cm places/$name.czm a.txt >out; one_line; stderr_has "places/$name.czm: is"
  expect 1 timeout 60 env CZIP_MODEL_PATH=places "$CZIP" -cm $name a.txt >out; one_line
  ! grep -q -e '-r' .err || fail 'advises -r for a model'
  expect 1 timeout 60 "$CZIP" train -q --from places/$name.czm --network x -o new a.txt; one_line
done
expect 1 timeout 60 "$CZIP" compress -m "$MODEL" -t places/fifo.czm -i a.txt -o out; one_line
expect 2 "$CZIP" -cm places/sparse.czm a.txt >out; one_line; stderr_has 'not a model'
expect 1 timeout 60 "$CZIP" -m "$MODEL2" places/fifo.czm; one_line; stderr_has 'use -f'

# A full TMPDIR is named.
mkdir disk
if mount -t tmpfs -o size=16k tmpfs disk 2>/dev/null; then
  trap 'umount "$WORK/disk"' EXIT
  noise 40000 >noise
  TMPDIR=$WORK/disk expect 1 "$CZIP" -1cm "$MODEL" noise >out; one_line
  stderr_has "a temporary file in $WORK/disk: No space left"; stderr_has 'TMPDIR'
  expect 0 "$CZIP" -o noise.czip -m "$MODEL2" noise
  TMPDIR=$WORK/disk expect 1 "$CZIP" -l - < <(cat noise.czip); one_line; stderr_has TMPDIR
else
  echo 'note: cannot mount a small disk here, that part was left out'
fi
