#include "support/v2_random_language_model.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "czip/import/tokenizer/tensors.hpp"
#include "support/llm_seeded_model.hpp"
#include "support/splitmix64.hpp"
#include "tokenizer/llm/descriptions.hpp"

namespace czip::test {
namespace {

class LanguageModelBuilder {
 public:
  explicit LanguageModelBuilder(std::uint64_t seed) : random_(seed) {}

  SafetensorsContent build() {
    make_tokens();
    SafetensorsContent content = make_seeded_llm(network());
    auto tensors = importer::tokenizer_tensors(description());
    std::move(tensors.begin(), tensors.end(), std::back_inserter(content.tensors));
    return content;
  }

 private:
  std::uint32_t draw(std::int32_t least, std::int32_t most) {
    return static_cast<std::uint32_t>(random_.between(least, most));
  }
  template <class T>
  const T& any_of(const std::vector<T>& values) {
    return values[draw(0, static_cast<std::int32_t>(values.size()) - 1)];
  }

  // In any order: the single bytes, what is merged from some of them, and ids without bytes.
  void make_tokens() {
    tokens_ = llm::bytes_and(llm::Strings(draw(0, 3)));
    std::vector<std::string> parts;
    for (const char c : std::string(" etaoinshrdlucm01,.\n=({")) parts.emplace_back(1, c);
    std::set<std::string> known;
    for (std::uint32_t left = draw(0, 150); left > 0; --left) {
      const std::string first = any_of(parts);
      const std::string second = any_of(parts);
      const std::string token = first + second;
      if (token.size() > kMostTokenBytes || !known.insert(token).second) continue;
      tokens_.push_back(token);
      parts.push_back(token);
      pairs_.emplace_back(first, second);
    }
    for (std::size_t i = tokens_.size() - 1; i > 0; --i)
      std::swap(tokens_[i], tokens_[draw(0, static_cast<std::int32_t>(i))]);
  }

  llm::Description description() {
    llm::Settings settings;
    settings.start = draw(0, 1) == 0 ? llm::Start::bytes : llm::Start::characters;
    settings.splitting = static_cast<llm::Splitting>(draw(0, llm::kSplittings - 1));
    settings.whole_pieces = draw(0, 1) != 0;
    if (draw(0, 3) != 0)
      settings.first_token = draw(0, static_cast<std::int32_t>(tokens_.size()) - 1);
    const bool ordered = draw(0, 1) != 0;
    if (ordered) settings.merging = llm::Merging::tokens;
    llm::Description description = llm::description_of(tokens_, settings);
    if (ordered) {
      for (std::size_t i = 0; i < tokens_.size(); ++i) description.order.push_back(draw(0, 99));
      return description;
    }
    std::map<std::string, std::uint32_t> ids;
    for (std::uint32_t id = 0; id < tokens_.size(); ++id) ids[tokens_[id]] = id;
    for (const auto& [left, right] : pairs_) {
      description.merges.push_back(ids.at(left));
      description.merges.push_back(ids.at(right));
    }
    return description;
  }

  SeededLlmOptions network() {
    SeededLlmOptions options;
    llm::Config& config = options.config;
    config.vocabulary = static_cast<std::uint32_t>(tokens_.size());
    config.width = 16 * draw(1, 2);
    config.layers = draw(1, 2);
    config.kv_heads = draw(1, 2);
    config.heads = config.kv_heads * draw(1, 2);
    config.head_size = 16;
    config.feed_forward = 32 * draw(1, 2);
    config.context = draw(16, 40);
    config.kept = draw(0, static_cast<std::int32_t>(config.context) / 4);
    config.rotary = draw(0, 2) == 0 ? 0 : 2 * draw(1, 8);
    config.gated = draw(0, 1);
    config.block = 1u << draw(0, 5);
    config.biases = draw(0, 31);
    config.epsilon = draw(0, 2'000);
    options.extreme = draw(0, 7) == 0;
    options.seed = random_.next();
    return options;
  }

  static constexpr std::size_t kMostTokenBytes = 100;

  SplitMix64 random_;
  llm::Strings tokens_;
  std::vector<std::pair<std::string, std::string>> pairs_;
};

}  // namespace

SafetensorsContent make_random_language_model_v2(std::uint64_t seed) {
  return LanguageModelBuilder(seed).build();
}

}  // namespace czip::test
