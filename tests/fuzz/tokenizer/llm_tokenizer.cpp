// Tokenizers of public language models: descriptions that may be right, or lie in some field, and a
// text. What is accepted gives every text back.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "czip/tokenizer/llm/tokenizer.hpp"
#include "fuzz/fuzz.hpp"
#include "tokenizer/llm/descriptions.hpp"

namespace {

using namespace czip;
using namespace czip::test;

// Tokens in the input are their lengths and bytes; 255 is a length in two bytes.
llm::Strings tokens_of(FuzzInput& input) {
  llm::Strings tokens;
  const std::uint32_t count = input.below(64);
  for (std::uint32_t i = 0; i < count; ++i) {
    std::size_t length = input.byte();
    if (length == 255) length = std::size_t{input.byte()} << 8 | input.byte();
    tokens.push_back(to_string(input.take(length)));
  }
  return tokens;
}

// All pairs that give a token, so that the description can be right.
std::vector<std::uint32_t> all_merges(const llm::Strings& tokens) {
  std::vector<std::uint32_t> merges;
  const auto id_of = [&](const std::string& text) {
    return static_cast<std::uint32_t>(std::ranges::find(tokens, text) - tokens.begin());
  };
  for (const std::string& token : tokens)
    for (std::size_t cut = 1; cut < std::min<std::size_t>(token.size(), 40); ++cut) {
      const std::uint32_t left = id_of(token.substr(0, cut));
      const std::uint32_t right = id_of(token.substr(cut));
      if (left == tokens.size() || right == tokens.size()) continue;
      merges.push_back(left);
      merges.push_back(right);
    }
  return merges;
}

void shuffle_pairs(std::vector<std::uint32_t>& merges, FuzzInput& input) {
  const std::size_t pairs = merges.size() / 2;
  for (std::uint32_t swaps = pairs == 0 ? 0 : input.below(16); swaps > 0; --swaps) {
    const std::size_t a = 2 * (input.byte() % pairs);
    const std::size_t b = 2 * (input.byte() % pairs);
    std::swap(merges[a], merges[b]);
    std::swap(merges[a + 1], merges[b + 1]);
  }
}

template <class T>
void edit(std::vector<T>& numbers, FuzzInput& input) {
  const std::uint8_t how = input.byte();
  if (how % 4 == 0 || numbers.empty()) {
    numbers.push_back(static_cast<T>(input.byte()));
  } else if (how % 4 == 1) {
    numbers.pop_back();
  } else {
    T& number = numbers[input.word() % numbers.size()];
    number = how % 4 == 2 ? static_cast<T>(input.word()) : static_cast<T>(number + input.byte());
  }
}

llm::Description description_of(FuzzInput& input) {
  const bool pairs = input.below(2) == 0;
  llm::Settings settings{.start = input.below(2) == 0 ? llm::Start::bytes : llm::Start::characters,
                         .merging = pairs ? llm::Merging::pairs : llm::Merging::tokens,
                         .splitting = static_cast<llm::Splitting>(input.below(llm::kSplittings)),
                         .whole_pieces = input.below(2) != 0,
                         .first_token = {}};
  if (input.below(2) != 0) settings.first_token = input.byte();
  const llm::Strings tokens = llm::bytes_and(tokens_of(input));
  llm::Description description = llm::description_of(tokens, settings);
  if (pairs) {
    description.merges = all_merges(tokens);
    shuffle_pairs(description.merges, input);
  } else {
    for (std::size_t i = 0; i < tokens.size(); ++i)
      description.order.push_back(i < kByteValues ? 0U : input.byte());
  }
  for (std::uint32_t edits = input.below(8); edits > 4; --edits) {
    switch (input.below(5)) {
      case 0:
        edit(description.config, input);
        break;
      case 1:
        edit(description.lengths, input);
        break;
      case 2:
        edit(description.bytes, input);
        break;
      case 3:
        edit(description.merges, input);
        break;
      default:
        edit(description.order, input);
    }
  }
  return description;
}

void check_text(const llm::Tokenizer& tokenizer, std::span<const std::uint8_t> text) {
  std::vector<TokenId> tokens{7};
  insist(tokenizer.encode(text, tokens).has_value(), "every text has tokens");
  insist(tokens.front() == 7, "tokens are appended");
  std::string back;
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    insist(tokens[i] < tokenizer.vocabulary_size(), "tokens are in the vocabulary");
    insist(!tokenizer.token(tokens[i]).empty(), "tokens of a text have bytes");
    back += tokenizer.token(tokens[i]);
  }
  insist(back == to_string(text), "tokens give the text back");
  std::vector<TokenId> again{7};
  insist(tokenizer.encode(text, again).has_value() && again == tokens, "a text has its tokens");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 16384) return 0;
  FuzzInput input(data, size);
  const llm::Description description = description_of(input);
  const MemoryBound bound(std::size_t{32} << 20);
  const auto tokenizer = llm::Tokenizer::create(description);
  if (!tokenizer) {
    insist_error(tokenizer.error(), {ErrorCode::corrupt, ErrorCode::unsupported});
    return 0;
  }
  insist(tokenizer->settings().words() == description.config, "settings are those of the file");
  check_text(*tokenizer, input.rest());
  // Long runs, which end in parts.
  Bytes repeated;
  while (!input.empty() && repeated.size() < 9000)
    repeated.insert(repeated.end(), input.rest().begin(), input.rest().end());
  check_text(*tokenizer, repeated);
  return 0;
}
