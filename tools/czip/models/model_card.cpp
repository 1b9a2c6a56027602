#include "models/model_card.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "czip/base/hash128.hpp"
#include "czip/codec/v1/model.hpp"
#include "czip/codec/v2/model.hpp"
#include "czip/codec/v2/model/format.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "czip/engine/llm/constants.hpp"
#include "czip/engine/llm/weights.hpp"
#include "czip/engine/v1/constants.hpp"
#include "models/model_file.hpp"
#include "models/model_store.hpp"

namespace czip::tool {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

std::string value_of(const v1::Weights& network, std::string_view key) {
  const auto found = network.metadata.find(key);
  return found == network.metadata.end() ? "" : found->second;
}

void add_description(Json& card, const ModelDescription& about) {
  card["name"] = text_or_null(about.name);
  card["description"] = text_or_null(about.description);
  card["license"] = text_or_null(about.license);
  card["training_data"] = text_or_null(about.training_data);
}

Json tokenizer_of(const v2::Tokenizer& tokenizer) {
  std::size_t longest = 0;
  for (std::size_t id = 0; id < tokenizer.vocabulary_size(); ++id)
    longest = std::max(longest, tokenizer.token(static_cast<TokenId>(id)).size());
  return {{"kind", "byte pairs, without patterns"},
          {"tokens", tokenizer.vocabulary_size()},
          {"longest_token_bytes", longest}};
}

Json tokenizer_of(const v1::Tokenizer& tokenizer) {
  std::size_t longest = 0;
  for (std::size_t id = 0; id < tokenizer.vocabulary_size(); ++id)
    longest = std::max(longest, tokenizer.token_bytes(static_cast<TokenId>(id)).size());
  return {{"kind", "byte pairs, with a pattern (tiktoken)"},
          {"tokens", tokenizer.vocabulary_size()},
          {"longest_token_bytes", longest}};
}

// The bytes of the tensors whose names begin so.
std::uint64_t bytes_of(const safetensors::File& file, std::string_view prefix) {
  std::uint64_t bytes = 0;
  for (const auto& [name, tensor] : file.tensors())
    if (name.starts_with(prefix)) bytes += tensor.bytes.size();
  return bytes;
}

Result<Json> network_of(const v2::ModelParts& parts) {
  if (parts.network == nullptr) return Json();
  CZIP_TRY_ASSIGN(const auto c, v2::read_network_config(parts.file, parts.tree));
  return Json{{"kind", "transformer, int8"},
              {"layers", c.layers},
              {"width", c.d_model},
              {"heads", c.heads},
              {"kv_heads", c.kv_heads},
              {"head_width", c.head_dim},
              {"feed_forward", c.d_ff},
              {"window_tokens", c.window},
              {"bytes", bytes_of(parts.file, v2::kTensorPrefix)}};
}

// Of a model that loads, whose recurrent network is therefore valid.
Result<Json> recurrent_network_of(const v2::ModelParts& parts) {
  CZIP_TRY_ASSIGN(const auto* network, v2::recurrent_network_of(parts, best_simd_level()));
  if (network == nullptr) return Json();
  return Json{{"width", network->config().state_width},
              {"hidden_width", network->config().hidden_width},
              {"bytes", bytes_of(parts.file, v2::kRecurrentPrefix)}};
}

// What an import states of its source.
Json source_of(const safetensors::File& file) {
  const auto& metadata = file.metadata();
  if (!metadata.contains(kSourceFileKey)) return Json();
  const auto value = [&](std::string_view key) {
    const auto found = metadata.find(key);
    return text_or_null(found == metadata.end() ? "" : found->second);
  };
  return {
      {"kind", value(kKindKey)}, {"file", value(kSourceFileKey)}, {"hash", value(kSourceHashKey)}};
}

Result<Json> language_model_of(const safetensors::File& file) {
  const std::uint64_t bytes = bytes_of(file, llm::kTensorPrefix);
  if (bytes == 0) return Json();
  CZIP_TRY_ASSIGN(const auto weights, llm::Weights::parse(file));
  const llm::Config& c = weights.config;
  const safetensors::TensorView* const prior = file.find(v2::kLlmPriorTensor);
  return Json{{"kind", "language model, int8"},
              {"layers", c.layers},
              {"width", c.width},
              {"heads", c.heads},
              {"kv_heads", c.kv_heads},
              {"head_width", c.head_size},
              {"feed_forward", c.feed_forward},
              {"window_tokens", c.context},
              {"tokens", c.vocabulary},
              {"prior_tokens", prior == nullptr ? 0 : prior->element_count()},
              {"bytes", bytes}};
}

Json network_of(const v1::Weights& network, std::uint64_t bytes) {
  return {{"kind", "transformer, int8"},
          {"layers", network.layers.size()},
          {"width", network.d_model},
          {"heads", network.heads},
          {"kv_heads", 1},
          {"head_width", v1::kHeadDim},
          {"feed_forward", network.d_ff},
          {"window_tokens", network.context},
          {"bytes", bytes}};
}

Result<Json> card_v2(const std::string& path, std::span<const std::uint8_t> file) {
  CZIP_TRY_ASSIGN(const auto model, v2::Model::parse(file));
  Json card = Json::object();
  card["model"] = path;
  card["format"] = v2::kModelFormat;
  add_description(card, model.description());
  card["hash"] = to_hex(model.hash());
  card["file_bytes"] = file.size();
  card["tokenizer"] = tokenizer_of(model.parts().tokenizer);
  card["prior_bytes"] = bytes_of(model.parts().file, v2::kPriorPrefix);
  CZIP_TRY_ASSIGN(card["recurrent_network"], recurrent_network_of(model.parts()));
  CZIP_TRY_ASSIGN(card["network"], network_of(model.parts()));
  CZIP_TRY_ASSIGN(card["language_model"], language_model_of(model.parts().file));
  card["source"] = source_of(model.parts().file);
  return card;
}

Result<Json> card_v1(const std::string& path, std::span<const std::uint8_t> file) {
  CZIP_TRY(check_is_model(file));
  CZIP_TRY_ASSIGN(const auto model, v1::load_model(file));
  Json card = Json::object();
  card["model"] = path;
  card["format"] = v1::kModelFormat;
  const auto value = [&](std::string_view key) { return value_of(model.network, key); };
  add_description(card, {.name = value(v2::kNameKey),
                         .description = value(v2::kDescriptionKey),
                         .license = value(v2::kLicenseKey),
                         .training_data = value(v2::kTrainingDataKey)});
  card["hash"] = to_hex(model.hash);
  card["file_bytes"] = file.size();
  card["tokenizer"] = tokenizer_of(model.tokenizer);
  card["prior_bytes"] = Json();
  card["recurrent_network"] = Json();
  CZIP_TRY_ASSIGN(const auto tensors, safetensors::File::parse(file));
  card["network"] = network_of(model.network, bytes_of(tensors, ""));
  card["language_model"] = Json();
  card["source"] = Json();
  return card;
}

std::string number(const Json& value) { return grouped(value.get<std::uint64_t>()); }

std::string recurrent_text(const Json& network) {
  return "int8, state of " + number(network["width"]) + ", " + number(network["hidden_width"]) +
         " hidden units; " + number(network["bytes"]) + " bytes";
}

std::string network_text(const Json& network) {
  if (network.is_null()) return "none";
  return network["kind"].get<std::string>() + ": " + number(network["layers"]) +
         (network["layers"] == 1 ? " layer of width " : " layers of width ") +
         number(network["width"]) + ", " + number(network["heads"]) + " heads (" +
         number(network["kv_heads"]) + " for keys and values) of " + number(network["head_width"]) +
         ", feed-forward " + number(network["feed_forward"]) + ", sees " +
         number(network["window_tokens"]) + " tokens; " + number(network["bytes"]) + " bytes";
}

}  // namespace

