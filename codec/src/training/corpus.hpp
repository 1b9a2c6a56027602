// The documents to train on, by source, and which of them the prior does not see.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/tokenizer/byte_tokenizer.hpp"
#include "training/mixer_text.hpp"

namespace czip::v2 {

// One document of a source in so many is held back, the last of each such group.
inline constexpr std::size_t kHeldBack = 24;

[[nodiscard]] constexpr bool is_held_back(std::size_t document) {
  return document % kHeldBack == kHeldBack - 1;
}

struct Source {
  struct Document {
    std::size_t begin;
    std::size_t size;
  };
  std::vector<std::uint8_t> text;
  std::vector<Document> documents;

  [[nodiscard]] std::span<const std::uint8_t> document(std::size_t d) const {
    return std::span(text).subspan(documents[d].begin, documents[d].size);
  }
};

// Some `bytes` of each source's documents held back, joined to texts of many lengths, in random
// order, the same each time. `ranks` are the tokens'. Errors: invalid_argument if no source has
// enough documents, out_of_memory.
Result<std::vector<MixerText>> held_back_texts(std::span<const Source> sources,
                                               const ByteTokenizer& tokenizer,
                                               std::span<const std::uint16_t> ranks,
                                               std::uint64_t bytes);

}  // namespace czip::v2
