#include "czip/codec/v2/model/language_model.hpp"

#include <string>
#include <utility>

#include "czip/codec/v2/model/parts.hpp"
#include "czip/engine/llm/constants.hpp"
#include "czip/engine/llm/weights.hpp"
#include "czip/engine/safetensors/tensor_reader.hpp"

namespace czip::v2 {
namespace {

using safetensors::TensorReader;

Result<llm::Description> read_tokenizer(const safetensors::File& file) {
  TensorReader reader(file);
  constexpr auto kAny = TensorReader::kAnyLength;
  const auto name = [](std::string_view part) {
    return std::string(kLlmTokenizerPrefix) + std::string(part);
  };
  llm::Description description;
  description.config = reader.values<std::uint32_t>(name("config"), {llm::Settings::kWords});
  description.lengths = reader.values<std::uint16_t>(name("lengths"), {kAny});
  description.bytes = reader.values<std::uint8_t>(name("bytes"), {kAny});
  if (reader.has(name("merges")))
    description.merges = reader.values<std::uint32_t>(name("merges"), {kAny, 2});
  if (reader.has(name("order")))
    description.order = reader.values<std::uint32_t>(name("order"), {kAny});
  CZIP_TRY(reader.status());
  std::size_t known = 0;
  for (const auto& [tensor, view] : file.tensors())
    if (tensor.starts_with(kLlmTokenizerPrefix)) ++known;
  if (known != reader.used())
    return fail(ErrorCode::unsupported,
                "the language model's tokenizer has tensors that this czip does not know");
  return description;
}

Result<std::vector<TokenId>> read_prior(const safetensors::File& file,
                                        const llm::Tokenizer& tokenizer) {
  TensorReader reader(file);
  if (!reader.has(kLlmPriorTensor)) return std::vector<TokenId>();
  auto tokens = reader.values<std::uint32_t>(kLlmPriorTensor, {TensorReader::kAnyLength});
  CZIP_TRY(reader.status());
  if (tokens.empty() || tokens.size() > kMaxLlmPriorTokens)
    return fail(ErrorCode::corrupt, "the language model's prior has " +
                                        std::to_string(tokens.size()) + " tokens instead of 1 to " +
                                        std::to_string(kMaxLlmPriorTokens));
  for (const TokenId id : tokens)
    if (id >= tokenizer.vocabulary_size() || tokenizer.token(id).empty())
      return fail(ErrorCode::corrupt, "the language model's prior has token " + std::to_string(id) +
                                          ", which stands for no text");
  return tokens;
}

// The token of a line's end stands where a model reads nothing before a text.
TokenId token_before_text(const llm::Tokenizer& tokenizer) {
  if (const auto first = tokenizer.first_token()) return *first;
  for (TokenId id = 0; id < tokenizer.vocabulary_size(); ++id)
    if (tokenizer.token(id) == "\n") return id;
  return 0;
}

}  // namespace

bool is_language_model_tensor(std::string_view name) {
  return name.starts_with(llm::kTensorPrefix) || name.starts_with(kLlmTokenizerPrefix) ||
         name == kLlmPriorTensor;
}

Result<LanguageModel> load_language_model(const safetensors::File& file, const CodeTree& /*tree*/,
                                          SimdLevel simd) {
  CZIP_TRY_ASSIGN(const auto description, read_tokenizer(file));
  CZIP_TRY_ASSIGN(auto tokenizer, llm::Tokenizer::create(description));
  CZIP_TRY_ASSIGN(auto weights, llm::Weights::parse(file));
  if (weights.config.vocabulary != tokenizer.vocabulary_size())
    return fail(ErrorCode::corrupt, "the language model's network has a vocabulary of " +
                                        std::to_string(weights.config.vocabulary) +
                                        " tokens, its tokenizer one of " +
                                        std::to_string(tokenizer.vocabulary_size()));
  CZIP_TRY_ASSIGN(auto network, llm::Network::create(std::move(weights), simd));
  std::vector<TokenId> silent;
  for (TokenId id = 0; id < tokenizer.vocabulary_size(); ++id)
    if (tokenizer.token(id).empty()) silent.push_back(id);
  const TokenId first = token_before_text(tokenizer);
  CZIP_TRY_ASSIGN(auto prior, read_prior(file, tokenizer));
  return LanguageModel{std::move(tokenizer), std::move(network), std::move(silent), first,
                       std::move(prior)};
}

Result<const LanguageModel*> language_model_of(const ModelParts& model, SimdLevel simd) {
  const auto& loaded = model.language_model->get(model.file, model.tree, simd);
  if (loaded) return &*loaded;
  return fail(loaded.error().code, "the language model cannot be used: " + loaded.error().message);
}

}  // namespace czip::v2
