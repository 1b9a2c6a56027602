// Finds where the text before the next token was before, in any stream of the block, and expects
// what followed there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "czip/codec/v2/llm/constants.hpp"
#include "czip/codec/v2/llm/llm_stream.hpp"

namespace czip::v2 {

class TokenMatch {
 public:
  // May throw std::bad_alloc.
  void reset(std::uint64_t text_bytes);
  static std::uint64_t bytes(std::uint64_t text_bytes);

  // Notes the place of the stream's next token.
  void note(const LlmStream& stream);
  // The token that the match of the stream expects next, or kNoLlmToken.
  std::uint32_t begin_token(LlmStream& stream, const KnownTokens& known);
  // The stream, with its new token.
  void end_token(LlmStream& stream, std::uint32_t token, std::uint32_t expected);

 private:
  [[nodiscard]] std::size_t place(const LlmStream& stream) const;
  std::vector<std::uint32_t> table_;  // position of what followed; 0: none
  std::uint32_t table_log2_ = 0;
};

}  // namespace czip::v2
