// A tiny Llama of random weights as a GGUF file becomes a model file that the engine accepts.
#include "czip/import/model/import_gguf.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/hash128.hpp"
#include "czip/base/seeded_generator.hpp"
#include "czip/engine/llm/weights.hpp"
#include "czip/engine/safetensors/content_hash.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/import/gguf/reader.hpp"
#include "czip/import/network/architecture.hpp"
#include "import/gguf_builder.hpp"
#include "import/imported_model.hpp"
#include "support/error_style.hpp"

namespace czip::test {
namespace {

using namespace czip::importer;
using enum gguf::ValueType;

// A GGUF file that grows tensor by tensor.
class Builder {
 public:
  // F32 numbers around `center` within one, or three, by powers of two.
  void add(std::string_view name, std::initializer_list<std::uint64_t> dimensions, bool gain) {
    constexpr std::uint32_t kF32 = 0;
    std::uint64_t count = 1;
    for (const std::uint64_t dimension : dimensions) count *= dimension;
    tensors_.push_back(gguf_tensor(name, dimensions, kF32, data_.size()));
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto random = static_cast<std::uint32_t>(random_.next() >> 32);
      // Gains are 1 to 2; weights have exponents of -3 to -6 and either sign.
      const std::uint32_t exponent = gain ? 127 : 121 + (random >> 29 & 3);
      const std::uint32_t sign = gain ? 0 : random & 0x80000000;
      const Bytes number = le(sign | exponent << 23 | (random & 0x7fffff));
      data_.insert(data_.end(), number.begin(), number.end());
    }
    data_.resize((data_.size() + 31) / 32 * 32);
  }
  void add_pair(const Bytes& pair) { pairs_.push_back(pair); }
  [[nodiscard]] Bytes file() const { return gguf_file(pairs_, tensors_, data_); }

 private:
  SeededGenerator random_{11};
  std::vector<Bytes> pairs_;
  std::vector<Bytes> tensors_;
  Bytes data_;
};

Bytes real(std::string_view key, std::uint32_t bits) { return gguf_pair(key, f32, le(bits)); }

void add_tokenizer(Builder& builder) {
  Bytes texts = gguf_string("<s>");
  Bytes types = le(std::int32_t{3});
  for (unsigned byte = 0; byte < 256; ++byte) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    const std::string text{'<', '0', 'x', kDigits[byte >> 4], kDigits[byte & 15], '>'};
    texts = joined({texts, gguf_string(text)});
    types = joined({types, le(std::int32_t{6})});
  }
  builder.add_pair(gguf_pair("tokenizer.ggml.model", "llama"));
  builder.add_pair(gguf_array("tokenizer.ggml.tokens", string, 257, texts));
  builder.add_pair(gguf_array("tokenizer.ggml.token_type", i32, 257, types));
  builder.add_pair(gguf_array("tokenizer.ggml.scores", f32, 257, Bytes(4 * 257)));
  builder.add_pair(gguf_pair("tokenizer.ggml.bos_token_id", std::uint32_t{0}));
}

// 48 elements, 4 heads of 16 with 2 of keys, a feed-forward of 40, which is padded to 64.
Builder tiny_model(std::string_view kind) {
  Builder builder;
  const std::string prefix = std::string(kind) + ".";
  builder.add_pair(gguf_pair("general.architecture", kind));
  builder.add_pair(gguf_pair("general.name", "tiny"));
  builder.add_pair(gguf_pair(prefix + "embedding_length", 48));
  builder.add_pair(gguf_pair(prefix + "block_count", 2));
  builder.add_pair(gguf_pair(prefix + "feed_forward_length", 40));
  builder.add_pair(gguf_pair(prefix + "context_length", 64));
  builder.add_pair(gguf_pair(prefix + "attention.head_count", 4));
  builder.add_pair(gguf_pair(prefix + "attention.head_count_kv", 2));
  builder.add_pair(gguf_pair(prefix + "attention.key_length", 16));
  builder.add_pair(gguf_pair(prefix + "attention.value_length", 16));
  builder.add_pair(gguf_pair(prefix + "rope.dimension_count", 16));
  builder.add_pair(real(prefix + "attention.layer_norm_rms_epsilon", 0x3727c5ac));  // 1e-5
  add_tokenizer(builder);
  builder.add("token_embd.weight", {48, 257}, false);
  builder.add("output_norm.weight", {48}, true);
  for (const std::string layer : {"blk.0.", "blk.1."}) {
    builder.add(layer + "attn_norm.weight", {48}, true);
    builder.add(layer + "attn_q.weight", {48, 64}, false);
    builder.add(layer + "attn_k.weight", {48, 32}, false);
    builder.add(layer + "attn_v.weight", {48, 32}, false);
    builder.add(layer + "attn_output.weight", {64, 48}, false);
    builder.add(layer + "ffn_norm.weight", {48}, true);
    builder.add(layer + "ffn_gate.weight", {48, 40}, false);
    builder.add(layer + "ffn_up.weight", {48, 40}, false);
    builder.add(layer + "ffn_down.weight", {40, 48}, false);
    if (kind == "llama") continue;
    builder.add(layer + "attn_q.bias", {64}, false);
    builder.add(layer + "attn_k.bias", {32}, false);
    builder.add(layer + "attn_v.bias", {32}, false);
  }
  return builder;
}

