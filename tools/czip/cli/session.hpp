// What the commands share: arguments, console and the settings that follow from both.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "cli/console.hpp"
#include "cli/progress.hpp"
#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v1/model.hpp"
#include "czip/codec/v2/codec.hpp"
#include "io/file_io.hpp"

namespace czip::tool {

struct Session {
  Arguments arguments;
  Console console;

  [[nodiscard]] SimdLevel simd() const { return arguments.simd.value_or(best_simd_level()); }
  [[nodiscard]] v1::EncodeOptions encode_options() const;
  [[nodiscard]] v1::DecodeOptions decode_options() const;
  [[nodiscard]] v2::EncodeOptions encode_options_v2() const;
  [[nodiscard]] v2::DecodeOptions decode_options_v2() const;
  [[nodiscard]] bool wants_progress() const { return arguments.progress && !arguments.quiet; }
};

// The SIMD level that CZIP_SIMD asks for, unless --simd did; an error where this machine lacks it.
Status choose_simd_level(Arguments& arguments);

// Runs `handle` on every input, -r included, and reports what fails; the worst status.
ExitStatus for_each_input(Session& session, const std::vector<std::string>& names,
                          const std::function<Status(Input&)>& handle);

ExitStatus run_compress(Session& session);
ExitStatus run_decompress(Session& session);  // also test
ExitStatus run_list(Session& session);
ExitStatus run_verify(Session& session);
ExitStatus run_selftest(Session& session);
ExitStatus run_bench(Session& session);
ExitStatus run_train(Session& session);

}  // namespace czip::tool
