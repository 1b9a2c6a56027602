#include "hugging_face/gpt2_config.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "czip/base/error.hpp"
#include "czip/base/in_quotes.hpp"
#include "czip/engine/llm/config.hpp"
#include "czip/engine/llm/constants.hpp"
#include "czip/import/dyadic.hpp"
#include "czip/import/hugging_face/architecture.hpp"
#include "czip/import/hugging_face/json_fields.hpp"
#include "czip/import/network/architecture.hpp"

namespace czip::importer {
namespace {

using Limits = llm::Limits;

// All are GELU's approximation by tanh.
constexpr std::array<std::string_view, 3> kActivations{"gelu_new", "gelu_pytorch_tanh",
                                                       "gelu_fast"};

Status check_functions(const JsonFields& config) {
  CZIP_TRY_ASSIGN(const std::string_view activation,
                  config.string_or("activation_function", kActivations.front()));
  if (std::ranges::find(kActivations, activation) == kActivations.end())
    return fail(ErrorCode::unsupported, "the model has the activation " + in_quotes(activation) +
                                            ", which czip does not import");
  CZIP_TRY_ASSIGN(const bool is_scaled, config.boolean_or("scale_attn_weights", true));
  CZIP_TRY_ASSIGN(const bool by_layer, config.boolean_or("scale_attn_by_inverse_layer_idx", false));
  CZIP_TRY_ASSIGN(const bool is_crossed, config.boolean_or("add_cross_attention", false));
  if (!is_scaled || by_layer || is_crossed)
    return fail(ErrorCode::unsupported,
                "the model's attention is not GPT-2's usual one, and czip does not import it");
  return {};
}

Result<std::uint32_t> number(const JsonFields& config, std::string_view name, std::uint32_t most) {
  CZIP_TRY_ASSIGN(const std::uint64_t value, config.count(name, most));
  return static_cast<std::uint32_t>(value);
}

}  // namespace

Result<Architecture> read_gpt2_config(const JsonFields& config) {
  CZIP_TRY(check_functions(config));
  Architecture result;
  set_gpt2(result);
  llm::Config& c = result.config;
  CZIP_TRY_ASSIGN(c.width, number(config, "n_embd", Limits::kWidth));
  CZIP_TRY_ASSIGN(c.layers, number(config, "n_layer", Limits::kLayers));
  CZIP_TRY_ASSIGN(c.context, number(config, "n_positions", Limits::kContext));
  CZIP_TRY_ASSIGN(c.heads, number(config, "n_head", Limits::kHeads));
  if (c.heads == 0) return fail(ErrorCode::corrupt, "the model has no heads");
  c.kv_heads = c.heads;
  c.head_size = c.width / c.heads;
  result.feed_forward = 4 * c.width;
  if (config.has("n_inner")) {
    CZIP_TRY_ASSIGN(result.feed_forward, number(config, "n_inner", Limits::kFeedForward));
  }
  CZIP_TRY_ASSIGN(c.vocabulary, number(config, "vocab_size", Limits::kVocabulary));
  CZIP_TRY_ASSIGN(result.tied, is_tied(config));
  derive_sizes(result);
  CZIP_TRY(check_shape(c));
  CZIP_TRY_ASSIGN(const Dyadic epsilon, config.real("layer_norm_epsilon"));
  CZIP_TRY_ASSIGN(c.epsilon, fixed_epsilon(epsilon, c.width));
  return result;
}

}  // namespace czip::importer
