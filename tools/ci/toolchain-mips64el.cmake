# 64-bit MIPS, little-endian: scalar kernels.
set(CMAKE_SYSTEM_PROCESSOR mips64el)
set(CZIP_DEBIAN_ARCHITECTURE mips64el)
set(CZIP_TRIPLET mips64el-linux-gnuabi64)
include("${CMAKE_CURRENT_LIST_DIR}/debian-cross.cmake")
