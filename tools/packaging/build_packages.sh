#!/usr/bin/env bash
# Builds Debian's packages of this checkout into FOLDER. They are the same bytes wherever and whenever it is built, by the
# same compiler: all times in them are that of the last commit, or SOURCE_DATE_EPOCH.
# Usage: build_packages.sh FOLDER
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
folder=$(realpath -m "${1:?the folder for the packages}")
cd "$root"
: "${SOURCE_DATE_EPOCH:=$(git -c safe.directory="$root" log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH
umask 022
cmake --preset package > /dev/null
cmake --build --preset package
rm -rf build/package/packages
(cd build/package && cpack -G DEB -B packages > packages.log) || { cat build/package/packages.log; exit 1; }
mkdir -p "$folder"
cp build/package/packages/*.deb "$folder"
