// What a model is, for people and as JSON.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "czip/base/error.hpp"

namespace czip::tool {

// The card of a model file, as an object of JSON: name, description, licence, training data, hash,
// tokenizer, network, sizes. `path` is its name for people. The file is loaded, so all of it has
// been checked but a network's weights. Errors: those of loading.
Result<nlohmann::ordered_json> model_card(const std::string& path,
                                          std::span<const std::uint8_t> file);

// A card as lines of text.
[[nodiscard]] std::string card_text(const nlohmann::ordered_json& card);

}  // namespace czip::tool
