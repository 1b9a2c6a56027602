#include "v1/options.hpp"

#include "cli/arguments.hpp"
#include "cli/session.hpp"
#include "models/model_file.hpp"

namespace czip::tool {

v1::EncodeOptions encode_options_v1(const Session& session) {
  const Arguments& arguments = session.arguments;
  v1::EncodeOptions options;
  options.level = arguments.level;
  options.outer = arguments.outer.value_or(v1::OuterCodec::brotli);
  options.model_path_hash = model_path_hash(arguments.model);
  options.threads = arguments.threads;
  options.memory_limit = session.memory_limit();
  options.simd = session.simd();
  options.dialect = arguments.dialect.value_or(v1::Dialect::rust);
  return options;
}

v1::DecodeOptions decode_options_v1(const Session& session) {
  v1::DecodeOptions options;
  options.dialect = session.arguments.dialect;
  options.threads = session.arguments.threads;
  options.memory_limit = session.memory_limit();
  options.simd = session.simd();
  return options;
}

}  // namespace czip::tool
