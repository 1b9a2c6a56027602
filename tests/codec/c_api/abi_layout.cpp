// Prints what a compiled program knows of czip.h: the layout of structs and the values of
// constants. tests/codec/c_api/abi.sh compares it.
#include <cstddef>
#include <cstdio>

#include "czip.h"

#define STRUCT(type) std::printf("struct " #type " %zu\n", sizeof(type))
#define FIELD(type, field) \
  std::printf("  " #field " %zu %zu\n", offsetof(type, field), sizeof(type::field))
#define VALUE(name) std::printf("value " #name " %d\n", static_cast<int>(name))

namespace {

void print_structs() {
  STRUCT(czip_in_buffer);
  FIELD(czip_in_buffer, src);
  FIELD(czip_in_buffer, size);
  FIELD(czip_in_buffer, pos);
  STRUCT(czip_out_buffer);
  FIELD(czip_out_buffer, dst);
  FIELD(czip_out_buffer, size);
  FIELD(czip_out_buffer, pos);
  STRUCT(czip_source);
  FIELD(czip_source, user);
  FIELD(czip_source, read_at);
  FIELD(czip_source, size);
  STRUCT(czip_info);
  FIELD(czip_info, struct_size);
  FIELD(czip_info, format);
  FIELD(czip_info, level);
  FIELD(czip_info, is_archive);
  FIELD(czip_info, needs_model);
  FIELD(czip_info, text_bytes);
  FIELD(czip_info, file_bytes);
  FIELD(czip_info, frames);
  FIELD(czip_info, blocks);
  FIELD(czip_info, model_hash);
  FIELD(czip_info, more_models);
  FIELD(czip_info, reserved);
}

void print_values() {
  VALUE(CZIP_OK);
  VALUE(CZIP_ERROR_INVALID_ARGUMENT);
  VALUE(CZIP_ERROR_IO);
  VALUE(CZIP_ERROR_OUT_OF_MEMORY);
  VALUE(CZIP_ERROR_CANCELLED);
  VALUE(CZIP_ERROR_OVER_LIMIT);
  VALUE(CZIP_ERROR_CORRUPT);
  VALUE(CZIP_ERROR_TRUNCATED);
  VALUE(CZIP_ERROR_UNSUPPORTED);
  VALUE(CZIP_ERROR_MODEL_MISMATCH);
  VALUE(CZIP_ERROR_INTERNAL);
  VALUE(CZIP_ERROR_DST_TOO_SMALL);
  VALUE(CZIP_LEVEL_DEFAULT);
  VALUE(CZIP_LEVEL_MIN);
  VALUE(CZIP_LEVEL_MAX);
  VALUE(CZIP_CONTINUE);
  VALUE(CZIP_FLUSH);
  VALUE(CZIP_END);
  VALUE(CZIP_RESET_STREAM);
  VALUE(CZIP_RESET_ALL);
  VALUE(CZIP_C_LEVEL);
  VALUE(CZIP_C_THREADS);
  VALUE(CZIP_C_BLOCK_BYTES);
  VALUE(CZIP_C_MEMORY_LIMIT);
  VALUE(CZIP_C_VERIFY);
  VALUE(CZIP_D_THREADS);
  VALUE(CZIP_D_MEMORY_LIMIT);
  VALUE(CZIP_D_MAX_OUTPUT);
}

}  // namespace

int main() {
  print_structs();
  print_values();
}
