#!/bin/sh
# Puts the libraries that czip is built with, for another Debian architecture, into the new directory DIR to
# cross-compile against:
#
#   tools/ci/fetch_sysroot.sh i386|arm64|s390x|... DIR
#
# apt works with lists, cache and package state of its own: nothing is installed on the host and no foreign
# architecture is added to it. (Security updates of some architectures come later than of others, and then
# the host's version and the foreign one refuse to be installed together.) Root is not needed. The C and C++
# libraries come with the cross compilers' packages.
set -eu

if [ $# -ne 2 ]; then
  echo "usage: $0 ARCH DIR" >&2
  exit 2
fi
arch=$1
target=${2%/}
if [ -e "$target" ]; then
  echo "$0: $target exists; remove it to fetch it again" >&2
  exit 1
fi

# Those of the libraries and tests, and of the command.
packages="doctest-dev libbrotli-dev libexpected-dev libpcre2-dev libxxhash-dev libzstd-dev nlohmann-json3-dev
  libmd-dev liblzma-dev"

# Everything happens in a directory beside the target, which gets its name when it is complete.
mkdir -p "$(dirname "$target")"
work=$(mktemp -d "$(cd "$(dirname "$target")" && pwd)/sysroot.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$work/root" "$work/debs" "$work/apt/lists/partial" "$work/apt/cache/archives/partial"
: > "$work/apt/status"

# Read after the host's own configuration, whose hooks may need root. The user to whom a root's apt drops its
# rights could not write here; what is downloaded is verified all the same.
cat > "$work/apt/apt.conf" << END
#clear APT::Architectures;
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
APT::Architecture "$arch";
APT::Architectures { "$arch"; };
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "3";
Dir::State "$work/apt";
Dir::State::Lists "$work/apt/lists";
Dir::State::status "$work/apt/status";
Dir::Cache "$work/apt/cache";
END

# A source that fails, such as another vendor's, does no harm as long as Debian's have the packages.
apt-get -q -c "$work/apt/apt.conf" update ||
  echo "$0: some package sources could not be read; going on with the others" >&2
# shellcheck disable=SC2086  # a list of names
(cd "$work/debs" && apt-get -q -c "$work/apt/apt.conf" download $packages)

for deb in "$work"/debs/*.deb; do
  dpkg-deb -x "$deb" "$work/root"
done

# Programs are linked statically, so that they run under emulation without a foreign loader. Only archives
# may be found; without the run-time packages the links to shared libraries lead nowhere anyway.
find "$work/root/usr/lib" -name '*.so' -delete
rm -rf "$work/root/usr/share/doc" "$work/root/usr/share/man"
chmod 755 "$work/root"
mv "$work/root" "$target"
