#include "support/llm_conformance_vectors.hpp"

#include <array>
#include <cstdio>
#include <span>
#include <utility>

#include "czip/codec/v2/model/format.hpp"
#include "czip/codec/v2/model/identity.hpp"
#include "czip/engine/llm/network.hpp"
#include "czip/import/tokenizer/tensors.hpp"
#include "czip/tokenizer/llm/tokenizer.hpp"
#include "engine/llm/plain_model.hpp"
#include "support/llm_seeded_model.hpp"
#include "support/results.hpp"
#include "support/seeded_tokens.hpp"
#include "tokenizer/llm/descriptions.hpp"
#include "v2/container/hashing.hpp"

namespace czip::test {
namespace {

constexpr std::string_view kText = "It's caf\xc3\xa9 12\nand 345";
constexpr std::string_view kTokenizerPrefix = "llm_tokenizer";

llm::Config small_config() {
  return {.vocabulary = 268,
          .width = 16,
          .layers = 2,
          .heads = 2,
          .kv_heads = 1,
          .head_size = 16,
          .feed_forward = 32,
          .context = 20,
          .kept = 4,
          .rotary = 12,
          .gated = 1,
          .block = 16,
          .biases = llm::kQkvBias,
          .epsilon = 1000};
}

// The bytes, some tokens, and ids that never stand for text.
const llm::Strings kTokens{"It", "'s",    "It's", " c", " ca", "\xc3\xa9",
                           "12", "\nand", "",     "",   "",    ""};

llm::Description listed_pairs() {
  return llm::with_pairs(
      kTokens, {'I', 't', '\'', 's', 256, 257, ' ', 'c', 259, 'a', 0xc3, 0xa9, '1', '2'},
      {.splitting = llm::Splitting::gpt2, .whole_pieces = true, .first_token = 267});
}
llm::Description ordered() {
  return llm::with_order(
      kTokens, {3, 1, 2, 0, 4, 2, 7, 5, 9, 9, 9, 9},
      {.start = llm::Start::characters, .splitting = llm::Splitting::none, .first_token = {}});
}

Bytes model_file(const SeededLlmOptions& options, const llm::Description& description) {
  SafetensorsContent content = make_seeded_llm(options);
  for (TensorContent& tensor : importer::tokenizer_tensors(description)) {
    tensor.name = std::string(kTokenizerPrefix) + tensor.name.substr(tensor.name.rfind('.'));
    content.tensors.push_back(std::move(tensor));
  }
  content.metadata[std::string(v2::kFormatKey)] = v2::kModelFormat;
  return value_of(v2::with_model_hash(write_safetensors(content)));
}

template <class T>
std::string hash_of(std::span<const T> numbers) {
  Bytes bytes(sizeof(T) * numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) store_le(&bytes[sizeof(T) * i], numbers[i]);
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx",
                static_cast<unsigned long long>(v2::hash64(bytes)));
  return text.data();
}

Json rows_of(const Bytes& model) {
  const auto file = value_of(safetensors::File::parse(model));
  const auto weights = value_of(llm::Weights::parse(file));
  const auto network = value_of(llm::Network::create(weights, SimdLevel::scalar));
  std::vector<PlainModel> streams(2, PlainModel(weights, kLlmWindow));
  std::vector<std::uint64_t> cumulative(weights.config.vocabulary + std::size_t{1});
  Json rows = Json::array();
  for (const llm::Row& row : llm_rows(weights.config.vocabulary)) {
    PlainModel& stream = streams[row.stream];
    const PlainModel::Numbers logits = stream.step(row.token);
    network.cumulative_frequencies(logits, cumulative);
    Json residuals = Json::array();
    for (const auto& residual : stream.residuals())
      residuals.push_back(hash_of(std::span(std::as_const(residual))));
    rows.push_back({{"stream", row.stream},
                    {"token", row.token},
                    {"position", stream.position() - 1},
                    {"residuals", residuals},
                    {"logits", hash_of_logits(logits)},
                    {"cumulative", hash_of_frequencies(cumulative)}});
  }
  return rows;
}

}  // namespace

std::vector<LlmModelFile> llm_model_files() {
  const SeededLlmOptions rotary{.config = small_config(), .seed = 3};
  SeededLlmOptions learned{.config = small_config(), .seed = 4};
  learned.config.rotary = 0;
  learned.config.gated = 0;
  learned.config.block = 1;
  learned.config.biases = llm::kAllBiases;
  return {{"llm/rotary.czm", model_file(rotary, listed_pairs())},
          {"llm/positions.czm", model_file(learned, ordered())}};
}

std::vector<llm::Row> llm_rows(std::uint32_t vocabulary) {
  std::vector<llm::Row> rows;
  for (const std::uint32_t token : seeded_tokens(0, vocabulary, 26))
    rows.push_back({rows.size() % 5 == 4 ? 1U : 0U, token});
  return rows;
}

Json llm_stage_vectors() {
  Json vectors = Json::array();
  std::vector<llm::Description> descriptions{listed_pairs(), ordered()};
  std::size_t i = 0;
  for (const LlmModelFile& model : llm_model_files()) {
    const auto tokenizer = value_of(llm::Tokenizer::create(descriptions[i++]));
    std::vector<TokenId> ids;
    insist(tokenizer.encode(to_bytes(std::string(kText)), ids));
    vectors.push_back({{"model", model.name},
                       {"window", kLlmWindow},
                       {"ids", ids},
                       {"text", kText},
                       {"tokens", rows_of(model.file)}});
  }
  return vectors;
}

std::string hash_of_logits(std::span<const std::int32_t> logits) { return hash_of(logits); }
std::string hash_of_frequencies(std::span<const std::uint64_t> cumulative) {
  return hash_of(cumulative.subspan(1));
}

}  // namespace czip::test
