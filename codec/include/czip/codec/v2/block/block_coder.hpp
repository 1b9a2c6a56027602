// Codes a block of text to a payload, and back, independently of every other block.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/io/pass_report.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/coding/block_settings.hpp"
#include "czip/codec/v2/model.hpp"
#include "czip/engine/simd.hpp"
#include "czip/tokenizer/token_id.hpp"

namespace czip::v2 {

class LlmBlockCoder;

struct CodedBlock {
  std::vector<std::uint8_t> payload;
  std::uint32_t final_range = 0;  // the range coder's after the last decision
};

// Stands for the final range where a file does not have one; it is then not checked. No coder ends
// in it.
inline constexpr std::uint32_t kUnknownRange = 0;

// How an encoder divides a text into tokens; a decoder takes any. `bytes`: each byte is one, which
// suits what has few words: base64, programs.
enum class Segmentation : std::uint8_t { tokenizer, bytes };

// Codes blocks one after another and keeps their memory, at most some 150 MB for the largest blocks
// and in proportion to the text for small ones, until it is destroyed. Every block is coded
// independently of the others: the results are those of encode_block and decode_block.
class BlockCoder {
 public:
  // Coders that share a `language_model` use it by turns. Null: one of its own, on one thread.
  explicit BlockCoder(SimdLevel simd, std::shared_ptr<LlmBlockCoder> language_model = nullptr);
  BlockCoder(BlockCoder&&) noexcept;
  BlockCoder& operator=(BlockCoder&&) noexcept;
  ~BlockCoder();

  [[nodiscard]] SimdLevel simd() const;

  // The payload is the same at every SIMD level. Errors: unsupported (settings that do not suit the
  // model), out_of_memory, and those of the model's network and of `report`.
  Result<CodedBlock> encode(const Model& model, const BlockSettings& settings,
                            std::span<const std::uint8_t> text, const PassReport& report = {},
                            Segmentation segmentation = Segmentation::tokenizer);

  // Decodes exactly `text.size()` bytes, and gives their tokens unless `tokens` is null. Checks
  // that the coder ends in `final_range`, unless that is kUnknownRange, and that it used the whole
  // payload. Errors: those of encode, corrupt, truncated.
  Status decode(const Model& model, const BlockSettings& settings,
                std::span<const std::uint8_t> payload, std::uint32_t final_range,
                std::span<std::uint8_t> text, const PassReport& report = {},
                std::vector<TokenId>* tokens = nullptr);

 private:
  struct Memory;
  std::unique_ptr<Memory> memory_;
};

// Code one block with a BlockCoder made for the call.
Result<CodedBlock> encode_block(const Model& model, const BlockSettings& settings, SimdLevel simd,
                                std::span<const std::uint8_t> text);
Status decode_block(const Model& model, const BlockSettings& settings, SimdLevel simd,
                    std::span<const std::uint8_t> payload, std::uint32_t final_range,
                    std::span<std::uint8_t> text);

}  // namespace czip::v2
