// Decides how blocks are coded at a level, and codes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/memory_limit.hpp"
#include "czip/codec/io/pass_report.hpp"
#include "czip/codec/io/progress_sum.hpp"
#include "czip/codec/v2/block/block_coder.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/coding/block_settings.hpp"
#include "czip/codec/v2/model.hpp"
#include "v2/container/pass_progress.hpp"

namespace czip::v2 {

// What a block's place can say of how it was coded: a compact frame has no room for a filter.
enum class BlockPlaceKind : std::uint8_t { full_frame, compact_frame };

class BlockEncoder {
 public:
  BlockEncoder(const Model& model, const LevelSettings& level, bool verify)
      : model_(&model), level_(level), verify_(verify) {}

  struct Block {
    BlockSettings settings;
    CodedBlock coded;
  };

  // nullopt: incompressible; store it. Counts all of `text` in the end.
  Result<std::optional<Block>> encode(BlockCoder& coder, std::span<const std::uint8_t> text,
                                      BlockPlaceKind place, ProgressSum& progress) const;
  // The same, of text that does not count.
  Result<std::optional<Block>> encode(BlockCoder& coder, std::span<const std::uint8_t> text) const;

  [[nodiscard]] const Model& model() const { return *model_; }
  // What coding a block of that length takes. Errors: those of coding_memory.
  [[nodiscard]] Result<MemoryNeed> memory(SimdLevel simd, std::uint64_t text_bytes) const;

 private:
  Result<std::optional<Block>> encode(BlockCoder& coder, std::span<const std::uint8_t> text,
                                      BlockPlaceKind place, PassProgress& progress) const;
  Result<bool> language_model_may_help(BlockCoder& coder, std::span<const std::uint8_t> text,
                                       std::size_t least) const;
  [[nodiscard]] BlockSettings settings_for(std::uint64_t text_bytes) const;
  Result<bool> looks_random(BlockCoder& coder, std::span<const std::uint8_t> text) const;
  struct Trial {
    BlockSettings settings;
    Segmentation segmentation = Segmentation::tokenizer;
  };
  Result<std::vector<Trial>> trials(BlockCoder& coder, std::span<const std::uint8_t> text,
                                    BlockPlaceKind place) const;
  struct Tokens {
    bool are_short = false;  // of few bytes, as in base64, numbers and programs
    std::vector<Segmentation> to_try{Segmentation::tokenizer};
  };
  Result<Tokens> tokens_of(BlockCoder& coder, std::span<const std::uint8_t> text) const;
  [[nodiscard]] std::vector<BlockSettings> settings_to_try(std::span<const std::uint8_t> text,
                                                           BlockPlaceKind place,
                                                           bool tokens_are_short) const;
  Status verify(BlockCoder& coder, const Block& block, std::span<const std::uint8_t> text,
                const PassReport& report) const;

  const Model* model_;
  LevelSettings level_;
  bool verify_;
};

}  // namespace czip::v2
