#include "czip/codec/default_model.hpp"

#ifdef CZIP_DEFAULT_MODEL_FILE
// The assembler puts the file into the program as it is: a byte array in C++ would take minutes and
// gigabytes to compile.
// clang-format off
asm(".pushsection .rodata\n"
    ".balign 64\n"
    ".hidden czip_default_model_begin\n"
    ".globl czip_default_model_begin\n"
    "czip_default_model_begin:\n"
    ".incbin \"" CZIP_DEFAULT_MODEL_FILE "\"\n"
    ".hidden czip_default_model_end\n"
    ".globl czip_default_model_end\n"
    "czip_default_model_end:\n"
    ".byte 0\n"
    ".balign 64\n"
    ".popsection\n");
// clang-format on

extern "C" {
[[gnu::visibility("hidden")]] extern const std::uint8_t czip_default_model_begin[];
[[gnu::visibility("hidden")]] extern const std::uint8_t czip_default_model_end[];
}

namespace czip {

std::span<const std::uint8_t> default_model() {
  return {czip_default_model_begin, czip_default_model_end};
}

}  // namespace czip
#else
namespace czip {

std::span<const std::uint8_t> default_model() { return {}; }

}  // namespace czip
#endif