Result<Json> model_card(const std::string& path, std::span<const std::uint8_t> file) {
  return is_v2_model(file) ? card_v2(path, file) : card_v1(path, file);
}

std::string card_text(const Json& card) {
  std::string text = printable(card["model"].get<std::string>()) + "\n";
  const auto line = [&](const char* what, const std::string& value) {
    text += format("  %-14s %s\n", what, printable(value).c_str());
  };
  for (const auto& [what, key] :
       std::array{std::pair{"name", "name"}, std::pair{"description", "description"},
                  std::pair{"licence", "license"}, std::pair{"training data", "training_data"}})
    line(what, card[key].is_null() ? "(not stated)" : card[key].get<std::string>());
  line("format", card["format"].get<std::string>());
  line("hash", card["hash"].get<std::string>());
  line("size", number(card["file_bytes"]) + " bytes");
  const Json& tokenizer = card["tokenizer"];
  line("tokenizer", number(tokenizer["tokens"]) + " tokens of at most " +
                        number(tokenizer["longest_token_bytes"]) + " bytes; " +
                        tokenizer["kind"].get<std::string>());
  if (!card["prior_bytes"].is_null()) line("n-gram prior", number(card["prior_bytes"]) + " bytes");
  if (!card["recurrent_network"].is_null())
    line("recurrent", recurrent_text(card["recurrent_network"]));
  line("network", network_text(card["network"]));
  const Json& language_model = card["language_model"];
  if (!language_model.is_null()) {
    line("language model",
         network_text(language_model) + "; " + number(language_model["tokens"]) + " tokens");
    if (language_model["prior_tokens"] != 0)
      line("prior", number(language_model["prior_tokens"]) +
                        " tokens of text that the language model's blocks are coded after");
  }
  for (const auto& [key, value] : card["source"].items())
    if (!value.is_null()) line(("source " + key).c_str(), value.get<std::string>());
  return text;
}

}  // namespace czip::tool
