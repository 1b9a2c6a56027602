# 64-bit POWER, little-endian: scalar kernels.
set(CMAKE_SYSTEM_PROCESSOR ppc64le)
set(CZIP_DEBIAN_ARCHITECTURE ppc64el)
set(CZIP_TRIPLET powerpc64le-linux-gnu)
include("${CMAKE_CURRENT_LIST_DIR}/debian-cross.cmake")
