#include "import/tiny_gguf.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/little_endian.hpp"
#include "czip/import/element_type.hpp"
#include "czip/import/gguf/metadata.hpp"
#include "import/gguf_builder.hpp"

namespace czip::test {
namespace {

using importer::gguf::ValueType;

constexpr std::uint32_t kF32 = 0;
constexpr std::uint32_t k1e5 = 0x3727c5ac;  // 1e-5
constexpr unsigned kReplaced = 0x41;

Bytes real(std::string_view key, std::uint32_t bits) {
  return gguf_pair(key, ValueType::f32, le(bits));
}

Bytes small_pair(std::string_view key, std::uint32_t value) {
  return gguf_pair(key, ValueType::u16, le(static_cast<std::uint16_t>(value)));
}

std::string byte_text(unsigned byte) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  return {'<', '0', 'x', kDigits[byte >> 4], kDigits[byte & 15], '>'};
}

void add_tokenizer(TinyGguf& model, std::string_view token_a) {
  constexpr std::int32_t kText = 1;
  constexpr std::int32_t kControl = 3;
  constexpr std::int32_t kByte = 6;
  Bytes texts = gguf_string("<s>");
  Bytes types = le(kControl);
  for (unsigned byte = 0; byte < 256; ++byte) {
    const std::string text = byte == kReplaced ? std::string(token_a) : byte_text(byte);
    texts = joined({texts, gguf_string(text)});
    types = joined({types, le(text == byte_text(byte) ? kByte : kText)});
  }
  model.add_pair(gguf_pair("tokenizer.ggml.model", "llama"));
  model.add_pair(gguf_array("tokenizer.ggml.tokens", ValueType::string, 257, texts));
  model.add_pair(gguf_array("tokenizer.ggml.token_type", ValueType::i32, 257, types));
  model.add_pair(gguf_array("tokenizer.ggml.scores", ValueType::f32, 257, Bytes(4 * 257)));
  model.add_pair(gguf_pair("tokenizer.ggml.bos_token_id", std::uint32_t{0}));
}

void add_llama(TinyGguf& model, std::string_view architecture) {
  const std::string prefix = std::string(architecture) + ".";
  model.add_pair(gguf_pair(prefix + "attention.head_count", 4));
  model.add_pair(gguf_pair(prefix + "attention.head_count_kv", 2));
  model.add_pair(gguf_pair(prefix + "attention.key_length", 16));
  model.add_pair(gguf_pair(prefix + "attention.value_length", 16));
  model.add_pair(gguf_pair(prefix + "rope.dimension_count", 16));
  model.add_pair(real(prefix + "attention.layer_norm_rms_epsilon", k1e5));
  model.add("token_embd.weight", {48, 257}, false);
  model.add("output_norm.weight", {48}, true);
  for (const std::string layer : {"blk.0.", "blk.1."}) {
    model.add(layer + "attn_norm.weight", {48}, true);
    model.add(layer + "attn_q.weight", {48, 64}, false);
    model.add(layer + "attn_k.weight", {48, 32}, false);
    model.add(layer + "attn_v.weight", {48, 32}, false);
    model.add(layer + "attn_output.weight", {64, 48}, false);
    model.add(layer + "ffn_norm.weight", {48}, true);
    model.add(layer + "ffn_gate.weight", {48, 40}, false);
    model.add(layer + "ffn_up.weight", {48, 40}, false);
    model.add(layer + "ffn_down.weight", {40, 48}, false);
    if (architecture == "llama") continue;
    model.add(layer + "attn_q.bias", {64}, false);
    model.add(layer + "attn_k.bias", {32}, false);
    model.add(layer + "attn_v.bias", {32}, false);
  }
}

// The mean of positions, and of what `down` adds, is far from zero.
void add_gpt2(TinyGguf& model) {
  model.add_pair(gguf_pair("gpt2.attention.head_count", 3));
  model.add_pair(real("gpt2.attention.layer_norm_epsilon", k1e5));
  model.add("token_embd.weight", {48, 257}, false);
  model.add("position_embd.weight", {48, 64}, true);
  model.add("output_norm.weight", {48}, true);
  model.add("output_norm.bias", {48}, false);
  for (const std::string layer : {"blk.0.", "blk.1."}) {
    model.add(layer + "attn_norm.weight", {48}, true);
    model.add(layer + "attn_norm.bias", {48}, false);
    model.add(layer + "attn_qkv.weight", {48, 144}, false);
    model.add(layer + "attn_qkv.bias", {144}, false);
    model.add(layer + "attn_output.weight", {48, 48}, false);
    model.add(layer + "attn_output.bias", {48}, false);
    model.add(layer + "ffn_norm.weight", {48}, true);
    model.add(layer + "ffn_norm.bias", {48}, false);
    model.add(layer + "ffn_up.weight", {48, 40}, false);
    model.add(layer + "ffn_up.bias", {40}, false);
    model.add(layer + "ffn_down.weight", {40, 48}, false);
    model.add(layer + "ffn_down.bias", {48}, true);
  }
}

}  // namespace

