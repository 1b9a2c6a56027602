// czip-v2-coding.md, sections 6 and 7.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "functions.hpp"

namespace reference {

struct Contexts {
  std::array<std::uint64_t, 7> order{};
  std::array<std::uint64_t, kMaxLists> list{};
  std::uint64_t word = 0;
};

class History {
 public:
  void append(std::uint32_t rank, const std::string& bytes);
  [[nodiscard]] Contexts contexts() const;

  [[nodiscard]] const std::vector<std::uint32_t>& ranks() const { return ranks_; }
  [[nodiscard]] std::uint32_t recent(std::size_t k) const {
    return k <= ranks_.size() ? ranks_[ranks_.size() - k] : kNoRank;
  }
  [[nodiscard]] std::uint32_t last_byte() const { return last_byte_; }

 private:
  struct Placed {
    std::uint32_t column;
    std::uint32_t rank;
  };

  void append_byte(std::uint32_t c, std::uint32_t before);
  void end_line();
  [[nodiscard]] std::uint32_t previous_rank(std::size_t i) const {
    return i < previous_.size() ? previous_[i].rank : kNoRank;
  }

  std::vector<std::uint32_t> ranks_;
  std::uint32_t last_byte_ = 0;
  std::uint64_t word_ = 0, word_1_ = 0, word_2_ = 0;
  std::uint32_t column_ = 0;
  std::uint32_t indentation_ = 0;
  bool leading_ = true;
  std::uint64_t line_start_ = 0, previous_line_start_ = 0;
  std::vector<Placed> line_, previous_;
  std::vector<std::size_t> fields_, previous_fields_;
  std::size_t above_ = 0;
  std::uint64_t key_ = 0;
  std::size_t depth_ = 0;
  std::array<std::uint32_t, 32> closing_{};
  std::array<std::uint64_t, 32> bracket_{};
};

}  // namespace reference
