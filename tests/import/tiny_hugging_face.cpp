#include "import/tiny_hugging_face.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "czip/import/tensors.hpp"
#include "import/tiny_gguf.hpp"

namespace czip::test {
namespace {

constexpr std::size_t kHead = 16;

std::string gpt2_name(const std::string& name) {
  static const std::map<std::string, std::string> kNames{
      {"token_embd.weight", "wte.weight"},          {"position_embd.weight", "wpe.weight"},
      {"output_norm.weight", "ln_f.weight"},        {"output_norm.bias", "ln_f.bias"},
      {"attn_norm.weight", "ln_1.weight"},          {"attn_norm.bias", "ln_1.bias"},
      {"attn_qkv.weight", "attn.c_attn.weight"},    {"attn_qkv.bias", "attn.c_attn.bias"},
      {"attn_output.weight", "attn.c_proj.weight"}, {"attn_output.bias", "attn.c_proj.bias"},
      {"ffn_norm.weight", "ln_2.weight"},           {"ffn_norm.bias", "ln_2.bias"},
      {"ffn_up.weight", "mlp.c_fc.weight"},         {"ffn_up.bias", "mlp.c_fc.bias"},
      {"ffn_down.weight", "mlp.c_proj.weight"},     {"ffn_down.bias", "mlp.c_proj.bias"}};
  if (!name.starts_with("blk.")) return "transformer." + kNames.at(name);
  return "transformer.h." + name.substr(4, 2) + kNames.at(name.substr(6));
}

std::string hugging_face_name(const std::string& name) {
  static const std::map<std::string, std::string> kNames{
      {"token_embd.weight", "model.embed_tokens.weight"},
      {"output_norm.weight", "model.norm.weight"},
      {"attn_norm.weight", "input_layernorm.weight"},
      {"attn_q.weight", "self_attn.q_proj.weight"},
      {"attn_q.bias", "self_attn.q_proj.bias"},
      {"attn_k.weight", "self_attn.k_proj.weight"},
      {"attn_k.bias", "self_attn.k_proj.bias"},
      {"attn_v.weight", "self_attn.v_proj.weight"},
      {"attn_v.bias", "self_attn.v_proj.bias"},
      {"attn_output.weight", "self_attn.o_proj.weight"},
      {"ffn_norm.weight", "post_attention_layernorm.weight"},
      {"ffn_gate.weight", "mlp.gate_proj.weight"},
      {"ffn_up.weight", "mlp.up_proj.weight"},
      {"ffn_down.weight", "mlp.down_proj.weight"}};
  if (!name.starts_with("blk.")) return kNames.at(name);
  return "model.layers." + name.substr(4, 2) + kNames.at(name.substr(6));
}

// In a GGUF file of a Llama, rows 2 i and 2 i + 1 of a head turn together; here i and i + half.
Bytes halves_of_heads(std::span<const std::uint8_t> rows, std::size_t row) {
  Bytes result;
  for (std::size_t head = 0; head < rows.size(); head += kHead * row)
    for (std::size_t parity = 0; parity < 2; ++parity)
      for (std::size_t i = parity; i < kHead; i += 2) {
        const auto from = rows.subspan(head + i * row, row);
        result.insert(result.end(), from.begin(), from.end());
      }
  return result;
}

// The library's Conv1D has [in, out].
Bytes transposed(std::span<const std::uint8_t> numbers, std::size_t rows, std::size_t columns) {
  Bytes result;
  for (std::size_t i = 0; i < rows * columns; ++i) {
    const auto from = numbers.subspan((i % rows * columns + i / rows) * 4, 4);
    result.insert(result.end(), from.begin(), from.end());
  }
  return result;
}

std::string config_of(std::string_view model_type) {
  if (model_type == "gpt2")
    return R"({"activation_function": "gelu_new", "model_type": "gpt2", "n_embd": 48, "n_layer": 2,
               "n_inner": 40, "n_positions": 64, "n_head": 3, "layer_norm_epsilon": 1e-05,
               "vocab_size": 257, "bos_token_id": 0})";
  return R"({"architectures": ["Tiny"], "model_type": ")" + std::string(model_type) +
         R"(", "hidden_size": 48, "num_hidden_layers": 2, "intermediate_size": 40,
             "max_position_embeddings": 64, "num_attention_heads": 4, "num_key_value_heads": 2,
             "head_dim": 16, "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "rope_scaling": null,
             "vocab_size": 257, "tie_word_embeddings": true, "hidden_act": "silu",
             "bos_token_id": 0})";
}

void add_gpt2(const TinyGguf& model, std::vector<safetensors::TensorContent>& tensors) {
  for (const importer::Tensor& tensor : model.tensors()) {
    const std::string name = gpt2_name(tensor.name);
    if (name.find(".c_") == name.npos || tensor.shape.size() != 2) {
      tensors.push_back(
          {name, "F32", tensor.shape, Bytes(tensor.bytes.begin(), tensor.bytes.end())});
      continue;
    }
    tensors.push_back({name,
                       "F32",
                       {tensor.shape[1], tensor.shape[0]},
                       transposed(tensor.bytes, static_cast<std::size_t>(tensor.shape[0]),
                                  static_cast<std::size_t>(tensor.shape[1]))});
  }
  // A mask, which is no weight.
  tensors.push_back({"transformer.h.0.attn.bias", "F32", {1, 1, 2, 2}, Bytes(16)});
}

std::string tokenizer_text() {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string vocabulary = R"("<s>": 0)";
  for (unsigned byte = 0; byte < 256; ++byte)
    vocabulary += std::string(", \"<0x") + kDigits[byte >> 4] + kDigits[byte & 15] +
                  ">\": " + std::to_string(byte + 1);
  return R"({"added_tokens": [{"id": 0, "content": "<s>", "special": true}], "normalizer": {"type":
             "Replace", "pattern": {"String": " "}, "content": "▁"}, "pre_tokenizer": null,
             "model": {"type": "BPE", "byte_fallback": true, "vocab": {)" +
         vocabulary + R"(}, "merges": []}})";
}

}  // namespace

TinyHuggingFace tiny_hugging_face(std::string_view model_type) {
  TinyHuggingFace result{config_of(model_type), tokenizer_text(), {}};
  const TinyGguf model = tiny_gguf(model_type);
  if (model_type == "gpt2") {
    add_gpt2(model, result.tensors);
    return result;
  }
  for (const importer::Tensor& tensor : model.tensors()) {
    const bool turned = model_type == "llama" && (tensor.name.ends_with("attn_q.weight") ||
                                                  tensor.name.ends_with("attn_k.weight"));
    const std::size_t row = static_cast<std::size_t>(tensor.columns()) * 4;
    result.tensors.push_back({hugging_face_name(tensor.name), "F32", tensor.shape,
                              turned ? halves_of_heads(tensor.bytes, row)
                                     : Bytes(tensor.bytes.begin(), tensor.bytes.end())});
  }
  return result;
}

Bytes weights_file(const std::vector<safetensors::TensorContent>& tensors) {
  return safetensors::write({{"format", "pt"}}, tensors);
}

}  // namespace czip::test
