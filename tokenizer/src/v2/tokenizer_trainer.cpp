#include "czip/tokenizer/v2/tokenizer_trainer.hpp"

#include <algorithm>
#include <string_view>

#include "czip/tokenizer/v2/tokenizer.hpp"
#include "v2/byte_splitter.hpp"

namespace czip::v2 {

// This keeps every merged token within the limit.
static_assert(kMaxPieceBytes <= Tokenizer::kMaxTokenBytes);

Status TokenizerTrainer::add(std::span<const std::uint8_t> text) {
  const std::string_view chars(reinterpret_cast<const char*>(text.data()), text.size());
  for (std::size_t begin = 0; begin < chars.size();) {
    const std::size_t end = piece_end(chars, begin);
    CZIP_TRY(pairs_.add_piece(chars.substr(begin, end - begin)));
    begin = end;
  }
  return {};
}

Result<std::vector<std::string>> TokenizerTrainer::train(std::uint32_t vocabulary_size,
                                                         const bpe::TrainerReport& report) const {
  if (vocabulary_size > Tokenizer::kMaxTokens) {
    return fail(ErrorCode::invalid_argument,
                "a vocabulary of " + std::to_string(vocabulary_size) + " tokens; at most " +
                    std::to_string(Tokenizer::kMaxTokens) + " are possible");
  }
  return pairs_.train(vocabulary_size, report);
}

Result<std::vector<std::string>> TokenizerTrainer::train_at_most(
    std::uint32_t vocabulary_size, const bpe::TrainerReport& report) const {
  return pairs_.train_at_most(
      std::min(vocabulary_size, static_cast<std::uint32_t>(Tokenizer::kMaxTokens)), report);
}

}  // namespace czip::v2
