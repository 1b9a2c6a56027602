#include "czip/import/hugging_face/architecture.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "czip/base/error.hpp"
#include "czip/base/in_quotes.hpp"
#include "czip/engine/llm/config.hpp"
#include "czip/engine/llm/constants.hpp"
#include "czip/import/dyadic.hpp"
#include "czip/import/hugging_face/json_fields.hpp"
#include "czip/import/network/architecture.hpp"
#include "czip/import/network/tables.hpp"
#include "czip/import/tensors.hpp"
#include "hugging_face/gpt2_config.hpp"

namespace czip::importer {
namespace {

using Limits = llm::Limits;

constexpr std::string_view kGpt2 = "gpt2";
bool is_one(const Dyadic& number) {
  return number.exponent <= 0 && number.exponent > -63 &&
         number.mantissa == std::int64_t{1} << -number.exponent;
}

class ConfigReader {
 public:
  ConfigReader(const JsonFields& fields, const TensorSet& tensors)
      : fields_(fields), tensors_(tensors) {}

  Result<Architecture> read() {
    CZIP_TRY(read_kind());
    CZIP_TRY(read_sizes());
    CZIP_TRY(read_heads());
    CZIP_TRY(read_vocabulary());
    CZIP_TRY(check_shape(result_.config));
    CZIP_TRY(check_rotary(result_.config));
    CZIP_TRY_ASSIGN(const Dyadic epsilon, fields_.real("rms_norm_eps"));
    CZIP_TRY_ASSIGN(result_.config.epsilon, fixed_epsilon(epsilon, result_.config.width));
    CZIP_TRY(read_rotary());
    return std::move(result_);
  }

 private:
  Result<std::uint32_t> number(std::string_view name, std::uint32_t most) const {
    CZIP_TRY_ASSIGN(const std::uint64_t value, fields_.count(name, most));
    return static_cast<std::uint32_t>(value);
  }
  Result<std::uint32_t> number_or(std::string_view name, std::uint32_t most,
                                  std::uint32_t absent) const {
    CZIP_TRY_ASSIGN(const std::uint64_t value, fields_.count_or(name, most, absent));
    return static_cast<std::uint32_t>(value);
  }
  Status read_kind();
  Status read_sizes();
  Status read_heads();
  Status read_vocabulary();
  Status read_rotary();
  Status read_scaling(std::string_view prefix);

