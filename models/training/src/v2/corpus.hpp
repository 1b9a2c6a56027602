// The documents to train on, by source, and which of them the prior does not see.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/tokenizer/v2/tokenizer.hpp"
#include "v2/mixer/mixer_text.hpp"

namespace czip::v2 {

// One document of a source in so many is held out, the last of each such group.
inline constexpr std::size_t kHeldOut = 24;

[[nodiscard]] constexpr bool is_held_out(std::size_t document) {
  return document % kHeldOut == kHeldOut - 1;
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

// Some `bytes` of each source's documents held out, joined to texts of many lengths, in random
// order, the same each time. `ranks` are the tokens'. Errors: invalid_argument if no source has
// enough documents, out_of_memory.
Result<std::vector<MixerText>> held_out_texts(std::span<const Source> sources,
                                              const Tokenizer& tokenizer,
                                              std::span<const std::uint16_t> ranks,
                                              std::uint64_t bytes);

}  // namespace czip::v2
