#include "czip/codec/v2/coding/history.hpp"

#include <algorithm>

#include "czip/codec/v2/coding/hash.hpp"

namespace czip::v2 {
namespace {

constexpr bool is_word_byte(std::uint8_t c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c >= 0x80 ||
         c == '_';
}

constexpr std::uint8_t lower(std::uint8_t c) {
  return c >= 'A' && c <= 'Z' ? static_cast<std::uint8_t>(c + ('a' - 'A')) : c;
}

// The byte that closes what `c` opens; 0: it opens nothing.
constexpr std::uint8_t closing_of(std::uint8_t c) {
  switch (c) {
    case '(':
      return ')';
    case '[':
      return ']';
    case '{':
      return '}';
    case '<':
      return '>';
    case '"':
      return '"';
    default:
      return 0;
  }
}

}  // namespace

void History::append(std::uint32_t rank, std::string_view bytes) {
  const std::uint32_t before = recent(1);
  line_.push_back({column_, rank});
  ranks_.push_back(static_cast<std::uint16_t>(rank));
  for (const char c : bytes) append_byte(static_cast<std::uint8_t>(c), before);
  if (line_start_ == 0 && !in_indentation_) line_start_ = extend_context(kLineStartSeed, rank);
  while (above_ < previous_line_.size() && previous_line_[above_].column < column_) ++above_;
  if (line_.size() >= kMaxLineTokens) end_line();
}

void History::append_byte(std::uint8_t c, std::uint32_t rank_before) {
  last_bytes_ = last_bytes_ << 8 | c;
  if (is_word_byte(c)) {
    word_ = hash_combine(word_, lower(c) + 1u);
  } else if (word_ != 0) {
    past_words_[1] = past_words_[0];
    past_words_[0] = word_;
    word_ = 0;
  }
  if (c == '\n') {
    end_line();
    return;
  }
  ++column_;
  if (in_indentation_ && (c == ' ' || c == '\t')) {
    indentation_ += c == '\t' ? kTabIndentation : 1;
  } else {
    in_indentation_ = false;
  }
  if (c == ',' || c == ';' || c == '|' || c == '\t') {
    field_starts_.push_back(static_cast<std::uint32_t>(line_.size()));
  }
  if (c == '=' || c == ':' || c == '<' || c == '>') key_ = hash_combine(past_words_[0], c);
  if (bracket_depth_ > 0 && brackets_[(bracket_depth_ - 1) % brackets_.size()].closing == c) {
    --bracket_depth_;
  } else if (const std::uint8_t closing = closing_of(c); closing != 0) {
    brackets_[bracket_depth_ % brackets_.size()] = {
        closing, hash_combine(extend_context(c, rank_before), kBracketTag)};
    ++bracket_depth_;
  }
}

void History::end_line() {
  if (line_.size() > 1 || column_ > 0) {
    std::swap(line_, previous_line_);
    std::swap(field_starts_, previous_field_starts_);
    previous_line_start_ = line_start_;
  }
  line_.clear();
  field_starts_.clear();
  above_ = 0;
  column_ = 0;
  indentation_ = 0;
  in_indentation_ = true;
  line_start_ = 0;
}

std::uint32_t History::above(std::size_t i) const {
  return above_ + i < previous_line_.size() ? previous_line_[above_ + i].rank : kNoToken;
}

std::uint32_t History::field_offset() const {
  const std::size_t start = field_starts_.empty() ? 0 : field_starts_.back();
  return static_cast<std::uint32_t>(line_.size() > start ? line_.size() - start : 0);
}

std::uint32_t History::above_in_field() const {
  const std::size_t fields = field_starts_.size();
  if (fields > previous_field_starts_.size()) return kNoToken;
  const std::size_t start = fields == 0 ? 0 : previous_field_starts_[fields - 1];
  const std::size_t at = start + field_offset();
  return at < previous_line_.size() ? previous_line_[at].rank : kNoToken;
}

}  // namespace czip::v2
