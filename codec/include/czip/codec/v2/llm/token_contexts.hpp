// What followed each context of the last tokens, in this block.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "czip/codec/v2/llm/constants.hpp"
#include "czip/codec/v2/llm/llm_stream.hpp"

namespace czip::v2 {

// Tokens that followed a context, the latest first.
struct Successors {
  std::uint32_t check = 0;                              // the context's; 0: none
  std::array<std::uint32_t, kLlmSuccessors> entries{};  // token << 8 | count; 0: none

  [[nodiscard]] std::uint32_t token(std::size_t i) const { return entries[i] >> 8; }
  [[nodiscard]] std::uint32_t count(std::size_t i) const { return entries[i] & 0xff; }
  void add(std::uint32_t token);
};

class TokenContexts {
 public:
  // May throw std::bad_alloc.
  void reset(std::uint64_t text_bytes);
  static std::uint64_t bytes(std::uint64_t text_bytes);

  // Looks up the contexts of the stream's next token.
  void begin_token(const LlmStream& stream);
  // Learns it.
  void end_token(std::uint32_t token);

  // Of kLlmOrders[order]: what followed it before; null where it is new.
  [[nodiscard]] const Successors* find(std::size_t order) const {
    const Successors& found = table_[places_[order]];
    return found.check == checks_[order] && found.entries[0] != 0 ? &found : nullptr;
  }

 private:
  std::vector<Successors> table_;
  std::uint32_t table_log2_ = 0;
  std::array<std::size_t, kLlmOrders.size()> places_{};
  std::array<std::uint32_t, kLlmOrders.size()> checks_{};
};

// 1, 2, 3-4, more as 0 to 3.
[[nodiscard]] constexpr std::uint32_t count_class(std::uint32_t count) {
  return count <= 2 ? count - 1 : count <= 4 ? 2 : 3;
}
static_assert(count_class(kLlmMaxCount) + 1 == kLlmCountClasses);

// What the context says of a token: below kLlmContextStands.
[[nodiscard]] std::uint32_t context_stand(const Successors* successors, std::uint32_t token);

}  // namespace czip::v2
