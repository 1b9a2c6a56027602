# 64-bit Arm: NEON kernels.
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CZIP_DEBIAN_ARCHITECTURE arm64)
include("${CMAKE_CURRENT_LIST_DIR}/debian-cross.cmake")
