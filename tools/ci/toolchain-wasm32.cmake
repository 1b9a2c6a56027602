# WebAssembly with WASI, which node runs (conformance/core/wasi.mjs): Debian's clang-19 with its wasm32 libraries. They
# have neither threads nor exceptions: what would be thrown, such as memory that runs out, ends the program
# (conformance/core/no_exceptions.cpp).
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR wasm32)
set(CMAKE_CXX_COMPILER clang++-19)
set(CMAKE_CXX_COMPILER_TARGET wasm32-wasi)
set(CMAKE_EXE_LINKER_FLAGS_INIT "-Wl,-z,stack-size=1048576")
