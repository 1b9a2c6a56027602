# What the toolchain files share: Debian's cross compiler (g++-aarch64-linux-gnu, g++-s390x-linux-gnu), libraries from
# tools/ci/fetch_sysroot.sh, tests under qemu-user. They set CMAKE_SYSTEM_PROCESSOR, by its name in qemu, and
# CZIP_DEBIAN_ARCHITECTURE; where the names differ, CZIP_TRIPLET (of the compiler) and CMAKE_LIBRARY_ARCHITECTURE.
set(CMAKE_SYSTEM_NAME Linux)
set(CZIP_SYSROOT "${CMAKE_CURRENT_LIST_DIR}/../../build/sysroot-${CZIP_DEBIAN_ARCHITECTURE}"
    CACHE PATH "Folder that tools/ci/fetch_sysroot.sh made")
# CMake reads this file again for each of its own test projects, without this project's cache.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES CZIP_SYSROOT)
get_filename_component(CZIP_SYSROOT_DIR "${CZIP_SYSROOT}" ABSOLUTE)
if(NOT IS_DIRECTORY "${CZIP_SYSROOT_DIR}")
  message(FATAL_ERROR "No ${CZIP_SYSROOT_DIR}; make it with "
    "tools/ci/fetch_sysroot.sh ${CZIP_DEBIAN_ARCHITECTURE} ${CZIP_SYSROOT_DIR}")
endif()

if(NOT CZIP_TRIPLET)
  set(CZIP_TRIPLET ${CMAKE_SYSTEM_PROCESSOR}-linux-gnu)
endif()
if(NOT CMAKE_LIBRARY_ARCHITECTURE)
  set(CMAKE_LIBRARY_ARCHITECTURE ${CZIP_TRIPLET})
endif()
set(CMAKE_C_COMPILER ${CZIP_TRIPLET}-gcc)
set(CMAKE_CXX_COMPILER ${CZIP_TRIPLET}-g++)
# Static programs need no foreign loader and libraries at run time; the sysroot has archives only.
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-${CMAKE_SYSTEM_PROCESSOR})

# The compiler knows its own C and C++ libraries, so this is no CMAKE_SYSROOT, which would replace them.
set(CMAKE_FIND_ROOT_PATH "${CZIP_SYSROOT_DIR}")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# All that a static program needs of a library's own libraries.
set(PKG_CONFIG_ARGN --static)
# pkg-config would leave out paths that it takes for the compiler's own, such as DIR/usr/include.
set(ENV{PKG_CONFIG_LIBDIR}
    "${CZIP_SYSROOT_DIR}/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/pkgconfig:${CZIP_SYSROOT_DIR}/usr/share/pkgconfig")
set(ENV{PKG_CONFIG_PATH} "")
set(ENV{PKG_CONFIG_SYSROOT_DIR} "${CZIP_SYSROOT_DIR}")
set(ENV{PKG_CONFIG_ALLOW_SYSTEM_CFLAGS} 1)
set(ENV{PKG_CONFIG_ALLOW_SYSTEM_LIBS} 1)
