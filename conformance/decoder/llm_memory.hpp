// czip-v2-llm-coding.md, section 2: what a block with a language model remembers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "llm_network.hpp"

namespace reference::llm {

constexpr std::size_t kRecentTokens = 6;
constexpr std::array<std::size_t, 5> kContextOrders{1, 2, 3, 4, 6};

struct TextStream {
  std::array<std::uint64_t, kRecentTokens> recent{};  // the latest first; id + 1, or 0
  std::size_t first = 0;                              // position of its first token, from Q on
  std::size_t tokens = 0;                             // so far
  std::size_t followed = 0;                           // m
  std::size_t length = 0;                             // of what precedes m and is the same here
  std::size_t hits = 0;                               // F
  LanguageStream network;

  [[nodiscard]] std::size_t position() const { return first + tokens; }
  void append(std::size_t token);
};

struct TokenCount {
  std::size_t token;
  std::size_t count;
};

class TokenContexts {
 public:
  explicit TokenContexts(int b);  // 2^b entries

  using Successors = std::vector<TokenCount>;  // the latest first
  void begin_token(const TextStream& stream);
  // Of the contexts, in the order of kContextOrders.
  [[nodiscard]] const std::array<std::uint64_t, kContextOrders.size()>& hashes() const {
    return hashes_;
  }
  // Of the context of kContextOrders[i]; nothing if it is not known.
  [[nodiscard]] const Successors& successors(std::size_t i) const;
  void learn(std::size_t token);

 private:
  struct Entry {
    std::uint32_t check = 0;  // none: that of a context is odd
    Successors successors;
  };
  struct Place {
    std::size_t index = 0;
    std::uint32_t check = 0;
  };
  int bits_;
  std::vector<Entry> table_;
  std::array<std::uint64_t, kContextOrders.size()> hashes_{};
  std::array<Place, kContextOrders.size()> places_;
};

class TokenMatch {
 public:
  explicit TokenMatch(int b);  // as of the contexts

  void begin_token(TextStream& stream);
  // Nothing, or the token that the stream expects.
  [[nodiscard]] std::optional<std::size_t> expected() const { return expected_; }
  // Of what the stream follows, 0 if it expects nothing.
  [[nodiscard]] std::size_t length() const { return length_; }
  // Before the stream has the token.
  void end_token(TextStream& stream, std::size_t token);

 private:
  [[nodiscard]] std::optional<std::size_t> at(std::size_t position) const;
  [[nodiscard]] std::size_t common_length(const TextStream& stream, std::size_t position) const;

  int bits_;
  std::vector<std::size_t> table_;
  std::vector<std::optional<std::size_t>> known_;  // by position
  std::optional<std::size_t> expected_;
  std::size_t length_ = 0;
};

}  // namespace reference::llm
