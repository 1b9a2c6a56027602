// A text to score: an input, or what a compressed input decodes to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/session.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/io/trailing_data.hpp"
#include "io/input.hpp"
#include "scoring/models.hpp"

namespace czip::tool {

struct Subject {
  Input* input = nullptr;
  std::string name;
  std::vector<std::uint8_t> text;
  bool is_v2_file = false;                       // CZIPv2: blocks can be scored as they are coded
  std::optional<std::uint32_t> v1_context_log2;  // of a CZIPv1 file
  TrailingData trailing;                         // of a compressed file
};

// Reads the input, and decodes it if it is compressed, also as text that nothing precedes. The text
// is held in memory, within --max-output and the memory limit. Errors: those of reading and
// decoding, over_limit.
Result<Subject> read_subject(const Session& session, std::vector<ScoringModel>& models,
                             Input& input);

}  // namespace czip::tool
