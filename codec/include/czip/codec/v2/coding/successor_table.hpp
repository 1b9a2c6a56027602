// For each context seen in this block, the last few tokens that followed it: a hash table of short
// lists, most recent first, with saturating counts. It plays the part of the bit-history
// states of paq8's indirect contexts (Mahoney), with tokens in place of bits.
#pragma once

#include <array>
#include <cstdint>

#include "czip/codec/v2/coding/constants.hpp"
#include "czip/codec/v2/coding/hash.hpp"
#include "czip/codec/v2/coding/undo_log.hpp"
#include "czip/codec/v2/coding/zeroed_array.hpp"
#include "czip/engine/v2/successor_kernels.hpp"

namespace czip::v2 {

class SuccessorTable {
 public:
  SuccessorTable() = default;
  explicit SuccessorTable(std::uint32_t size_log2) { reset(size_log2); }

  // Makes it 2^size_log2 empty lists.
  void reset(std::uint32_t size_log2) {
    lists_.reset(std::size_t{1} << size_log2);
    size_log2_ = size_log2;
  }

  void prefetch(std::uint64_t hash) const { __builtin_prefetch(&lists_[line_of(hash)], 1); }

  void save(UndoLog& log) { log.save(lists_.data(), lists_.size()); }
  // The line in which find() looks.
  [[nodiscard]] SuccessorList* line(std::uint64_t hash) { return &lists_[line_of(hash)]; }
  // The index of a context's list. A context without one gets the list of its line that was seen
  // least often, emptied.
  std::uint32_t find(std::uint64_t hash);
  [[nodiscard]] SuccessorList* lists() { return lists_.data(); }

 private:
  [[nodiscard]] std::size_t line_of(std::uint64_t hash) const {
    return static_cast<std::size_t>(place_of(hash, size_log2_)) & ~(kListsPerLine - 1);
  }

  ZeroedArray<SuccessorList> lists_;
  std::uint32_t size_log2_ = 0;
};

}  // namespace czip::v2
