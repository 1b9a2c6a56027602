// The texts that models are trained on, by source. The trainers of both formats take one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "czip/base/error.hpp"

namespace czip {

class Corpus {
 public:
  // In each source, the last of each group of so many documents is held out. Only the tokenizer and
  // the mixer of a czip-model-v2 learn from it; progress is measured on it.
  static constexpr std::size_t kHeldOutPeriod = 24;
  [[nodiscard]] static constexpr bool is_held_out(std::size_t document) {
    return document % kHeldOutPeriod == kHeldOutPeriod - 1;
  }

  // A body of text of one kind.
  class Source {
   public:
    // All documents, one after another.
    [[nodiscard]] std::span<const std::uint8_t> text() const { return text_; }
    [[nodiscard]] std::size_t documents() const { return begins_.size(); }
    [[nodiscard]] std::span<const std::uint8_t> document(std::size_t d) const {
      const std::size_t end = d + 1 < begins_.size() ? begins_[d + 1] : text_.size();
      return text().subspan(begins_[d], end - begins_[d]);
    }

   private:
    friend class Corpus;
    std::vector<std::uint8_t> text_;
    std::vector<std::size_t> begins_;  // of the documents in text_
  };

  // Later documents belong to a new source. czip-model-v2's tokenizer and mixer learn from each
  // source alike, whatever its size; czip-model-v1 learns from all documents alike.
  void begin_source() { sources_.emplace_back(); }

  // Copies a document into the current source; an empty one is ignored. Error: out_of_memory.
  Status add_document(std::span<const std::uint8_t> text);

  [[nodiscard]] std::span<const Source> sources() const { return sources_; }

  // Calls `visit` with each document, in order, and whether it is held out; stops at its first
  // error and returns it.
  Status for_each_document(
      const std::function<Status(std::span<const std::uint8_t> text, bool held_out)>& visit) const;

 private:
  std::vector<Source> sources_;
};

}  // namespace czip