  const JsonFields& fields_;
  const TensorSet& tensors_;
  std::string kind_;
  Architecture result_;
};

Status ConfigReader::read_kind() {
  CZIP_TRY_ASSIGN(const std::string_view kind, fields_.string("model_type"));
  kind_ = kind;
  if (kind != "llama" && kind != "mistral" && kind != "qwen2")
    return fail(ErrorCode::unsupported,
                "the architecture " + in_quotes(kind) +
                    " is none that czip imports (llama, mistral, qwen2, gpt2)");
  CZIP_TRY_ASSIGN(const std::string_view activation, fields_.string_or("hidden_act", "silu"));
  if (activation != "silu")
    return fail(ErrorCode::unsupported, "the model has the activation " + in_quotes(activation) +
                                            ", which czip does not import");
  return {};
}

Status ConfigReader::read_sizes() {
  llm::Config& c = result_.config;
  CZIP_TRY_ASSIGN(c.width, number("hidden_size", Limits::kWidth));
  CZIP_TRY_ASSIGN(c.layers, number("num_hidden_layers", Limits::kLayers));
  CZIP_TRY_ASSIGN(result_.feed_forward, number("intermediate_size", Limits::kFeedForward));
  CZIP_TRY_ASSIGN(std::uint32_t context, number("max_position_embeddings", UINT32_MAX));
  CZIP_TRY_ASSIGN(const bool has_window,
                  fields_.boolean_or("use_sliding_window", kind_ == "mistral"));
  if (has_window) {
    CZIP_TRY_ASSIGN(const std::uint32_t window, number_or("sliding_window", UINT32_MAX, context));
    context = std::min(context, window);
  }
  c.context = std::min(context, Limits::kContext);
  derive_sizes(result_);
  return {};
}

Status ConfigReader::read_heads() {
  llm::Config& c = result_.config;
  CZIP_TRY_ASSIGN(c.heads, number("num_attention_heads", Limits::kHeads));
  CZIP_TRY_ASSIGN(c.kv_heads, number_or("num_key_value_heads", Limits::kHeads, c.heads));
  if (c.heads == 0 || c.kv_heads == 0) return fail(ErrorCode::corrupt, "the model has no heads");
  CZIP_TRY_ASSIGN(c.head_size, number_or("head_dim", Limits::kHeadSize, c.width / c.heads));
  c.rotary = c.head_size;
  if (tensors_.find("blk.0.attn_q.bias") != nullptr) c.biases = llm::kQkvBias;
  return {};
}

Status ConfigReader::read_vocabulary() {
  CZIP_TRY_ASSIGN(result_.config.vocabulary, number("vocab_size", Limits::kVocabulary));
  CZIP_TRY_ASSIGN(result_.tied, fields_.boolean_or("tie_word_embeddings", false));
  return {};
}

// Earlier files have rope_theta and, if there is one, rope_scaling; later ones rope_parameters.
Status ConfigReader::read_rotary() {
  result_.rotary.base = {10000, 0};
  result_.rotary.elements = result_.config.rotary;
  for (const std::string_view prefix : {"", "rope_parameters."}) {
    const std::string theta = std::string(prefix) + "rope_theta";
    const std::string part = std::string(prefix) + "partial_rotary_factor";
    if (fields_.has(theta)) {
      CZIP_TRY_ASSIGN(result_.rotary.base, fields_.real(theta));
    }
    if (!fields_.has(part)) continue;
    CZIP_TRY_ASSIGN(const Dyadic factor, fields_.real(part));
    if (!is_one(factor))
      return fail(ErrorCode::unsupported,
                  "the model rotates a part of each head, which czip does not import");
  }
  CZIP_TRY(read_scaling("rope_scaling."));
  return read_scaling("rope_parameters.");
}

Status ConfigReader::read_scaling(std::string_view prefix) {
  const auto named = [&](std::string_view name) { return std::string(prefix) + std::string(name); };
  CZIP_TRY_ASSIGN(const std::string_view older, fields_.string_or(named("type"), "default"));
  CZIP_TRY_ASSIGN(const std::string_view kind, fields_.string_or(named("rope_type"), older));
  if (kind == "default") return {};
  if (kind == "llama3") {
    Llama3Scaling scaling;
    CZIP_TRY_ASSIGN(scaling.factor, fields_.real(named("factor")));
    CZIP_TRY_ASSIGN(scaling.low, fields_.real(named("low_freq_factor")));
    CZIP_TRY_ASSIGN(scaling.high, fields_.real(named("high_freq_factor")));
    CZIP_TRY_ASSIGN(scaling.positions, number(named("original_max_position_embeddings"), 1U << 30));
    CZIP_TRY_ASSIGN(result_.rotary.divisors, llama3_divisors(result_.rotary, scaling));
    return {};
  }
  if (kind != "linear")
    return fail(ErrorCode::unsupported, "the model scales its rotary positions by " +
                                            in_quotes(kind) + ", which czip does not import");
  CZIP_TRY_ASSIGN(const Dyadic factor, fields_.real(named("factor")));
  result_.rotary.divisors.assign(result_.config.rotary / 2, factor);
  return {};
}

}  // namespace

Result<bool> is_tied(const JsonFields& config) {
  CZIP_TRY_ASSIGN(const std::string_view kind, config.string("model_type"));
  return config.boolean_or("tie_word_embeddings", kind == kGpt2);
}

Result<Architecture> read_config(const JsonFields& config, const TensorSet& tensors) {
  CZIP_TRY_ASSIGN(const std::string_view kind, config.string("model_type"));
  if (kind == kGpt2) return read_gpt2_config(config);
  return ConfigReader(config, tensors).read();
}

}  // namespace czip::importer
