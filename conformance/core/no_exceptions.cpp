// For C++ libraries without exceptions: what is thrown, such as memory that runs out, ends the
// program.
#include <cstddef>
#include <cstdio>
#include <cstdlib>

extern "C" {

void* __cxa_allocate_exception(std::size_t) {
  std::fputs("czip_core_selftest: an exception, which this build cannot handle\n", stderr);
  std::abort();
}

void __cxa_throw(void*, void*, void (*)(void*)) { std::abort(); }
}
