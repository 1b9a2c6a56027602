#!/usr/bin/env bash
# Builds Debian's packages, installs them into a fresh Debian, uses them there, removes them, and looks for what is left.
# Needs root (for chroot and mount) and Debian's mirror. The packages stay in WORK_DIR/packages.
# Usage: test_packages.sh [WORK_DIR]        (default: build/test-packages)
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(realpath -m "${1:-$root/build/test-packages}")
suite=bookworm
mirror=http://deb.debian.org/debian

fail() { echo "FAILED: $*" >&2; exit 1; }
[ "$(id -u)" -eq 0 ] || fail "chroot needs root: run it with sudo"
"$root/tools/install_packages.sh" package
rm -rf "$work"
mkdir -p "$work"

echo '== build'
"$root/tools/packaging/build_packages.sh" "$work/packages"
packages=("$work"/packages/*.deb)
names=()
for package in "${packages[@]}"; do names+=("$(dpkg-deb -f "$package" Package)"); done
echo "packages: ${names[*]}"

echo '== lintian'
lintian --fail-on error --tag-display-limit 0 "${packages[@]}" | tee "$work/lintian"

echo '== a fresh Debian'
clean=$work/root
mmdebstrap --variant=minbase --quiet "$suite" "$clean" "$mirror"
cp /etc/resolv.conf "$clean/etc/"
trap 'umount "$clean/proc"' EXIT
mount -t proc proc "$clean/proc"
mkdir "$clean/packages"
cp "${packages[@]}" "$clean/packages"
inside() { chroot "$clean" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
apt() { inside apt-get -q -y --no-install-recommends -o Dpkg::Use-Pty=0 "$@" > "$work/apt.log" 2>&1 || { cat "$work/apt.log"; fail "apt-get $*"; }; }
# install_packages NAME...: those of the packages that are called so.
install_packages() {
  local name paths=()
  for name in "$@"; do paths+=("$(cd "$clean" && echo packages/"$name"_*.deb)"); done
  apt install "${paths[@]/#/\/}"
}
# What packages own, apart from caches, logs and apt's and dpkg's own lists.
files() { (cd "$clean" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./packages -o -path ./tmp -o -path ./run \
  -o -path ./var/cache -o -path ./var/log -o -path ./var/lib/apt -o -path ./var/lib/dpkg -o -path ./etc/ld.so.cache \) -prune -o -print | sort); }
files > "$work/before"
apt update

echo '== the command'
install_packages czip czip-models
inside czip --version
inside czip selftest
cp "$root/README.md" "$clean/tmp/text"
inside czip /tmp/text
inside czip -d /tmp/text.czip -o /tmp/again
cmp "$root/README.md" "$clean/tmp/again"
inside czip -m small -o /tmp/small.czip /tmp/text
inside czip -dc /tmp/small.czip | cmp - "$root/README.md"
inside czip -m english-v1 -o /tmp/v1.czip /tmp/text
inside czip -dc -m english-v1 /tmp/v1.czip | cmp - "$root/README.md"
inside czip model > "$work/models"
for model in small english-v1; do grep -q "/usr/share/czip/models/$model.czm" "$work/models" || fail "czip model does not list $model"; done
for page in czip czip-train czip-verify; do
  zcat "$clean/usr/share/man/man1/$page.1.gz" | grep -q '^\.TH ' || fail "no manual page $page"
done
for file in bash-completion/completions/czip zsh/site-functions/_czip fish/vendor_completions.d/czip.fish \
  mime/packages/czip.xml czip/czip.magic doc/czip/copyright doc/czip/changelog.gz doc/czip/changelog.Debian.gz; do
  [ -s "$clean/usr/share/$file" ] || fail "no /usr/share/$file"
done

echo '== the library'
apt install gcc libc6-dev pkg-config
install_packages libczip0 libczip-dev
cp "$root/tests/packaging/program.c" "$clean/tmp"
mapfile -d ' ' -t shared < <(inside pkg-config --cflags --libs czip | tr -d '\n')
mapfile -d ' ' -t static < <(inside pkg-config --static --libs czip | tr -d '\n')
inside cc -std=c99 -Wall -Werror /tmp/program.c -o /tmp/program "${shared[@]}"
inside /tmp/program /tmp/text
inside ldd /tmp/program | grep -q '/libczip\.so\.' || fail 'the program does not use libczip.so'
# The static library needs C++'s, which comes with g++.
apt install g++
for option in "${!static[@]}"; do [ "${static[$option]}" != -lczip ] || static[option]=-l:libczip.a; done
inside cc -std=c99 /tmp/program.c -o /tmp/alone "${static[@]}"
inside /tmp/alone /tmp/text
! inside ldd /tmp/alone | grep -q libczip || fail 'the static library is not used'

echo '== Python'
install_packages python3-czip
inside python3 -c "
import czip
text = open('/tmp/text', 'rb').read()
with czip.open('/tmp/python.czip', 'wb') as file:
    file.write(text)
assert czip.open('/tmp/python.czip').read() == text
model = czip.Model.from_bytes(czip.train([text], epochs=0))
assert czip.decompress(czip.compress(text, model=model), models=[model]) == text
"
inside czip -dc /tmp/python.czip | cmp - "$root/README.md"

echo '== removed'
apt purge "${names[@]}"
files > "$work/after-purge"
! grep -i czip "$work/after-purge" || fail 'removed packages leave files'
apt purge gcc g++ libc6-dev pkg-config
apt autoremove --purge
files > "$work/after"
diff "$work/before" "$work/after" || fail 'what was installed is not all gone'
umount "$clean/proc"
trap - EXIT
rm -rf "$clean"
echo "packages: fine, in $work/packages"
