#include "llm_tokenizer.hpp"

#include <set>
#include <utility>

namespace reference::llm {
namespace {

const std::string kPrefix = "llm_tokenizer.";

constexpr std::uint32_t kMost = 1u << 20;  // ids, and merges
constexpr std::size_t kMostTokenBytes = 1024;
constexpr std::size_t kMostBytes = 16u << 20;

}  // namespace

LanguageTokenizer::LanguageTokenizer(Tensors& tensors) {
  const auto c = tensors.get<std::uint32_t>(kPrefix + "config", "U32", {kAny});
  require(!c.empty() && c[0] == 1, "the language model's tokenizer has another version than 1");
  require(c.size() == 8 && c[1] <= kMost && c[2] <= 1 && c[3] <= 1 && c[4] <= 6 && c[5] <= 1 &&
              (c[6] < c[1] || c[6] == kNoToken) && c[7] == 0,
          "the config of the language model's tokenizer is wrong");
  first_token_ = c[6];
  read_tokens(tensors, c[1]);
  if (c[3] == 1)
    tensors.get<std::uint32_t>(kPrefix + "order", "U32", {c[1]});
  else if (tensors.has(kPrefix + "merges"))
    check_merges(tensors);
  tensors.require_all_used(kPrefix);
}

void LanguageTokenizer::read_tokens(Tensors& tensors, std::uint32_t size) {
  const auto lengths = tensors.get<std::uint16_t>(kPrefix + "lengths", "U16", {size});
  const auto bytes = tensors.get<std::uint8_t>(kPrefix + "bytes", "U8", {kAny});
  require(bytes.size() <= kMostBytes, "the language model's tokens have too many bytes");
  std::size_t at = 0;
  std::set<std::string> distinct;
  for (const std::uint16_t length : lengths) {
    require(length <= kMostTokenBytes && length <= bytes.size() - at,
            "a token of the language model has a wrong length");
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    tokens_.emplace_back(begin, begin + length);
    require(length == 0 || distinct.insert(tokens_.back()).second,
            "two tokens of the language model are the same");
    at += length;
  }
  require(at == bytes.size(), "the language model has bytes of no token");
  for (int byte = 0; byte < 256; ++byte)
    require(distinct.count(std::string(1, static_cast<char>(byte))) == 1,
            "a byte is no token of the language model");
}

void LanguageTokenizer::check_merges(Tensors& tensors) const {
  const auto merges = tensors.get<std::uint32_t>(kPrefix + "merges", "U32", {kAny, 2});
  require(merges.size() <= 2 * std::size_t{kMost}, "the language model has too many merges");
  const std::set<std::string> known(tokens_.begin(), tokens_.end());
  std::set<std::pair<std::uint32_t, std::uint32_t>> distinct;
  for (std::size_t i = 0; i < merges.size(); i += 2) {
    const std::uint32_t left = merges[i], right = merges[i + 1];
    require(left < tokens_.size() && right < tokens_.size() && !tokens_[left].empty() &&
                !tokens_[right].empty() && known.count(tokens_[left] + tokens_[right]) == 1 &&
                distinct.emplace(left, right).second,
            "a merge of the language model is wrong");
  }
}

std::string LanguageTokenizer::text(const std::vector<std::uint32_t>& ids) const {
  std::string text;
  for (const std::uint32_t id : ids) {
    require(id < tokens_.size() && !tokens_[id].empty(), "a token without bytes stands for text");
    text += tokens_[id];
  }
  return text;
}

}  // namespace reference::llm
