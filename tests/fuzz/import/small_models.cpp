#include "fuzz/import/small_models.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "czip/base/seeded_generator.hpp"
#include "czip/engine/llm/state.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "import/gguf_builder.hpp"

namespace czip::test {
namespace {

using enum importer::gguf::ValueType;

constexpr std::uint32_t kWidth = 16;
constexpr std::uint32_t kHidden = 24;
constexpr std::uint32_t kTokens = 260;
constexpr std::uint32_t kF16 = 1;

struct SmallTensor {
  std::string name;
  std::vector<std::uint64_t> dimensions;
  std::uint32_t type = kF16;
  Bytes data;
};
struct SmallModel {
  std::vector<Bytes> pairs;
  std::vector<SmallTensor> tensors;
};

std::string byte_name(std::uint32_t byte) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  return {'<', '0', 'x', kDigits[byte >> 4], kDigits[byte & 15], '>'};
}

// GPT-2's characters for bytes, as UTF-8.
std::string byte_character(std::uint32_t byte) {
  const auto stands_for_itself = [](std::uint32_t b) {
    return (b > 32 && b < 127) || (b > 160 && b != 173);
  };
  std::uint32_t code = byte;
  if (!stands_for_itself(byte)) {
    code = 256;
    for (std::uint32_t before = 0; before < byte; ++before)
      if (!stands_for_itself(before)) ++code;
  }
  if (code < 128) return std::string(1, static_cast<char>(code));
  return {static_cast<char>(0xc0 | code >> 6), static_cast<char>(0x80 | (code & 63))};
}

// <s>, the bytes, "aa", "aaa" and "aaaa".
void add_tokenizer(SmallModel& model, bool on_bytes) {
  constexpr std::int32_t kText = 1;
  constexpr std::int32_t kControl = 3;
  constexpr std::int32_t kByte = 6;
  Bytes texts = gguf_string("<s>");
  Bytes types = le(kControl);
  for (std::uint32_t id = 1; id < kTokens; ++id) {
    const bool single = id <= 256;
    const std::string text = !single    ? std::string(id - 255, 'a')
                             : on_bytes ? byte_character(id - 1)
                                        : byte_name(id - 1);
    texts = joined({texts, gguf_string(text)});
    types = joined({types, le(single && !on_bytes ? kByte : kText)});
  }
  model.pairs.push_back(gguf_pair("tokenizer.ggml.model", on_bytes ? "gpt2" : "llama"));
  model.pairs.push_back(gguf_array("tokenizer.ggml.tokens", string, kTokens, texts));
  model.pairs.push_back(gguf_array("tokenizer.ggml.token_type", i32, kTokens, types));
  model.pairs.push_back(gguf_array("tokenizer.ggml.scores", f32, kTokens, Bytes(4 * kTokens)));
  model.pairs.push_back(gguf_strings("tokenizer.ggml.merges", {"a a", "aa a", "aa aa"}));
  model.pairs.push_back(gguf_pair("tokenizer.ggml.pre", "smollm"));
  model.pairs.push_back(gguf_pair("tokenizer.ggml.bos_token_id", std::uint32_t{0}));
}

void add_tensor(SmallModel& model, const std::string& name, std::vector<std::uint64_t> dimensions,
                SeededGenerator& random) {
  std::uint64_t count = 1;
  for (const std::uint64_t dimension : dimensions) count *= dimension;
  Bytes data;
  for (std::uint64_t i = 0; i < count; ++i) {
    // Half precision, 1/16 to 2 of either sign.
    const auto bits = static_cast<std::uint16_t>(random.next() >> 48);
    const auto half = static_cast<std::uint16_t>((bits & 0x83ff) | (11 + (bits >> 10 & 3)) << 10);
    const Bytes number = le(half);
    data.insert(data.end(), number.begin(), number.end());
  }
  model.tensors.push_back({name, std::move(dimensions), kF16, std::move(data)});
}

SmallModel small_model(bool qwen2) {
  SmallModel model;
  const std::string kind = qwen2 ? "qwen2" : "llama";
  const auto add = [&](const std::string& key, std::uint32_t value) {
    model.pairs.push_back(gguf_pair(kind + "." + key, value));
  };
  model.pairs.push_back(gguf_pair("general.architecture", kind));
  model.pairs.push_back(gguf_pair("general.name", "small"));
  add("embedding_length", kWidth);
  add("block_count", 1);
  add("feed_forward_length", kHidden);
  add("context_length", 20);
  add("attention.head_count", 1);
  add("attention.head_count_kv", 1);
  add("rope.dimension_count", 16);
  model.pairs.push_back(
      gguf_pair(kind + ".attention.layer_norm_rms_epsilon", f32, le(std::uint32_t{0x3727c5ac})));
  model.pairs.push_back(gguf_pair(kind + ".rope.freq_base", f32, le(std::uint32_t{0x461c4000})));
  add_tokenizer(model, qwen2);
  SeededGenerator random(qwen2 ? 2 : 1);
  add_tensor(model, "token_embd.weight", {kWidth, kTokens}, random);
  add_tensor(model, "output_norm.weight", {kWidth}, random);
  for (const char* name : {"attn_norm", "ffn_norm"})
    add_tensor(model, std::string("blk.0.") + name + ".weight", {kWidth}, random);
  for (const char* name : {"attn_q", "attn_k", "attn_v", "attn_output"})
    add_tensor(model, std::string("blk.0.") + name + ".weight", {kWidth, 16}, random);
  for (const char* name : {"ffn_gate", "ffn_up"})
    add_tensor(model, std::string("blk.0.") + name + ".weight", {kWidth, kHidden}, random);
  add_tensor(model, "blk.0.ffn_down.weight", {kHidden, kWidth}, random);
  if (qwen2)
    for (const char* name : {"attn_q", "attn_k", "attn_v"})
      add_tensor(model, std::string("blk.0.") + name + ".bias", {16}, random);
  return model;
}

constexpr std::array kNames{"output.weight", "rope_freqs.weight", "blk.0.attn_q.bias",
                            "blk.1.attn_norm.weight"};
constexpr std::array kKeys{"llama.rope.scaling.type",
                           "llama.rope.scaling.factor",
                           "llama.attention.key_length",
                           "llama.attention.value_length",
                           "llama.expert_count",
                           "tokenizer.chat_template",
                           "general.license",
                           "tokenizer.ggml.eos_token_id"};

void edit_pair(SmallModel& model, FuzzInput& input) {
  if (input.below(4) == 0 || model.pairs.empty()) {
    const char* const key = kKeys[input.below(kKeys.size())];
    model.pairs.push_back(input.below(2) == 0
                              ? gguf_pair(key, input.below(600))
                              : gguf_pair(key, to_string(input.take(input.below(12)))));
    return;
  }
  Bytes& pair = model.pairs[input.below(static_cast<std::uint32_t>(model.pairs.size()))];
  switch (input.below(3)) {
    case 0:
      pair[pair.size() - 1 - input.below(4) % pair.size()] = input.byte();
      return;
    case 1:
      pair[input.word() % pair.size()] = input.byte();
      return;
    default:
      pair = model.pairs.back();
      model.pairs.pop_back();
  }
}

void edit_tensor(SmallModel& model, FuzzInput& input) {
  if (model.tensors.empty()) return;
  const auto at = input.below(static_cast<std::uint32_t>(model.tensors.size()));
  SmallTensor& tensor = model.tensors[at];
  switch (input.below(6)) {
    case 0:
      model.tensors.erase(model.tensors.begin() + static_cast<std::ptrdiff_t>(at));
      return;
    case 1:
      tensor.name = kNames[input.below(kNames.size())];
      return;
    case 2:
      tensor.type = input.below(31);
      return;
    case 3:
      tensor.dimensions[input.byte() % tensor.dimensions.size()] = input.below(600);
      return;
    default: {
      const auto bytes = input.take(1 + input.below(8));
      for (std::size_t i = 0, place = input.word(); i < bytes.size(); ++i)
        tensor.data[(place + i) % tensor.data.size()] = bytes[i];
    }
  }
}

Bytes file_of(const SmallModel& model) {
  std::vector<Bytes> outlines;
  Bytes data;
  for (const SmallTensor& tensor : model.tensors) {
    Bytes outline = joined(
        {gguf_string(tensor.name), le(static_cast<std::uint32_t>(tensor.dimensions.size()))});
    for (const std::uint64_t dimension : tensor.dimensions)
      outline = joined({outline, le(dimension)});
    outlines.push_back(joined({outline, le(tensor.type), le(std::uint64_t{data.size()})}));
    data.insert(data.end(), tensor.data.begin(), tensor.data.end());
    data.resize((data.size() + 31) / 32 * 32);
  }
  return gguf_file(model.pairs, outlines, data);
}

}  // namespace

Bytes edited_gguf(FuzzInput& input) {
  SmallModel model = small_model(input.below(2) != 0);
  const std::uint32_t edits = input.below(6);
  const bool edits_bytes = input.below(4) == 3;
  for (std::uint32_t i = 0; i < edits; ++i) {
    if (input.below(2) == 0)
      edit_pair(model, input);
    else
      edit_tensor(model, input);
  }
  return edits_bytes ? changed_file(file_of(model), input) : file_of(model);
}

void check_imported(const Bytes& model) {
  const auto file = value_or_abort(safetensors::File::parse(model), "an imported file");
  auto weights = value_or_abort(llm::Weights::parse(file), "imported weights");
  const auto network =
      value_or_abort(llm::Network::create(std::move(weights), best_simd_level()), "a network");
  auto state = value_or_abort(llm::State::create(network, {}), "a state");
  std::vector<llm::Row> rows(network.config().context + 2);
  for (std::uint32_t i = 0; i < rows.size(); ++i) rows[i].token = i % network.config().vocabulary;
  std::vector<std::int32_t> logits(rows.size() * network.config().vocabulary);
  state.forward(rows, logits);
}

}  // namespace czip::test
