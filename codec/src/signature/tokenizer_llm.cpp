// Tokenizers of public language models: one text by every start, merging and splitting.
#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "czip/tokenizer/llm/tokenizer.hpp"
#include "signature/models.hpp"
#include "signature/parts.hpp"
#include "signature/random.hpp"

namespace czip::signature {
namespace {

constexpr std::uint32_t kWithoutBytes = 3;  // ids in front of the single bytes
constexpr std::uint32_t kPlaces = 300;      // of the text, from which tokens are taken

// Letters, numbers, white space and punctuation of several scripts, and bytes that are not UTF-8.
constexpr std::string_view kSample =
    "It's 1234567 o'clock; WE'LL see (or not).\r\n\r\n\t  \xc3\x9c"
    "ber 3\xc2\xbd "
    "na\xc3\xafve caf\xc3\xa9s\xe2\x80\xa6 \xce\xa9\xce\xbc\xce\xad\xce\xb3\xce\xb1 "
    "\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4 \xe3\x80\x80\xe6\xbc\xa2\xe5\xad\x97\xe3\x80\x82\xe2\x85\xa7 "
    "e\xcc\x81 \xf0\x9f\x98\x80\xf0\x9d\x9f\x98 a+b=c<d $5^|~ \xff\xc0\x80\xe2\x82 x's\n\n\n";

Status add_tokens(const llm::Description& description, std::string_view text, Hasher& hasher) {
  CZIP_TRY_ASSIGN(const auto tokenizer, llm::Tokenizer::create(description));
  std::vector<TokenId> tokens;
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  CZIP_TRY(tokenizer.encode(bytes, tokens));
  hasher.add(std::span<const TokenId>(tokens));
  std::string back;
  for (const TokenId token : tokens) back += tokenizer.token(token);
  if (back != text) return fail(ErrorCode::internal, "a text's tokens are not the text");
  return {};
}

}  // namespace

std::string make_sample() {
  std::string text;
  const std::vector<std::uint8_t> words = make_text(1500);
  for (std::size_t begin = 0; begin < words.size(); begin += 500) {
    text.append(words.begin() + static_cast<std::ptrdiff_t>(begin),
                words.begin() + static_cast<std::ptrdiff_t>(begin + 500));
    text.append(kSample);
  }
  return text;
}

// What begins at places of the text, each of its tokens with all that the token begins with.
llm::Description make_llm_tokenizer(std::string_view text) {
  Random random(15);
  llm::Description result;
  std::map<std::string, TokenId, std::less<>> ids;
  result.lengths.assign(kWithoutBytes, 0);
  const auto add = [&](std::string_view token) {
    ids.emplace(token, static_cast<TokenId>(result.lengths.size()));
    result.lengths.push_back(static_cast<std::uint16_t>(token.size()));
    result.bytes.insert(result.bytes.end(), token.begin(), token.end());
  };
  for (int byte = 0; byte < 256; ++byte) add(std::string(1, static_cast<char>(byte)));
  for (std::uint32_t i = 0; i < kPlaces; ++i) {
    const std::size_t begin = random.below(static_cast<std::uint32_t>(text.size()));
    const std::size_t most = 2 + random.below(6);
    const std::string_view longest = text.substr(begin, most);
    for (std::size_t n = 2; n <= longest.size(); ++n) {
      const std::string_view token = longest.substr(0, n);
      if (ids.contains(token)) continue;
      add(token);
      for (std::size_t cut = n - 1; cut > 0; --cut) {
        const auto left = ids.find(token.substr(0, cut));
        const auto right = ids.find(token.substr(cut));
        if (left == ids.end() || right == ids.end()) continue;
        result.merges.push_back(left->second);
        result.merges.push_back(right->second);
      }
    }
  }
  result.order = random.vector<std::uint32_t>(result.lengths.size(), 0, 99);
  return result;
}

Status add_tokenizer_llm(SimdLevel, Hasher& hasher) {
  const std::string text = make_sample();
  const llm::Description every = make_llm_tokenizer(text);
  for (const llm::Merging merging : {llm::Merging::pairs, llm::Merging::tokens})
    for (const llm::Start start : {llm::Start::bytes, llm::Start::characters})
      for (std::uint8_t splitting = 0; splitting < llm::kSplittings; ++splitting) {
        llm::Description description = every;
        if (merging == llm::Merging::pairs)
          description.order.clear();
        else
          description.merges.clear();
        const llm::Settings settings{
            .vocabulary_size = static_cast<std::uint32_t>(every.lengths.size()),
            .start = start,
            .merging = merging,
            .splitting = static_cast<llm::Splitting>(splitting),
            .whole_pieces = splitting % 2 != 0,
            .first_token = {}};
        description.config = settings.words();
        CZIP_TRY(add_tokens(description, text, hasher));
      }
  return {};
}

}  // namespace czip::signature
