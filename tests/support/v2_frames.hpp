// Frames that no level makes: of blocks of any types and settings, however small, and compact
// frames of any kind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "support/bytes.hpp"
#include "v2/container/container.hpp"

namespace czip::test {

struct BlockRecipe {
  std::size_t text_bytes = 0;
  v2::BlockType type = v2::BlockType::coded;  // a block that coding makes no shorter is stored
  v2::BlockSettings settings{.profile = 0};   // of a coded block
  std::size_t pattern_bytes = 1;              // of a repeated block, coded or not
};

struct FullFrameRecipe {
  std::uint32_t block_bytes = 0;  // as the header says; 0: those of the largest block
  int level = 0;
  bool archive = false;
  bool announced = true;            // whether the header has the text's length
  std::vector<BlockRecipe> blocks;  // as long as the text together
};
[[nodiscard]] Bytes full_frame(const v2::Model& model, std::span<const std::uint8_t> text,
                               const FullFrameRecipe& recipe);

struct CompactFrameRecipe {
  bool archive = false;
  bool coded = true;      // else stored; also where coding makes the text no shorter
  bool may_short = true;  // whether a stored text of few bytes takes the short kind
  v2::BlockSettings settings{.profile = 0};
};
[[nodiscard]] Bytes compact_frame(const v2::Model& model, std::span<const std::uint8_t> text,
                                  const CompactFrameRecipe& recipe);

}  // namespace czip::test
