// Short texts, each coded by itself with a model that both sides have agreed on: messages, lines of
// a log, rows. A raw record has neither magic nor hash, and one byte around its payload in most
// cases. Format: conformance/czip-v2-records.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/model.hpp"
#include "czip/engine/simd.hpp"

namespace czip::v2 {

// The longest text of a record and of a context.
inline constexpr std::size_t kMaxRecordText = 987360;
inline constexpr std::size_t kMaxRecordContext = std::size_t{1} << 20;

// What both sides must agree on, besides the model and the context.
struct RecordOptions {
  // Its profile counts: levels 1 and 2 are alike, 3 to 5, and 6 to 9. Neither the model's network
  // nor its language model takes part.
  int level = kDefaultLevel;
  // These concern one side alone.
  SimdLevel simd = best_simd_level();
  std::size_t max_text = kMaxRecordText;  // a decoder refuses longer texts before it decodes them
};

// Codes records one after another; each alone, so that a record needs no other one to be decoded.
// It sets up its tables once and then undoes what each record changed. One call at a time may use
// it; for several threads, create one each.
class RecordCoder {
 public:
  // `context` is text that records resemble, or what stands before each of them; it is learned once
  // and counts as if it preceded every record. Errors: invalid_argument (no such level, a context
  // that is too long), out_of_memory, and those of the model's recurrent network.
  static Result<RecordCoder> create(const Model& model, const RecordOptions& options,
                                    std::span<const std::uint8_t> context = {});
  RecordCoder(RecordCoder&&) noexcept;
  RecordCoder& operator=(RecordCoder&&) noexcept;
  ~RecordCoder();

  // Replaces `record`, which is at most one byte longer than the text. An empty text is an empty
  // record. Errors: invalid_argument (more than kMaxRecordText bytes), out_of_memory.
  Status encode(std::span<const std::uint8_t> text, std::vector<std::uint8_t>& record);
  // Replaces `text`; after an error it is empty. A record does not show most kinds of damage:
  // another text comes out. Errors: corrupt, truncated, over_limit, out_of_memory.
  Status decode(std::span<const std::uint8_t> record, std::vector<std::uint8_t>& text);

 private:
  struct State;
  explicit RecordCoder(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace czip::v2
