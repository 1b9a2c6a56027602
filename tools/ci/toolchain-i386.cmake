# A 32-bit machine, whose std::size_t is shorter than lengths in files: scalar kernels.
set(CMAKE_SYSTEM_PROCESSOR i386)
set(CZIP_DEBIAN_ARCHITECTURE i386)
set(CZIP_TRIPLET i686-linux-gnu)
set(CMAKE_LIBRARY_ARCHITECTURE i386-linux-gnu)
include("${CMAKE_CURRENT_LIST_DIR}/debian-cross.cmake")
