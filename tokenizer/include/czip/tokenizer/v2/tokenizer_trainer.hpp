// Learns the tokens of a v2 tokenizer from text: byte-pair training (bpe/trainer.hpp) on the pieces
// of the v2 rules (v2/tokenizer.hpp).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/tokenizer/bpe/trainer.hpp"

namespace czip::v2 {

class TokenizerTrainer {
 public:
  // Counts the pieces of `text`; no piece continues in the next call's text. Error: out_of_memory.
  [[nodiscard]] Status add(std::span<const std::uint8_t> text);

  // `vocabulary_size` tokens, ready for Tokenizer::create. Errors: those of bpe::Trainer::train,
  // and invalid_argument for more than Tokenizer::kMaxTokens.
  [[nodiscard]] Result<std::vector<std::string>> train(std::uint32_t vocabulary_size,
                                                       const bpe::TrainerReport& report = {}) const;

  // At most Tokenizer::kMaxTokens, fewer where the text does not suffice.
  [[nodiscard]] Result<std::vector<std::string>> train_at_most(
      std::uint32_t vocabulary_size, const bpe::TrainerReport& report = {}) const;

 private:
  bpe::Trainer pairs_;
};

}  // namespace czip::v2
