# A big-endian machine: scalar kernels.
set(CMAKE_SYSTEM_PROCESSOR s390x)
set(CZIP_DEBIAN_ARCHITECTURE s390x)
include("${CMAKE_CURRENT_LIST_DIR}/debian-cross.cmake")