void TinyGguf::add(std::string_view name, const std::vector<std::uint64_t>& dimensions,
                   bool is_gain) {
  std::uint64_t count = 1;
  for (const std::uint64_t dimension : dimensions) count *= dimension;
  Bytes bytes;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto random = static_cast<std::uint32_t>(random_.next() >> 32);
    // Gains are 1 to 2; weights have exponents of -3 to -6 and either sign.
    const std::uint32_t exponent = is_gain ? 127 : 121 + (random >> 29 & 3);
    const std::uint32_t sign = is_gain ? 0 : random & 0x80000000;
    const Bytes number = le(sign | exponent << 23 | (random & 0x7fffff));
    bytes.insert(bytes.end(), number.begin(), number.end());
  }
  tensors_.push_back({std::string(name), dimensions, bytes});
}

void TinyGguf::set_numbers(std::string_view name, const std::vector<float>& numbers) {
  Bytes& bytes = std::ranges::find(tensors_, name, &Entry::name)->bytes;
  for (std::size_t i = 0; i < numbers.size(); ++i)
    store_le(bytes.data() + 4 * i, std::bit_cast<std::uint32_t>(numbers[i]));
}

void TinyGguf::remove(std::string_view name) {
  std::erase_if(tensors_, [&](const Entry& entry) { return entry.name == name; });
}

Bytes TinyGguf::part(std::uint32_t number, std::uint32_t count) const {
  std::vector<Bytes> pairs = number == 0 ? pairs_ : std::vector<Bytes>{};
  if (count > 1) {
    pairs.push_back(small_pair("split.no", number));
    pairs.push_back(small_pair("split.count", count));
    pairs.push_back(gguf_pair("split.tensors.count", static_cast<std::uint32_t>(tensors_.size())));
  }
  std::vector<Bytes> outlines;
  Bytes data;
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    if (i % count != number) continue;
    const Entry& tensor = tensors_[i];
    const auto& d = tensor.dimensions;
    outlines.push_back(d.size() == 1 ? gguf_tensor(tensor.name, {d[0]}, kF32, data.size())
                                     : gguf_tensor(tensor.name, {d[0], d[1]}, kF32, data.size()));
    data.insert(data.end(), tensor.bytes.begin(), tensor.bytes.end());
    data.resize((data.size() + 31) / 32 * 32);
  }
  return gguf_file(pairs, outlines, data);
}

std::vector<importer::Tensor> TinyGguf::tensors() const {
  std::vector<importer::Tensor> tensors;
  for (const Entry& entry : tensors_) {
    std::vector<std::uint64_t> shape = entry.dimensions;
    std::ranges::reverse(shape);
    tensors.push_back({entry.name, importer::ElementType::f32, shape, entry.bytes});
  }
  return tensors;
}

TinyGguf tiny_gguf(std::string_view architecture, std::string_view token_a) {
  TinyGguf model;
  const std::string prefix = std::string(architecture) + ".";
  model.add_pair(gguf_pair("general.architecture", architecture));
  model.add_pair(gguf_pair("general.name", "tiny"));
  model.add_pair(gguf_pair(prefix + "embedding_length", 48));
  model.add_pair(gguf_pair(prefix + "block_count", 2));
  model.add_pair(gguf_pair(prefix + "feed_forward_length", 40));
  model.add_pair(gguf_pair(prefix + "context_length", 64));
  add_tokenizer(model, token_a);
  if (architecture == "gpt2")
    add_gpt2(model);
  else
    add_llama(model, architecture);
  return model;
}

}  // namespace czip::test
