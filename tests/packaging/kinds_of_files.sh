#!/usr/bin/env bash
# What file(1) and shared-mime-info say of czip's files, by tools/packaging/czip.magic and czip.xml: of all test vectors,
# of what the command writes, and of what only looks like its files.
# Usage: kinds_of_files.sh CZIP WORK_DIR
set -euo pipefail
czip=$(realpath "$1") work=$2
root=$(realpath "$(dirname "$0")/../..")
rm -rf "$work"
mkdir -p "$work/mime/packages" "$work/tmp"
cd "$work"
export TMPDIR=$work/tmp
unset CZIP_MODEL_PATH CZIP_SIMD

fail() { echo "FAILED: $*" >&2; exit 1; }

# A warning of file(1) about the magic file is a fault of it.
file -C -m "$root/tools/packaging/czip.magic" > compiled 2>&1
! grep -i warning compiled || fail "file -C warns"
[ -s czip.magic.mgc ] || fail "file -C wrote nothing"
kind() { file -b -m czip.magic.mgc "$1"; }
mime() { file -b --mime-type -m czip.magic.mgc "$1"; }
# says FILE BEGINNING: what file(1) says of it begins so.
says() {
  local said
  said=$(kind "$1")
  [[ $said == "$2"* ]] || fail "$1: '$said' instead of '$2...'"
}

count=0
for path in "$root"/conformance/*/*.czip "$root"/conformance/*/*.armour; do
  [ "$(mime "$path")" = application/x-czip ] || fail "$path: $(kind "$path")"
  count=$((count + 1))
done
[ $count -ge 37 ] || fail "only $count vectors of compressed files"
count=0
for path in "$root"/conformance/*/*.czm "$root"/models/*.czm; do
  [ "$(mime "$path")" = application/x-czip-model ] || fail "$path: $(kind "$path")"
  count=$((count + 1))
done
[ $count -ge 10 ] || fail "only $count models"

v1=$root/conformance/v1 v2=$root/conformance/v2
says "$v1/english.txt.brotli.czip" 'czip compressed text, CZIPv1, in brotli, 1394 bytes'
says "$v1/empty.txt.zstd.czip" 'czip compressed text, CZIPv1, in zstd, 0 bytes'
says "$v2/words.czip" 'czip compressed text, CZIPv2 1.0-rc2, level 6, 150000 bytes, model 8dae9d5237951260...'
says "$v2/empty.txt.9.czip" 'czip compressed text, CZIPv2, compact'
says "$v2/english.armour" 'czip compressed file in an armour'
says "$v2/tiny.czm" 'czip model, czip-model-v2, tiny, 8dae9d5237951260a1c62b6b4a60b527'
says "$v1/seeded.czm" 'czip model, czip-model-v1'
says "$root/models/english-v1.czm" 'czip model, czip-model-v1, czip English v1, 667609ecb65be810af77ece4314b1c59'

# What the command writes: texts of all lengths of the two length fields, stored and coded, archives, a pipe.
for size in 0 1 40 63 64 127 128 300 5000 17000 65535; do
  head -c $size "$root/README.md" > text
  head -c $((size - $(stat -c %s text))) "$root/conformance/czip-v2-container.md" >> text
  "$czip" -1 -c text > text.czip
  says text.czip 'czip compressed text, CZIPv2, compact'
  head -c $size "$root/models/small.czm" > bytes
  "$czip" -1 -c bytes > bytes.czip
  says bytes.czip 'czip compressed text, CZIPv2, compact'
done
printf 'See you at 7?' | "$czip" -1 -c > message.czip
says message.czip 'czip compressed text, CZIPv2, compact'
cat message.czip message.czip > two.czip
says two.czip 'czip compressed text, CZIPv2, compact'
cat message.czip <(head -c 512 /dev/zero) > padded.czip
says padded.czip 'czip compressed text, CZIPv2, compact'
head -c 100000 /dev/zero | "$czip" -1 -c > zeros.czip
says zeros.czip 'czip compressed text, CZIPv2 1.0-rc2, level 1, model'
mkdir tree small
cp "$root/README.md" tree
head -c 300000 "$root/models/small.czm" > tree/model
echo hello > small/hello
"$czip" -1 -q -r tree small
says tree.czip 'czip compressed archive, CZIPv2 1.0-rc2, level 1'
says small.czip 'czip compressed archive, CZIPv2, compact'
"$czip" -1 --base64 -c "$root/README.md" > mail.txt
says mail.txt 'czip compressed file in an armour'
(echo 'Subject: the file'; echo; cat mail.txt) > whole-mail.txt
says whole-mail.txt 'czip compressed file in an armour'

# What is none: cut files, kinds of other versions, and few of all files that begin with the byte fc.
head -c 300 "$v2/english.txt.9.czip" > cut.czip
head -c 12 message.czip > cut-message
printf '\xfc\x93\x10\x08%040d' 0 > unknown
printf '\xfcber, in Latin-1, is no file of czip' > latin
for path in cut.czip cut-message unknown latin; do
  [ "$(mime "$path")" != application/x-czip ] || fail "$path: $(kind "$path")"
done
python3 - << 'END'
import random
source = random.Random(2)
for number in range(1000):
    with open(f"tmp/random-{number:03}", "wb") as file:
        file.write(bytes([0xfc]) + source.randbytes(500))
END
taken=$(file -b --mime-type -m czip.magic.mgc tmp/random-* | grep -c application/x-czip || true)
echo "of 1000 random files that begin with fc, $taken are taken for czip's"
[ "$taken" -lt 100 ] || fail "$taken of 1000 random files are taken for czip's"

# The same by shared-mime-info: by content, and a compact frame by name.
cp "$root/tools/packaging/czip.xml" mime/packages
XDG_DATA_HOME=$work update-mime-database mime 2> mime-errors || fail "update-mime-database: $(cat mime-errors)"
! grep -iE 'error|warning' mime-errors || fail "update-mime-database warns"
by_desktop() { # FILE NAME WANTED
  local said
  cp "$1" "$work/tmp/$2"
  said=$(XDG_DATA_HOME=$work gio info -a standard::content-type "$work/tmp/$2" | sed -n 's/.*content-type: //p')
  [ "$said" = "$3" ] || fail "shared-mime-info: $1 as $2: '$said' instead of '$3'"
}
by_desktop "$v1/english.txt.zstd.czip" none application/x-czip
by_desktop "$v2/words.czip" none application/x-czip
by_desktop tree.czip none application/x-czip
by_desktop mail.txt none application/x-czip
by_desktop message.czip message.czip application/x-czip
by_desktop "$v2/tiny.czm" none application/x-czip-model
by_desktop "$v1/seeded.czm" none application/x-czip-model
by_desktop "$root/README.md" none text/plain
sed 's/"format":"czip-model-v1"/"format":"\\"czip-model-v1\\""/' "$v1/seeded.czm" > quoted.czm
by_desktop quoted.czm none application/x-czip-model
[ "$(mime quoted.czm)" = application/x-czip-model ] || fail "quoted: $(kind quoted.czm)"
echo "file and shared-mime-info know czip's files"
