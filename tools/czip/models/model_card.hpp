// What a model is, for people and as JSON.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "czip/base/error.hpp"

namespace czip::tool {

// Metadata of an imported model, beside those of every model.
inline constexpr std::string_view kKindKey = "kind";  // chat or base
inline constexpr std::string_view kSourceFileKey = "source_file";
inline constexpr std::string_view kSourceHashKey = "source_hash";

// The card of a model file, as an object of JSON: name, description, licence, training data, hash,
// tokenizer, networks, sizes, source. `path` is its name for people. The file is loaded, so all of
// it has been checked but a network's weights. Errors: those of loading.
Result<nlohmann::ordered_json> model_card(const std::string& path,
                                          std::span<const std::uint8_t> file);

// A card as lines of text.
[[nodiscard]] std::string card_text(const nlohmann::ordered_json& card);

}  // namespace czip::tool