Result<Hash128> import_bytes(const Bytes& bytes, MemorySink& sink) {
  CZIP_TRY_ASSIGN(auto file, gguf::File::parse(bytes));
  const std::array<gguf::File, 1> parts{std::move(file)};
  CZIP_TRY_ASSIGN(const auto model, gguf::Model::join(parts));
  return import_gguf(model, {"tiny.gguf", "sha256:00"}, sink);
}

// Of an import of this file.
double error_of_import(const Bytes& source, const Bytes& imported) {
  const auto file = gguf::File::parse(source);
  REQUIRE(file.has_value());
  const auto architecture = read_architecture(file->metadata(), file->tensors());
  REQUIRE(architecture.has_value());
  return relative_error(*architecture, file->tensors(), imported);
}

TEST_CASE("import: a tiny Llama and a tiny Qwen2 become models of the engine") {
  for (const std::string_view kind : {"llama", "qwen2"}) {
    MemorySink sink;
    const auto hash = import_bytes(tiny_model(kind).file(), sink);
    REQUIRE_MESSAGE(hash.has_value(), hash.error().message);
    const auto file = safetensors::File::parse(sink.bytes);
    REQUIRE_MESSAGE(file.has_value(), file.error().message);
    constexpr std::array<std::string_view, 1> kKeys{"format"};
    CHECK(safetensors::content_hash(*file, kKeys) == *hash);
    CHECK(safetensors::check_stated_hash(*file, *hash).has_value());
    CHECK(file->metadata().at("name") == "tiny");
    CHECK(file->metadata().at("source_file") == "tiny.gguf");
    CHECK(file->metadata().at("kind") == "base");
    const auto weights = llm::Weights::parse(*file);
    REQUIRE_MESSAGE(weights.has_value(), weights.error().message);
    CHECK(weights->config.feed_forward == 64);
    CHECK(weights->config.block == 64);
    CHECK(weights->config.epsilon == 2061584);  // 1e-5 * 48 * 2^32
    CHECK(weights->config.biases == (kind == "llama" ? 0 : llm::kQkvBias));
    // The same on every machine.
    CHECK(to_hex(*hash) == (kind == "llama" ? "60dfd1cffb0b10216f06a27ff66be2ea"
                                            : "9d57062f4adf1a711ee7f19cf96848e4"));
    const double error = error_of_import(tiny_model(kind).file(), sink.bytes);
    CHECK_MESSAGE(error < 0.03, error);
  }
}

TEST_CASE("import: what czip does not know is refused by its name") {
  const auto message_of = [](const Builder& builder) {
    MemorySink sink;
    const auto hash = import_bytes(builder.file(), sink);
    REQUIRE_FALSE(hash.has_value());
    CHECK(sink.bytes.empty());
    CHECK(is_well_styled(hash.error().message));
    return hash.error().message;
  };
  Builder further = tiny_model("llama");
  further.add("blk.0.attn_q_norm.weight", {16}, true);
  CHECK(message_of(further) ==
        "the model has a tensor 'blk.0.attn_q_norm.weight', which czip does not know");
  Builder scaled = tiny_model("llama");
  scaled.add_pair(gguf_pair("llama.rope.scaling.type", "yarn"));
  CHECK(message_of(scaled) ==
        "the model scales its rotary positions by 'yarn', which czip does not import");
  Builder experts = tiny_model("llama");
  experts.add_pair(gguf_pair("llama.expert_count", 8));
  CHECK(message_of(experts) == "the model is a mixture of 8 experts, which czip does not import");
  CHECK(message_of(tiny_model("mamba")) ==
        "the architecture 'mamba' is none that czip imports (llama, qwen2)");
}

}  // namespace
}  // namespace czip::test
