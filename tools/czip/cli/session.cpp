#include "cli/session.hpp"

#include <cstdlib>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "czip/engine/simd.hpp"
#include "io/targets.hpp"
#include "models/model_file.hpp"

namespace czip::tool {

v1::EncodeOptions Session::encode_options() const {
  v1::EncodeOptions options;
  options.level = arguments.level;
  options.outer = arguments.outer.value_or(v1::OuterCodec::brotli);
  options.model_path_hash = model_path_hash(arguments.model);
  options.threads = arguments.threads;
  options.simd = simd();
  options.dialect = arguments.dialect.value_or(v1::Dialect::rust);
  return options;
}

v1::DecodeOptions Session::decode_options() const {
  v1::DecodeOptions options;
  options.dialect = arguments.dialect;
  options.threads = arguments.threads;
  options.simd = simd();
  return options;
}

v2::EncodeOptions Session::encode_options_v2() const {
  v2::EncodeOptions options;
  options.level = arguments.level.value_or(v2::kDefaultLevel);
  options.threads = arguments.threads;
  options.simd = simd();
  return options;
}

v2::DecodeOptions Session::decode_options_v2() const {
  v2::DecodeOptions options;
  options.threads = arguments.threads;
  options.simd = simd();
  return options;
}

Status choose_simd_level(Arguments& arguments) {
  const char* const wanted = std::getenv("CZIP_SIMD");
  if (!arguments.simd && wanted != nullptr && *wanted != '\0') {
    arguments.simd = parse_simd_level(wanted);
    if (!arguments.simd)
      return fail(ErrorCode::invalid_argument, "CZIP_SIMD names no SIMD level: '" +
                                                   std::string(wanted) + "'; see czip --version");
  }
  if (!arguments.simd) return {};
  for (const SimdLevel level : supported_simd_levels())
    if (level == *arguments.simd) return {};
  return fail(ErrorCode::invalid_argument, "this machine has no " +
                                               std::string(simd_level_name(*arguments.simd)) +
                                               "; czip --version lists what it has");
}

ExitStatus for_each_input(Session& session, const std::vector<std::string>& names,
                          const std::function<Status(Input&)>& handle) {
  ExitStatus status = ExitStatus::ok;
  for (const std::string& name : names) {
    auto input = open_input(name, input_rules(session.arguments));
    const std::string_view label = name == "-" ? "standard input" : std::string_view(name);
    if (!input) {
      status = worst(status, session.console.error(label, input.error()));
    } else if (const auto handled = handle(*input); !handled) {
      status = worst(status, session.console.error(label, handled.error()));
    }
  }
  return status;
}

}  // namespace czip::tool
