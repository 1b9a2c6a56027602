# 32-bit Arm: scalar kernels, plain char unsigned.
set(CMAKE_SYSTEM_PROCESSOR arm)
set(CZIP_DEBIAN_ARCHITECTURE armhf)
set(CZIP_TRIPLET arm-linux-gnueabihf)
include("${CMAKE_CURRENT_LIST_DIR}/debian-cross.cmake")
