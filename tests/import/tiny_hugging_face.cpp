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

std::string config_of(std::string_view model_type) {
  return R"({"architectures": ["Tiny"], "model_type": ")" + std::string(model_type) +
         R"(", "hidden_size": 48, "num_hidden_layers": 2, "intermediate_size": 40,
             "max_position_embeddings": 64, "num_attention_heads": 4, "num_key_value_heads": 2,
             "head_dim": 16, "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "rope_scaling": null,
             "vocab_size": 257, "tie_word_embeddings": true, "hidden_act": "silu",
             "bos_token_id": 0})";
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
