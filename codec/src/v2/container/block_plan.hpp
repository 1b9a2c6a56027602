// How a text is divided into blocks at a level, and how each is coded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/coding/block_settings.hpp"
#include "czip/codec/v2/model.hpp"

namespace czip::v2 {

// The level's settings with this model, with blocks of `block_bytes` instead of its own unless that
// is 0. Error: invalid_argument, for a level or a size that does not exist.
Result<LevelSettings> choose_settings(const Model& model, int level, std::uint32_t block_bytes);

// Of a block of that length, without a language model.
[[nodiscard]] BlockSettings block_settings(const Model& model, const LevelSettings& level,
                                           std::uint64_t text_bytes);
// With it, all that are tried, the one that takes most memory first. Empty: the model has none, or
// the level does not use it.
[[nodiscard]] std::vector<BlockSettings> language_model_settings(const Model& model,
                                                                 const LevelSettings& level,
                                                                 std::uint64_t text_bytes);

// Reads until `text` has `limit` bytes or the source ends.
Status fill(ByteSource& source, std::size_t limit, std::vector<std::uint8_t>& text);

}  // namespace czip::v2
