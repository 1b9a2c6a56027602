# What follows the end of a compressed file: zeros are padding, anything else is garbage. The text is given either way.
source "$(dirname "$0")/v2_common.sh"
text 6 >short
(noise 70000; text 1000) >long
mkdir folder
cp short folder/file
expect 0 "$CZIP" -1 -c -m "$MODEL" short >v1.czip
expect 0 "$CZIP" -1 --codec zstd -c -m "$MODEL" short >v1_zstd.czip
expect 0 "$CZIP" -1 -c -m "$MODEL2" short >compact.czip
expect 0 "$CZIP" -1 -c -m "$MODEL2" long >full.czip
cat compact.czip full.czip >several.czip
cat short long >several
expect 0 "$CZIP" -1 -r -m "$MODEL2" folder
rm -r folder

# wanted NAME: the text that NAME.czip holds.
wanted() {
  case $1 in
    full) echo long ;;
    several) echo several ;;
    *) echo short ;;
  esac
}
model() { case $1 in v1*) echo "$MODEL" ;; *) echo "$MODEL2" ;; esac; }

for name in v1 v1_zstd compact full several; do
  same_text=$(wanted $name)
  (cat $name.czip; head -c 512 /dev/zero) >padded.czip
  expect 0 "$CZIP" -d -m "$(model $name)" padded.czip; silent; same padded "$same_text"; rm padded
  expect 0 "$CZIP" -dc -m "$(model $name)" <padded.czip >out; silent; same out "$same_text"
  expect 0 "$CZIP" -tv -m "$(model $name)" padded.czip; stderr_has "zeros around"
  expect 0 "$CZIP" -l padded.czip >out; silent
  (cat $name.czip; head -c 9000 /dev/zero; echo x) >garbage.czip
  expect 2 "$CZIP" -dq -m "$(model $name)" garbage.czip; one_line; stderr_has garbage
  same garbage "$same_text"; rm garbage
  (cat $name.czip; echo x) >garbage.czip
  expect 2 "$CZIP" -dc -m "$(model $name)" <garbage.czip >out; one_line; same out "$same_text"
  expect 2 "$CZIP" -t -m "$(model $name)" garbage.czip; one_line
  expect 2 "$CZIP" -l garbage.czip >out; one_line; grep -q garbage.czip out || fail 'not listed'
done

# Ranges see it, and the input of --rm stays.
(cat full.czip; head -c 600 /dev/zero) >padded.czip
head -c 71000 long | tail -c 2000 >part
expect 0 "$CZIP" -dc --range 69000:2000 -m "$MODEL2" padded.czip >out; silent; same out part
(cat full.czip; echo more) >garbage.czip
expect 2 "$CZIP" -dc --range 69000:2000 -m "$MODEL2" garbage.czip >out; one_line; same out part
expect 2 "$CZIP" -d --rm -m "$MODEL2" garbage.czip; one_line; present garbage.czip; same garbage long
expect 0 "$CZIP" -d --rm -m "$MODEL2" padded.czip; absent padded.czip; same padded long

# Archives are extracted.
(cat folder.czip; head -c 10240 /dev/zero) >padded.czip
expect 0 "$CZIP" -d -m "$MODEL2" padded.czip; silent; same folder/file short; rm -r folder
(cat folder.czip; echo more) >garbage.czip
expect 2 "$CZIP" -d -m "$MODEL2" garbage.czip; one_line; same folder/file short; rm -r folder

# Only zeros, and zeros before the first frame, are no compressed file.
head -c 512 /dev/zero >zeros.czip
expect 2 "$CZIP" -d -m "$MODEL2" zeros.czip; one_line; absent zeros
(head -c 512 /dev/zero; cat full.czip) >before.czip
expect 2 "$CZIP" -t -m "$MODEL2" before.czip; one_line
clean
