#include "support/v2_language_model.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <span>
#include <string>
#include <string_view>

#include "czip/codec/v2/llm/token_frequencies.hpp"
#include "czip/codec/v2/model/language_model.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "czip/engine/llm/state.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/tokenizer/llm/description.hpp"
#include "support/llm_seeded_model.hpp"
#include "support/results.hpp"
#include "support/splitmix64.hpp"
#include "support/v2_tiny_model.hpp"

namespace czip::test {
namespace {

constexpr std::string_view kPairs =
    "th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve "
    "co "
    "me de hi ri ro ic ne ea ";
constexpr std::size_t kPairStep = 3;
static_assert(256 + kPairs.size() / kPairStep == kSeededLlmTokens);

void add_tokenizer(SafetensorsContent& content) {
  llm::Settings settings;
  settings.vocabulary_size = kSeededLlmVocabulary;
  settings.first_token = kSeededLlmTokens;
  std::vector<std::uint16_t> lengths(kSeededLlmVocabulary, 0);
  std::vector<std::uint8_t> bytes;
  std::vector<std::uint32_t> merges;
  for (std::uint32_t id = 0; id < kSeededLlmTokens; ++id) {
    if (id < 256) {
      bytes.push_back(static_cast<std::uint8_t>(id));
    } else {
      for (const char c : kPairs.substr((id - 256) * kPairStep, 2)) {
        bytes.push_back(static_cast<std::uint8_t>(c));
        merges.push_back(static_cast<std::uint8_t>(c));
      }
    }
    lengths[id] = id < 256 ? 1 : 2;
  }
  const auto add = [&content](const char* name, std::vector<std::uint64_t> shape,
                              const auto& values) {
    content.tensors.push_back(make_tensor(std::string(v2::kLlmTokenizerPrefix) + name,
                                          std::move(shape), std::span(values)));
  };
  const std::vector<std::uint32_t> config = settings.words();
  add("config", {config.size()}, config);
  add("lengths", {lengths.size()}, lengths);
  add("bytes", {bytes.size()}, bytes);
  add("merges", {merges.size() / 2, 2}, merges);
}

void add_tensors(const safetensors::File& file, SafetensorsContent& content) {
  for (const auto& [name, tensor] : file.tensors())
    content.tensors.push_back({name,
                               std::string(safetensors::dtype_name(tensor.dtype)),
                               tensor.shape,
                               {tensor.bytes.begin(), tensor.bytes.end()}});
}

// With bytes.
std::uint32_t any_token(const llm::Tokenizer& tokenizer, SplitMix64& random) {
  for (;;) {
    const auto id = static_cast<std::uint32_t>(random.next() % tokenizer.vocabulary_size());
    if (!tokenizer.token(id).empty()) return id;
  }
}

}  // namespace

std::vector<std::uint8_t> with_language_model_v2(const std::vector<std::uint8_t>& model,
                                                 SeededLlmOptions options) {
  const auto file = value_of(safetensors::File::parse(model));
  options.config.vocabulary = kSeededLlmVocabulary;
  SafetensorsContent content = make_seeded_llm(options);
  content.metadata.clear();
  add_tokenizer(content);
  content.metadata.insert(file.metadata().begin(), file.metadata().end());
  add_tensors(file, content);
  return write_model_v2(content);
}

std::vector<std::uint8_t> with_prior_v2(const std::vector<std::uint8_t>& model,
                                        const std::vector<std::uint32_t>& tokens) {
  const auto file = value_of(safetensors::File::parse(model));
  SafetensorsContent content;
  content.metadata.insert(file.metadata().begin(), file.metadata().end());
  add_tensors(file, content);
  content.tensors.push_back(
      make_tensor(std::string(v2::kLlmPriorTensor), {tokens.size()}, std::span(tokens)));
  return write_model_v2(content);
}

std::vector<std::uint8_t> with_prior_of_text_v2(const std::vector<std::uint8_t>& model,
                                                const Bytes& text) {
  const auto parsed = value_of(v2::Model::parse(model));
  std::vector<TokenId> tokens;
  const v2::LanguageModel* const loaded =
      value_of(v2::language_model_of(parsed.parts(), SimdLevel::scalar));
  if (!loaded->tokenizer.encode(text, tokens)) throw std::bad_alloc();
  return with_prior_v2(model, tokens);
}

std::vector<std::uint8_t> make_tiny_language_model_v2() {
  return with_language_model_v2(make_tiny_model_v2());
}

const v2::Model& tiny_language_model_v2() {
  static const std::vector<std::uint8_t> file = make_tiny_language_model_v2();
  static const v2::Model model = value_of(v2::Model::parse(file));
  return model;
}

Bytes text_of_language_model(const v2::Model& of, std::size_t bytes, std::uint64_t seed) {
  const v2::LanguageModel& model = *value_of(v2::language_model_of(of.parts(), best_simd_level()));
  auto state = value_of(llm::State::create(model.network, {.streams = 1}));
  v2::TokenFrequencies frequencies;
  frequencies.reset(model);
  std::vector<std::int32_t> logits(model.tokenizer.vocabulary_size());
  SplitMix64 random(seed);
  Bytes text;
  for (std::uint32_t token = model.first_token; text.size() < bytes;) {
    const llm::Row row{0, token};
    state.forward(std::span(&row, 1), logits);
    frequencies.set(logits);
    token =
        random.next() % 10 == 0 ? any_token(model.tokenizer, random) : frequencies.likeliest()[0];
    const std::string_view of_token = model.tokenizer.token(token);
    text.insert(text.end(), of_token.begin(), of_token.end());
  }
  return text;
}

Bytes text_of_language_model(std::size_t bytes) {
  return text_of_language_model(tiny_language_model_v2(), bytes, 7);
}

}  // namespace czip::test
