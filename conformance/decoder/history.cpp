#include "history.hpp"

namespace reference {
namespace {

bool is_upper(std::uint32_t c) { return c >= 'A' && c <= 'Z'; }

bool is_word(std::uint32_t c) {
  return (c >= '0' && c <= '9') || is_upper(c) || (c >= 'a' && c <= 'z') || c == '_' || c >= 0x80;
}

}  // namespace

void History::append(std::uint32_t rank, const std::string& bytes) {
  const std::uint32_t before = recent(1);
  line_.push_back({column_, rank});
  ranks_.push_back(rank);
  for (const char c : bytes) append_byte(static_cast<unsigned char>(c), before);
  if (line_start_ == 0 && !leading_) line_start_ = hash(1, rank + 1);
  while (above_ < previous_.size() && previous_[above_].column < column_) ++above_;
  if (line_.size() >= kMaxLineTokens) end_line();
}

void History::append_byte(std::uint32_t c, std::uint32_t before) {
  last_byte_ = c;
  if (is_word(c)) {
    word_ = hash(word_, (is_upper(c) ? c + 32 : c) + 1);
  } else if (word_ != 0) {
    word_2_ = word_1_;
    word_1_ = word_;
    word_ = 0;
  }
  if (c == '\n') {
    end_line();
    return;
  }
  ++column_;
  if (leading_ && (c == ' ' || c == '\t'))
    indentation_ += c == ' ' ? 1 : 8;
  else
    leading_ = false;
  if (c == ',' || c == ';' || c == '|' || c == '\t') fields_.push_back(line_.size());
  if (c == '=' || c == ':' || c == '<' || c == '>') key_ = hash(word_1_, c);
  static const std::string opening = "([{<\"", closing = ")]}>\"";
  const std::size_t kind = opening.find(static_cast<char>(c));
  if (depth_ > 0 && closing_[(depth_ - 1) % 32] == c) {
    --depth_;
  } else if (kind != std::string::npos) {
    closing_[depth_ % 32] = static_cast<unsigned char>(closing[kind]);
    bracket_[depth_ % 32] = hash(hash(c, before + 1), 7);
    ++depth_;
  }
}

void History::end_line() {
  if (line_.size() > 1 || column_ > 0) {
    previous_ = line_;
    previous_fields_ = fields_;
    previous_line_start_ = line_start_;
  }
  line_.clear();
  fields_.clear();
  above_ = 0;
  column_ = 0;
  indentation_ = 0;
  line_start_ = 0;
  leading_ = true;
}

Contexts History::contexts() const {
  Contexts contexts;
  std::array<std::uint64_t, 7>& order = contexts.order;
  for (std::size_t k = 1; k <= 6; ++k) order[k] = hash(order[k - 1], recent(k) + 1);
  const std::uint64_t t1 = recent(1), t2 = recent(2), t3 = recent(3);
  contexts.word = hash(word_, word_ == 0 ? t1 : 0);

  const std::uint64_t above0 = previous_rank(above_), above1 = previous_rank(above_ + 1);
  const std::uint64_t bracket = depth_ == 0 ? 0 : bracket_[(depth_ - 1) % 32];
  const std::uint64_t field = fields_.size();
  const std::size_t field_start = fields_.empty() ? 0 : fields_.back();
  const std::size_t field_offset = line_.size() > field_start ? line_.size() - field_start : 0;
  std::uint64_t above_in_field = kNoRank;
  if (field <= previous_fields_.size()) {
    const std::size_t start =
        field == 0 ? 0 : previous_fields_[static_cast<std::size_t>(field) - 1];
    above_in_field = previous_rank(start + field_offset);
  }

  const std::array<std::array<std::uint64_t, 3>, kMaxLists> made_of{{
      {order[1]},
      {order[2]},
      {order[3]},
      {order[4]},
      {order[6]},
      {word_, word_1_},
      {line_start_, t1},
      {above0, t1, above1},
      {t2 + 1, t3 + 1},
      {t1 + 1, t3 + 1},
      {word_, word_1_, word_2_},
      {word_, word_2_},
      {key_, t1},
      {bracket, t1},
      {above_in_field, field_offset, field},
      {indentation_, previous_line_start_, t1},
  }};
  for (std::size_t i = 0; i < made_of.size(); ++i) {
    const auto& [a, b, c] = made_of[i];
    contexts.list[i] = hash(hash(hash(a, b), c), i + 1);
  }
  return contexts;
}

}  // namespace reference
