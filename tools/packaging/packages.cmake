# Debian's packages, by CPack: `cpack -G DEB` in a folder that the preset `package` built. README.md tells what is in each.
set(CZIP_PACKAGE_MAINTAINER "The czip authors <czip@packages.invalid>" CACHE STRING "Maintainer of Debian's packages")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_VENDOR czip)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # else the first line of all descriptions
set(CPACK_PACKAGE_CONTACT "${CZIP_PACKAGE_MAINTAINER}")
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_STRIP_FILES ON)
set(CPACK_THREADS 1)  # so that xz cuts nothing by the machine's number of processors
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
  WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/complete_packages.cmake)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(version "${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}")

# debian_package(COMPONENT NAME SECTION DESCRIPTION): the first line of a description is its summary.
function(debian_package component name section description)
  string(TOUPPER ${component} upper)
  foreach(variable NAME SECTION)
    string(TOLOWER ${variable} value)
    set(CPACK_DEBIAN_${upper}_PACKAGE_${variable} ${${value}} PARENT_SCOPE)
  endforeach()
  set(CPACK_COMPONENT_${upper}_DESCRIPTION "${description}" PARENT_SCOPE)
endfunction()

debian_package(command czip utils "lossless compression of text by a language model
czip compresses text with a neural predictor that computes in integers:
every machine gives the same files. A model of English, other languages,
source code and data is built in; czip train makes others.")
set(CPACK_DEBIAN_COMMAND_PACKAGE_SUGGESTS czip-models)

debian_package(models czip-models utils "models for czip
A small model for czip, and one for the format of compress.zip. czip
finds both by name: czip -m small, czip -m english-v1.")
set(CPACK_DEBIAN_MODELS_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_MODELS_PACKAGE_SHLIBDEPS OFF)
set(CPACK_DEBIAN_MODELS_PACKAGE_ENHANCES czip)

debian_package(library libczip${PROJECT_VERSION_MAJOR} libs "lossless compression of text, shared library
libczip reads and writes the files of czip, which compresses text with a
neural predictor that computes in integers. The model is built in.")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_LIST_DIR}/triggers)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")

debian_package(development libczip-dev libdevel "lossless compression of text, development files
Headers, static library, pkg-config and CMake packages of libczip, which
reads and writes the files of czip.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SHLIBDEPS OFF)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS "g++")  # for czip.hpp, and for whoever links the static library
# What pkg-config asks for, and what a program needs that is linked with the static library.
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libczip${PROJECT_VERSION_MAJOR} (= ${version}), libpcre2-dev, \
libzstd-dev, libbrotli-dev, libxxhash-dev")

debian_package(python python3-czip python "lossless compression of text, Python module
Reads and writes the files of czip from Python, which compresses text with
a neural predictor that computes in integers. The model is built in.")
if(CZIP_PYTHON)
  # The module is one for this version of Python alone.
  string(REPLACE . ";" CZIP_PYTHON_VERSION_PARTS ${CZIP_PYTHON_VERSION})
  list(GET CZIP_PYTHON_VERSION_PARTS 0 major)
  list(GET CZIP_PYTHON_VERSION_PARTS 1 minor)
  math(EXPR next "${minor} + 1")
  set(CPACK_DEBIAN_PYTHON_PACKAGE_DEPENDS "python3 (>= ${major}.${minor}), python3 (<< ${major}.${next})")
  set(CPACK_DEBIAN_PYTHON_PACKAGE_CONTROL_EXTRA
    ${CMAKE_CURRENT_LIST_DIR}/python/postinst ${CMAKE_CURRENT_LIST_DIR}/python/prerm)
endif()

# The packages are those of what this build installs.
get_cmake_property(used COMPONENTS)
foreach(component command models library development python)
  if(component IN_LIST used)
    list(APPEND CPACK_COMPONENTS_ALL ${component})
  endif()
endforeach()
include(CPack)
