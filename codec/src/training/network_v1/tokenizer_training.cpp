// Training of a czip-model-v1 tokenizer: text is cut by the pattern that the tokenizer will have,
// and the pieces' bytes are merged by frequency.
#include <algorithm>
#include <new>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "czip/codec/network_v1_training.hpp"
#include "czip/tokenizer/byte_pair_training.hpp"
#include "pattern.hpp"
#include "training/network_v1/network_shape.hpp"
#include "utf8.hpp"

namespace czip::v1 {
namespace {

// Contractions; words, numbers and punctuation with the space before them; line ends; white space
// but for the space that the next word takes. Only what both PCRE2 and Rust's fancy-regex have.
constexpr std::string_view kPattern =
    R"('(?i:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++|[\r\n]++|[^\S\r\n]+(?!\S)|\s)";

constexpr std::uint32_t kMergeableTokens = network_v1::kVocabulary - 2;
static_assert(network_v1::kFirstToken == kMergeableTokens);

// The JSON spells each byte as the code point of the same number.
std::string as_code_points(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xc0 | (byte >> 6));
      text += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return text;
}

std::string to_json(const std::vector<std::string>& tokens) {
  nlohmann::ordered_json json;
  json["name"] = "czip-trained";
  json["pat_str"] = kPattern;
  for (std::size_t id = 0; id < tokens.size(); ++id)
    json["mergeable_ranks"][as_code_points(tokens[id])] = id;
  json["special_tokens"] = {{"<|bos|>", kMergeableTokens}, {"<|eos|>", kMergeableTokens + 1}};
  json["explicit_n_vocab"] = network_v1::kVocabulary;
  return json.dump();
}

}  // namespace

struct TokenizerTrainer::State {
  Pattern pattern;
  BytePairTrainer pairs;

  Status add_run(std::string_view run);
  Status add_piece(std::string_view piece);
};

// What the trainer of pairs takes at most is longer than any token worth having.
Status TokenizerTrainer::State::add_piece(std::string_view piece) {
  for (std::size_t at = 0; at < piece.size(); at += ByteTokenizer::kMaxTokenBytes) {
    auto added = pairs.add_piece(piece.substr(at, ByteTokenizer::kMaxTokenBytes));
    if (!added) return added;
  }
  return {};
}

// Of UTF-8.
Status TokenizerTrainer::State::add_run(std::string_view run) {
  auto matcher = PatternMatcher::create(pattern, run.size());
  if (!matcher) return tl::unexpected(matcher.error());
  for (std::size_t at = 0; at < run.size();) {
    const auto match = matcher->find(run, at);
    if (!match) return tl::unexpected(match.error());
    if (auto added = add_piece(run.substr(match->begin, match->end - match->begin)); !added)
      return added;
    at = match->end;
  }
  return {};
}

TokenizerTrainer::TokenizerTrainer(std::unique_ptr<State> state) : state_(std::move(state)) {}
TokenizerTrainer::TokenizerTrainer(TokenizerTrainer&&) noexcept = default;
TokenizerTrainer& TokenizerTrainer::operator=(TokenizerTrainer&&) noexcept = default;
TokenizerTrainer::~TokenizerTrainer() = default;

Result<TokenizerTrainer> TokenizerTrainer::create() {
  auto pattern = Pattern::compile(kPattern);
  if (!pattern) return tl::unexpected(std::move(pattern.error()));
  return TokenizerTrainer(std::make_unique<State>(State{std::move(*pattern), {}}));
}

Status TokenizerTrainer::add_document(std::span<const std::uint8_t> text) {
  std::string_view rest(reinterpret_cast<const char*>(text.data()), text.size());
  while (!rest.empty()) {
    const std::size_t size = valid_utf8_prefix(rest);
    if (auto added = state_->add_run(rest.substr(0, size)); !added) return added;
    // A byte that is no UTF-8 is a token by itself.
    rest.remove_prefix(std::min(size + 1, rest.size()));
  }
  return {};
}

Result<std::string> TokenizerTrainer::train() const try {
  const auto tokens = state_->pairs.train(kMergeableTokens);
  if (!tokens) return tl::unexpected(tokens.error());
  return to_json(*tokens);
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "out of memory");
}

}  // namespace czip::v1
