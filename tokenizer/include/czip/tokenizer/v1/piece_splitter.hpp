// Splits text by a pattern (pat_str) into the pieces within which a v1 tokenizer of that pattern
// merges. Training such a tokenizer counts these pieces.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "czip/base/error.hpp"

namespace czip::v1 {

class Pattern;

// Immutable once made; may be shared by threads.
class PieceSplitter {
 public:
  // Errors: those of a pat_str in Tokenizer::from_json.
  static Result<PieceSplitter> create(std::string_view pattern);

  PieceSplitter(PieceSplitter&&) noexcept;
  PieceSplitter& operator=(PieceSplitter&&) noexcept;
  ~PieceSplitter();

  // Calls `use` with each piece of `text`, in order. Special tokens are text like any other. Bytes
  // that are not UTF-8 end a piece and belong to none. Errors: those of `use`, and `unsupported`
  // where the pattern needs more steps than its budget.
  [[nodiscard]] Status for_each_piece(std::span<const std::uint8_t> text,
                                      const std::function<Status(std::string_view)>& use) const;

 private:
  explicit PieceSplitter(std::unique_ptr<const Pattern> pattern);
  std::unique_ptr<const Pattern> pattern_;
};

}  // namespace czip::v1
