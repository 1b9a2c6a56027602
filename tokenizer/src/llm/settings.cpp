#include <array>
#include <string>
#include <string_view>

#include "czip/tokenizer/llm/description.hpp"

namespace czip::llm {
namespace {

constexpr std::uint32_t kTokenizerVersion = 1;
constexpr std::uint32_t kNoToken = 0xffffffff;

// The words in order: the version, then these.
struct Field {
  std::string_view name;
  std::uint32_t most;
};
constexpr std::array<Field, Settings::kWords - 1> kFields{{
    {"vocabulary size", 0xffffffff},  // Tokenizer has the limit
    {"start", 1},
    {"merging", 1},
    {"splitting", kSplittings - 1},
    {"whole pieces", 1},
    {"first token", 0xffffffff},
    {"reserved word", 0},
}};

}  // namespace

std::vector<std::uint32_t> Settings::words() const {
  return {kTokenizerVersion,
          vocabulary_size,
          static_cast<std::uint32_t>(start),
          static_cast<std::uint32_t>(merging),
          static_cast<std::uint32_t>(splitting),
          whole_pieces ? 1U : 0U,
          first_token.value_or(kNoToken),
          0};
}

Result<Settings> Settings::parse(const std::vector<std::uint32_t>& words) {
  if (words.empty() || words[0] != kTokenizerVersion)
    return fail(ErrorCode::unsupported, words.empty() ? "the tokenizer's config is empty"
                                                      : "the tokenizer's config has version " +
                                                            std::to_string(words[0]) +
                                                            "; version 1 can be read");
  if (words.size() != kWords)
    return fail(ErrorCode::corrupt, "the tokenizer's config has " + std::to_string(words.size()) +
                                        " numbers, expected " + std::to_string(kWords));
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    const auto& [name, most] = kFields[i];
    if (words[i + 1] > most)
      return fail(ErrorCode::corrupt, "the " + std::string(name) +
                                          " in the tokenizer's config is " +
                                          std::to_string(words[i + 1]) + "; at most " +
                                          std::to_string(most) + " is possible");
  }
  Settings settings;
  settings.vocabulary_size = words[1];
  settings.start = static_cast<Start>(words[2]);
  settings.merging = static_cast<Merging>(words[3]);
  settings.splitting = static_cast<Splitting>(words[4]);
  settings.whole_pieces = words[5] != 0;
  if (words[6] != kNoToken) settings.first_token = words[6];
  return settings;
}

}  // namespace czip::llm
