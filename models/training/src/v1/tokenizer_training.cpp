// Training of a czip-model-v1 tokenizer: text is cut by the pattern that the tokenizer will have,
// and the pieces' bytes are merged by frequency.
#include <new>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "czip/base/utf8.hpp"
#include "czip/tokenizer/bpe/trainer.hpp"
#include "czip/tokenizer/v1/piece_splitter.hpp"
#include "czip/training/v1/network_trainer.hpp"
#include "v1/network/shape.hpp"

namespace czip::v1 {
namespace {

// Contractions; words, numbers and punctuation with the space before them; line ends; white space
// but for the space that the next word takes. Only what both PCRE2 and Rust's fancy-regex have.
constexpr std::string_view kPattern =
    R"('(?i:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++|[\r\n]++|[^\S\r\n]+(?!\S)|\s)";

constexpr std::uint32_t kMergeableTokens = training::kVocabulary - 2;
static_assert(training::kFirstToken == kMergeableTokens);

// Longer pieces are cut: so long a token would not be worth its id.
constexpr std::size_t kMaxTokenBytes = 64;

std::string to_json(const std::vector<std::string>& tokens) {
  nlohmann::ordered_json json;
  json["name"] = "czip-trained";
  json["pat_str"] = kPattern;
  // The JSON spells a byte as the code point of the same number.
  for (std::size_t id = 0; id < tokens.size(); ++id)
    json["mergeable_ranks"][utf8_from_latin1(tokens[id])] = id;
  json["special_tokens"] = {{"<|bos|>", kMergeableTokens}, {"<|eos|>", kMergeableTokens + 1}};
  json["explicit_n_vocab"] = training::kVocabulary;
  return json.dump();
}

}  // namespace

struct TokenizerTrainer::State {
  PieceSplitter splitter;
  bpe::Trainer pairs;

  Status add_piece(std::string_view piece);
};

Status TokenizerTrainer::State::add_piece(std::string_view piece) {
  for (std::size_t at = 0; at < piece.size(); at += kMaxTokenBytes) {
    CZIP_TRY(pairs.add_piece(piece.substr(at, kMaxTokenBytes)));
  }
  return {};
}

TokenizerTrainer::TokenizerTrainer(std::unique_ptr<State> state) : state_(std::move(state)) {}
TokenizerTrainer::TokenizerTrainer(TokenizerTrainer&&) noexcept = default;
TokenizerTrainer& TokenizerTrainer::operator=(TokenizerTrainer&&) noexcept = default;
TokenizerTrainer::~TokenizerTrainer() = default;

Result<TokenizerTrainer> TokenizerTrainer::create() {
  CZIP_TRY_ASSIGN(auto splitter, PieceSplitter::create(kPattern));
  return TokenizerTrainer(std::make_unique<State>(State{std::move(splitter), {}}));
}

Status TokenizerTrainer::add_document(std::span<const std::uint8_t> text) {
  return state_->splitter.for_each_piece(
      text, [this](std::string_view piece) { return state_->add_piece(piece); });
}

Result<std::string> TokenizerTrainer::train() const try {
  CZIP_TRY_ASSIGN(const auto tokens, state_->pairs.train(kMergeableTokens));
  return to_json(tokens);
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "out of memory");
}

}  // namespace czip::v1
