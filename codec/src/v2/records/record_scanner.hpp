// Finds the ends of records in a text that comes in pieces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "czip/codec/v2/record_file.hpp"

namespace czip::v2 {

class RecordScanner {
 public:
  // `quoted`: the text begins between quotes.
  explicit RecordScanner(RecordSeparation separation, bool quoted = false)
      : separation_(separation), quoted_(quoted) {}

  // Takes the text up to and with the next separator; its bytes. nullopt: there is none, and all of
  // the text is taken.
  std::optional<std::size_t> find_end(std::span<const std::uint8_t> text);
  // Whether what was taken ends between quotes.
  [[nodiscard]] bool quoted() const { return quoted_; }

 private:
  RecordSeparation separation_;
  bool quoted_;
};

[[nodiscard]] std::uint8_t separator_byte(RecordSeparation separation);

}  // namespace czip::v2
