// Names of tensors in Hugging Face's files, and ggml's for them.
#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "czip/base/error.hpp"
#include "czip/import/hugging_face/architecture.hpp"
#include "czip/import/tensors.hpp"

namespace czip::importer {
namespace {

using Names = std::pair<std::string_view, std::string_view>;

constexpr std::array kNames{Names{"model.embed_tokens.weight", "token_embd.weight"},
                            Names{"model.norm.weight", "output_norm.weight"},
                            Names{"lm_head.weight", "output.weight"},
                            Names{"wte.weight", "token_embd.weight"},
                            Names{"wpe.weight", "position_embd.weight"},
                            Names{"ln_f.weight", "output_norm.weight"},
                            Names{"ln_f.bias", "output_norm.bias"}};
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
constexpr std::string_view kGpt2Prefix = "transformer.";  // that some files have
constexpr std::string_view kGpt2Layers = "h.";
constexpr std::array kGpt2LayerNames{Names{"ln_1.weight", "attn_norm.weight"},
                                     Names{"ln_1.bias", "attn_norm.bias"},
                                     Names{"attn.c_attn.weight", "attn_qkv.weight"},
                                     Names{"attn.c_attn.bias", "attn_qkv.bias"},
                                     Names{"attn.c_proj.weight", "attn_output.weight"},
                                     Names{"attn.c_proj.bias", "attn_output.bias"},
                                     Names{"ln_2.weight", "ffn_norm.weight"},
                                     Names{"ln_2.bias", "ffn_norm.bias"},
                                     Names{"mlp.c_fc.weight", "ffn_up.weight"},
                                     Names{"mlp.c_fc.bias", "ffn_up.bias"},
                                     Names{"mlp.c_proj.weight", "ffn_down.weight"},
                                     Names{"mlp.c_proj.bias", "ffn_down.bias"}};
// Frequencies that config.json states, and the masks of GPT-2's attention, by the ends of names.
constexpr std::array<std::string_view, 3> kLeftOut{"rotary_emb.inv_freq", ".attn.bias",
                                                   ".attn.masked_bias"};

std::optional<std::string_view> other_name(std::span<const Names> names, std::string_view name) {
  const auto found = std::ranges::find(names, name, &Names::first);
  if (found == names.end()) return std::nullopt;
  return found->second;
}

// "3.mlp.up_proj.weight" as "blk.3.ffn_up.weight".
std::optional<std::string> layer_name(std::span<const Names> names, std::string_view rest) {
  const std::size_t dot = rest.find('.');
  if (dot == rest.npos) return std::nullopt;
  const auto other = other_name(names, rest.substr(dot + 1));
  if (!other) return std::nullopt;
  return "blk." + std::string(rest.substr(0, dot + 1)) + std::string(*other);
}

std::string ggml_name(std::string_view name) {
  std::string_view rest = name;
  if (rest.starts_with(kGpt2Prefix)) rest.remove_prefix(kGpt2Prefix.size());
  if (const auto other = other_name(kNames, rest)) return std::string(*other);
  std::optional<std::string> result;
  if (name.starts_with(kLayers))
    result = layer_name(kLayerNames, name.substr(kLayers.size()));
  else if (rest.starts_with(kGpt2Layers))
    result = layer_name(kGpt2LayerNames, rest.substr(kGpt2Layers.size()));
  return result.value_or(std::string(name));
}

// "h.3.mlp.c_fc.weight": a matrix of the library's Conv1D.
bool is_transposed(std::string_view name, const Tensor& tensor) {
  return name.find(".c_") != name.npos && tensor.shape.size() == 2;
}

}  // namespace

Result<TensorSet> with_ggml_names(const TensorSet& tensors) {
  TensorSet renamed;
  for (const auto& entry : tensors.all()) {
    const auto& [name, tensor] = entry;
    const auto ends = [&](std::string_view end) { return entry.first.ends_with(end); };
    if (std::ranges::any_of(kLeftOut, ends)) continue;
    Tensor copy = is_transposed(name, tensor) ? transposed(tensor) : tensor;
    copy.name = ggml_name(name);
    CZIP_TRY(renamed.add(std::move(copy)));
  }
  return renamed;
}

}  // namespace czip::importer
