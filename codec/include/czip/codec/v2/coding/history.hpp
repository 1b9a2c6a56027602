// What precedes the next token of a stream, in the terms that prose, code, logs and tables need:
// recent tokens, words, lines, columns, fields, indentation, open brackets and keys.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "czip/codec/v2/coding/constants.hpp"

namespace czip::v2 {

class History {
 public:
  explicit History(std::size_t expected_tokens) { ranks_.reserve(expected_tokens); }

  // Appends a token, given by its rank in code order and its bytes.
  void append(std::uint32_t rank, std::string_view bytes);

  [[nodiscard]] std::size_t size() const { return ranks_.size(); }
  [[nodiscard]] std::uint32_t rank_at(std::size_t i) const { return ranks_[i]; }
  // The rank `back` tokens ago (1: the last one); kNoToken before the first.
  [[nodiscard]] std::uint32_t recent(std::size_t back) const {
    return back <= ranks_.size() ? ranks_[ranks_.size() - back] : kNoToken;
  }

  // The last eight bytes, the latest one lowest.
  [[nodiscard]] std::uint64_t last_bytes() const { return last_bytes_; }
  // Hash of the word so far (letters, digits, _ and bytes from 0x80; letters without case), 0
  // between words. past_word(i), i < 2: hash of the words before it, the latest first.
  [[nodiscard]] std::uint64_t word() const { return word_; }
  [[nodiscard]] std::uint64_t past_word(std::size_t i) const { return past_words_[i]; }

  [[nodiscard]] std::uint32_t indentation() const { return indentation_; }
  // Hash of the first token that is not white space, of this line and of the last line that was not
  // empty; 0: none.
  [[nodiscard]] std::uint64_t line_start() const { return line_start_; }
  [[nodiscard]] std::uint64_t previous_line_start() const { return previous_line_start_; }
  // The rank of the token in the line above that begins at or past this column (i = 0), or of the
  // one after it (i = 1); kNoToken: none.
  [[nodiscard]] std::uint32_t above(std::size_t i) const;
  // The number of the line's fields before this one; each of , ; | and tab ends a field.
  [[nodiscard]] std::uint32_t field() const {
    return static_cast<std::uint32_t>(field_starts_.size());
  }
  // The number of tokens of this field so far.
  [[nodiscard]] std::uint32_t field_offset() const;
  // The rank of the token at the same place in the same field of the line above; kNoToken: none.
  [[nodiscard]] std::uint32_t above_in_field() const;
  // Hash of the last of = : < > and the word before it.
  [[nodiscard]] std::uint64_t key() const { return key_; }
  // Hash of the innermost open bracket or quote and the token before it.
  [[nodiscard]] std::uint64_t bracket() const {
    return bracket_depth_ == 0 ? 0 : brackets_[(bracket_depth_ - 1) % brackets_.size()].hash;
  }

 private:
  struct PlacedToken {
    std::uint32_t column;
    std::uint32_t rank;
  };
  struct Bracket {
    std::uint8_t closing;
    std::uint64_t hash;
  };

  void append_byte(std::uint8_t byte, std::uint32_t rank_before);
  void end_line();

  std::vector<std::uint16_t> ranks_;
  std::uint64_t last_bytes_ = 0;
  std::uint64_t word_ = 0;
  std::array<std::uint64_t, 2> past_words_{};
  std::uint32_t column_ = 0;
  std::uint32_t indentation_ = 0;
  bool in_indentation_ = true;
  std::uint64_t line_start_ = 0;
  std::uint64_t previous_line_start_ = 0;
  std::vector<PlacedToken> line_;            // this line's tokens
  std::vector<PlacedToken> previous_line_;   // those of the last line that was not empty
  std::size_t above_ = 0;                    // index into previous_line_
  std::vector<std::uint32_t> field_starts_;  // index into line_ of each field but the first
  std::vector<std::uint32_t> previous_field_starts_;  // the same of previous_line_
  std::uint64_t key_ = 0;
  std::array<Bracket, kRememberedBrackets> brackets_{};  // a ring: the deepest ones
  std::size_t bracket_depth_ = 0;
};

}  // namespace czip::v2
