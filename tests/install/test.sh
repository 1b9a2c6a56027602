#!/usr/bin/env bash
# Installs a build tree, moves it, and compiles programs against it: in C and C++, through CMake's package and through
# pkg-config, with the shared library and the archive; and the examples of README.
# Usage: test.sh BUILD_DIR V1_MODEL V2_MODEL WORK_DIR
set -euo pipefail
build=$1 work=$4
models=("$2" "$3")
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
rm -rf "$work"
cmake --install "$build" --prefix "$work/first" > /dev/null
mv "$work/first" "$work/prefix"
prefix=$work/prefix
"$prefix/bin/czip" --version
for file in man/man1/czip.1 bash-completion/completions/czip zsh/site-functions/_czip fish/vendor_completions.d/czip.fish; do
  grep -q salvage "$prefix/share/$file" || { echo "share/$file lacks options"; exit 1; }
done

# Nothing of what is inside.
headers=$(cd "$prefix/include" && find . -type f | LC_ALL=C sort | paste -sd' ')
[ "$headers" = './czip.h ./czip.hpp' ] || { echo "include has $headers"; exit 1; }
libraries=$(cd "$prefix" && find . -name 'lib*' ! -type d -printf '%f\n' | LC_ALL=C sort | paste -sd' ')
[[ $libraries =~ ^'libczip.a libczip.so libczip.so.'[0-9]+' libczip.so.'[0-9.]+$ ]] ||
  { echo "the libraries are $libraries"; exit 1; }

libdir=$(dirname "$(find "$prefix" -name libczip.so)")
export LD_LIBRARY_PATH=$libdir PKG_CONFIG_PATH=$libdir/pkgconfig
cmake -S "$here" -B "$work/cmake" -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$prefix" > /dev/null
cmake --build "$work/cmake" > /dev/null
for consumer in c cpp static; do "$work/cmake/${consumer}_consumer" "${models[@]}"; done
if readelf -d "$work/cmake/static_consumer" | grep -q libczip; then echo 'static_consumer is not static'; exit 1; fi
echo "find_package(czip): works"

strict=(-pedantic -Wall -Wextra -Werror)
read -ra flags <<< "$(pkg-config --cflags --libs czip)"
"${CC:-gcc}" -std=c99 "${strict[@]}" "$here/consumer.c" -o "$work/c_consumer" "${flags[@]}"
"$work/c_consumer" "${models[@]}"
"${CXX:-c++}" -std=c++17 "${strict[@]}" "$here/consumer.cpp" -o "$work/cpp_consumer" "${flags[@]}"
"$work/cpp_consumer" "${models[@]}"
read -ra flags <<< "$(pkg-config --static --cflags --libs czip | sed 's/-lczip /-l:libczip.a /')"
"${CC:-gcc}" -std=c99 "${strict[@]}" "$here/consumer.c" -o "$work/static_consumer" "${flags[@]}"
"$work/static_consumer" "${models[@]}"
[ "$(pkg-config --modversion czip)" = "$("$prefix/bin/czip" --version | sed 's/^czip \([0-9.]*\).*/\1/;q')" ] ||
  { echo 'the versions of package and command differ'; exit 1; }
echo "pkg-config czip: works"

# A stream is what the command writes of a pipe. The library has the command's model.
cat "$here"/*.cpp "$here"/*.c "$here"/*.sh "$here"/*.c > "$work/text"
"$work/c_consumer" < "$work/text" > "$work/by-library"
# shellcheck disable=SC2002  # a pipe is meant
cat "$work/text" | "$prefix/bin/czip" -c > "$work/by-command"
cmp "$work/by-library" "$work/by-command"
echo "a stream and czip -c: the same file"

# The programs in README, which are short, compile and run.
for language in c cpp; do
  awk -v fence="\`\`\`$language" '$0 == fence { on = 1; next } /^```/ { on = 0 } on' "$root/README.md" > "$work/example.$language"
  lines=$(wc -l < "$work/example.$language")
  if [ "$lines" -eq 0 ] || [ "$lines" -gt 10 ]; then echo "README's example in $language has $lines lines"; exit 1; fi
done
read -ra flags <<< "$(pkg-config --cflags --libs czip)"
"${CC:-gcc}" -std=c99 "${strict[@]}" "$work/example.c" -o "$work/c_example" "${flags[@]}"
"${CXX:-c++}" -std=c++17 "${strict[@]}" "$work/example.cpp" -o "$work/cpp_example" "${flags[@]}"
for language in c cpp; do
  "$work/${language}_example" > "$work/said"
  grep -q 'or not to be' "$work/said" || { echo "README's example in $language says:"; cat "$work/said"; exit 1; }
done
echo "README's examples: work"
