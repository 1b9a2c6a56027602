#include "v2/options.hpp"

#include "cli/session.hpp"

namespace czip::tool {

v2::EncodeOptions encode_options_v2(const Session& session) {
  v2::EncodeOptions options;
  options.memory_limit = session.memory_limit();
  options.level = session.arguments.level.value_or(v2::kDefaultLevel);
  options.block_bytes = session.arguments.block_bytes;
  options.threads = session.arguments.threads;
  options.simd = session.simd();
  return options;
}

v2::DecodeOptions decode_options_v2(const Session& session) {
  v2::DecodeOptions options;
  options.memory_limit = session.memory_limit();
  options.threads = session.arguments.threads;
  options.simd = session.simd();
  return options;
}

}  // namespace czip::tool
