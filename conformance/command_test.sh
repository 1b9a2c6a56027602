#!/usr/bin/env bash
# What the command must do on every machine, in a few minutes under an emulator: its signature, the stored files of both
# formats, a folder, a range. Usage: command_test.sh WORK COMMAND..., such as command_test.sh /tmp/work qemu-arm czip
set -euo pipefail
conformance=$(cd "$(dirname "$0")" && pwd)
work=$1
shift
czip=("$@")
czip[-1]=$(realpath "${czip[-1]}")
rm -rf "$work"
mkdir -p "$work"
cd "$work"
run() { "${czip[@]}" -q "$@"; }
fail() { printf 'command_test: %s\n' "$*" >&2; exit 1; }

"${czip[@]}" selftest
for level in $("${czip[@]}" -V | sed -n 's/.*SIMD: //; s/).*//p' | tr -d ,); do
  for text in empty.txt english.txt repeated.txt bytes.bin; do
    for effort in 1 6 9; do
      stored=$conformance/v2/$text.$effort.czip
      run --simd "$level" "-$effort" -c -m "$conformance/v2/tiny.czm" "$conformance/v1/$text" > written.czip
      cmp written.czip "$stored" || fail "$level writes another $text.$effort.czip"
      run --simd "$level" -dc -m "$conformance/v2/tiny.czm" "$stored" | cmp - "$conformance/v1/$text" ||
        fail "$level decodes $text.$effort.czip to another text"
    done
    for outer in zstd brotli; do
      run --simd "$level" -dc -m "$conformance/v1/seeded.czm" "$conformance/v1/$text.$outer.czip" |
        cmp - "$conformance/v1/$text" || fail "$level decodes $text.$outer.czip to another text"
    done
  done
done

# With the built-in model.
mkdir folder
cp "$conformance"/v1/*.txt "$conformance/v1/bytes.bin" folder
run -r folder
mv folder original
run -d folder.czip
diff -r original folder || fail 'the folder comes back changed'
cat original/* > all
run -k all
run -dc --range 100:50 all.czip | cmp - <(tail -c +101 all | head -c 50) || fail 'a range comes back changed'
run -t all.czip folder.czip
run -l all.czip > /dev/null
printf 'x' | dd of=all.czip bs=1 seek=20 conv=notrunc status=none
! run -t all.czip 2> /dev/null || fail 'damage is not found'
echo 'command_test: fine'
