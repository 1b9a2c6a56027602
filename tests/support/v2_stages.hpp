// The stages of coding a block, token by token and decision by decision, as JSON:
// conformance/README.md says what the fields are. conformance/v2/stages.json is of these.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "czip/codec/v2/model.hpp"
#include "czip/engine/simd.hpp"
#include "support/bytes.hpp"

namespace czip::test {

using Json = nlohmann::ordered_json;

inline constexpr std::size_t kStageDecisions = 20;

// Of the tokens that have the first `decisions` decisions of `file`, a coded compact frame.
[[nodiscard]] Json stages_v2(const v2::Model& model, std::span<const std::uint8_t> file,
                             std::size_t decisions, SimdLevel simd);

// A line for each token, so that the file can be read.
[[nodiscard]] std::string to_text(const Json& vectors);

}  // namespace czip::test
