#include "czip/import/hugging_face/architecture.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
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

namespace czip::importer {
namespace {

using Limits = llm::Limits;
using Names = std::pair<std::string_view, std::string_view>;

constexpr std::array kNames{Names{"model.embed_tokens.weight", "token_embd.weight"},
                            Names{"model.norm.weight", "output_norm.weight"},
                            Names{"lm_head.weight", "output.weight"}};
constexpr std::string_view kLayers = "model.layers.";
constexpr std::array kLayerNames{Names{"input_layernorm.weight", "attn_norm.weight"},
                                 Names{"self_attn.q_proj.weight", "attn_q.weight"},
                                 Names{"self_attn.q_proj.bias", "attn_q.bias"},
                                 Names{"self_attn.k_proj.weight", "attn_k.weight"},
                                 Names{"self_attn.k_proj.bias", "attn_k.bias"},
                                 Names{"self_attn.v_proj.weight", "attn_v.weight"},
                                 Names{"self_attn.v_proj.bias", "attn_v.bias"},
                                 Names{"self_attn.o_proj.weight", "attn_output.weight"},
                                 Names{"post_attention_layernorm.weight", "ffn_norm.weight"},
                                 Names{"mlp.gate_proj.weight", "ffn_gate.weight"},
                                 Names{"mlp.up_proj.weight", "ffn_up.weight"},
                                 Names{"mlp.down_proj.weight", "ffn_down.weight"}};
constexpr std::string_view kStatedFrequencies = "rotary_emb.inv_freq";

std::optional<std::string_view> other_name(std::span<const Names> names, std::string_view name) {
  const auto found = std::ranges::find(names, name, &Names::first);
  if (found == names.end()) return std::nullopt;
  return found->second;
}

// "model.layers.3.mlp.up_proj.weight" as "blk.3.ffn_up.weight".
std::string ggml_name(std::string_view name) {
  if (const auto other = other_name(kNames, name)) return std::string(*other);
  if (!name.starts_with(kLayers)) return std::string(name);
  const std::string_view rest = name.substr(kLayers.size());
  const std::size_t dot = rest.find('.');
  if (dot == rest.npos) return std::string(name);
  const auto other = other_name(kLayerNames, rest.substr(dot + 1));
  if (!other) return std::string(name);
  return "blk." + std::string(rest.substr(0, dot + 1)) + std::string(*other);
}

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
    return fail(ErrorCode::unsupported, "the architecture " + in_quotes(kind) +
                                            " is none that czip imports (llama, mistral, qwen2)");
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

Result<TensorSet> with_ggml_names(const TensorSet& tensors) {
  TensorSet renamed;
  for (const auto& [name, tensor] : tensors.all()) {
    if (name.ends_with(kStatedFrequencies)) continue;
    Tensor copy = tensor;
    copy.name = ggml_name(name);
    CZIP_TRY(renamed.add(std::move(copy)));
  }
  return renamed;
}

Result<Architecture> read_config(const JsonFields& config, const TensorSet& tensors) {
  return ConfigReader(config, tensors).read();
}

}  // namespace czip::importer
