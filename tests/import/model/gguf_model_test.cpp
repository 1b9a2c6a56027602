// A tiny Llama of random weights as a GGUF file becomes a model file that the engine accepts.
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
#include "czip/codec/v2/model/identity.hpp"
#include "czip/engine/llm/weights.hpp"
#include "czip/engine/safetensors/content_hash.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/safetensors/writer.hpp"
#include "czip/import/gguf/reader.hpp"
#include "czip/import/model/public_model.hpp"
#include "czip/import/network/architecture.hpp"
#include "import/gguf_builder.hpp"
#include "import/imported_model.hpp"
#include "import/tiny_gguf.hpp"
#include "support/error_style.hpp"

namespace czip::test {
namespace {

using namespace czip::importer;

Result<Hash128> import_bytes(const Bytes& bytes, MemorySink& sink) {
  CZIP_TRY_ASSIGN(auto file, gguf::File::parse(bytes));
  const std::array<gguf::File, 1> parts{std::move(file)};
  CZIP_TRY_ASSIGN(const auto model, gguf::Model::join(parts));
  CZIP_TRY_ASSIGN(const auto read, read_gguf_model(model));
  CHECK(read.name == "tiny");
  CHECK_FALSE(read.is_chat);
  const auto more = safetensors::make_tensor<std::uint16_t>("code.order", {3},
                                                            std::array<std::uint16_t, 3>{1, 2, 3});
  return import_model(read, {{"format", "czip-model-v2"}, {"name", read.name}}, {more}, sink);
}

// Of an import of this file.
double error_of_import(const Bytes& source, const Bytes& imported) {
  const auto file = gguf::File::parse(source);
  REQUIRE(file.has_value());
  const auto architecture = read_architecture(file->metadata(), file->tensors());
  REQUIRE(architecture.has_value());
  return relative_error(*architecture, file->tensors(), imported);
}

TEST_CASE("import: a tiny Llama, Qwen2 and GPT-2 become models of the engine") {
  for (const std::string_view kind : {"llama", "qwen2", "gpt2"}) {
    MemorySink sink;
    const auto hash = import_bytes(tiny_gguf(kind).file(), sink);
    REQUIRE_MESSAGE(hash.has_value(), hash.error().message);
    CHECK(sink.expected == sink.bytes.size());
    const auto file = safetensors::File::parse(sink.bytes);
    REQUIRE_MESSAGE(file.has_value(), file.error().message);
    CHECK(v2::model_hash(*file) == *hash);
    CHECK(safetensors::check_stated_hash(*file, *hash).has_value());
    CHECK(file->metadata().at("name") == "tiny");
    CHECK(file->find("code.order")->bytes.size() == 6);
    CHECK(file->find("llm_tokenizer.lengths")->element_count() == 257);
    const auto weights = llm::Weights::parse(*file);
    REQUIRE_MESSAGE(weights.has_value(), weights.error().message);
    CHECK(weights->config.feed_forward == 64);
    CHECK(weights->config.block == 64);
    CHECK(weights->config.epsilon == 2061584);  // 1e-5 * 48 * 2^32
    CHECK(weights->config.biases == (kind == "llama"   ? 0
                                     : kind == "qwen2" ? llm::kQkvBias
                                                       : llm::kAllBiases));
    // The same on every machine.
    CHECK(to_hex(*hash) == (kind == "llama"   ? "bfcb7d885e67e7fd7a4ed7f92ba10445"
                            : kind == "qwen2" ? "cb836a45dc9a3fad91e11bbed7fcdd37"
                                              : "7afc030959f96766e89c9ad81e0d31db"));
    const double error = error_of_import(tiny_gguf(kind).file(), sink.bytes);
    CHECK_MESSAGE(error < 0.03, error);
  }
}

TEST_CASE("import: what czip does not know is refused by its name") {
  const auto message_of = [](const TinyGguf& builder) {
    MemorySink sink;
    const auto hash = import_bytes(builder.file(), sink);
    REQUIRE_FALSE(hash.has_value());
    CHECK(sink.bytes.empty());
    CHECK(is_well_styled(hash.error().message));
    return hash.error().message;
  };
  TinyGguf further = tiny_gguf("llama");
  further.add("blk.0.attn_q_norm.weight", {16}, true);
  CHECK(message_of(further) ==
        "the model has a tensor 'blk.0.attn_q_norm.weight', which czip does not know");
  TinyGguf scaled = tiny_gguf("llama");
  scaled.add_pair(gguf_pair("llama.rope.scaling.type", "yarn"));
  CHECK(message_of(scaled) ==
        "the model scales its rotary positions by 'yarn', which czip does not import");
  TinyGguf experts = tiny_gguf("llama");
  experts.add_pair(gguf_pair("llama.expert_count", 8));
  CHECK(message_of(experts) == "the model is a mixture of 8 experts, which czip does not import");
  CHECK(message_of(tiny_gguf("mamba")) ==
        "the architecture 'mamba' is none that czip imports (llama, qwen2, gpt2)");
}

TEST_CASE("import: a GPT-2 with a head of its own") {
  TinyGguf model = tiny_gguf("gpt2");
  model.add("output.weight", {48, 257}, false);
  MemorySink sink;
  REQUIRE(import_bytes(model.file(), sink).has_value());
  const double error = error_of_import(model.file(), sink.bytes);
  CHECK_MESSAGE(error < 0.03, error);
}

TEST_CASE("import: tensors of a GPT-2 that are missing or have another shape are named") {
  const auto message_of = [](std::string_view name, const std::vector<std::uint64_t>& dimensions) {
    TinyGguf model = tiny_gguf("gpt2");
    model.remove(name);
    if (!dimensions.empty()) model.add(name, dimensions, false);
    MemorySink sink;
    const auto hash = import_bytes(model.file(), sink);
    REQUIRE_FALSE(hash.has_value());
    CHECK(sink.bytes.empty());
    CHECK(is_well_styled(hash.error().message));
    return hash.error().message;
  };
  for (const std::string name :
       {"token_embd.weight", "position_embd.weight", "output_norm.bias", "blk.1.attn_qkv.weight",
        "blk.1.attn_qkv.bias", "blk.0.attn_output.bias", "blk.0.ffn_up.bias",
        "blk.0.ffn_down.bias"})
    CHECK(message_of(name, {}) == "tensor '" + name + "' is missing");
  for (const std::string name : {"blk.0.attn_qkv.weight", "position_embd.weight"})
    CHECK(message_of(name, {48, 48}).starts_with("tensor '" + name + "' has the shape [48, 48]"));
}

// A tiny Qwen2 with large biases of two keys of each head of keys, as pairs of real models have.
TinyGguf large_biases(float first, float second) {
  TinyGguf model = tiny_gguf("qwen2");
  for (const std::string layer : {"blk.0.", "blk.1."}) {
    std::vector<float> bias(32, 0.125F);
    bias[7] = first;  // the slowest pair of the first head
    bias[15] = second;
    bias[16 + 6] = -first;
    bias[16 + 13] = second;
    model.set_numbers(layer + "attn_k.bias", bias);
  }
  return model;
}

TEST_CASE("import: large biases of keys stay within the format's bounds") {
  // Keys that end at 32 would give 0.23. The larger a bias is, the more its queries' 8 bits count.
  const auto error_of = [](float first, float second) {
    const TinyGguf model = large_biases(first, second);
    MemorySink sink;
    const auto hash = import_bytes(model.file(), sink);
    REQUIRE_MESSAGE(hash.has_value(), hash.error().message);
    return error_of_import(model.file(), sink.bytes);
  };
  CHECK(error_of(20, -10) < 0.03);
  CHECK(error_of(100, 40) < 0.03);
  CHECK(error_of(400, -250) < 0.04);
}

TEST_CASE("import: a tokenizer that czip cannot use is refused before anything is written") {
  MemorySink sink;
  const auto hash = import_bytes(tiny_gguf("llama", "ab").file(), sink);
  REQUIRE_FALSE(hash.has_value());
  CHECK(hash.error().message ==
        "tokenizer: the tokenizer has no token for the byte 0x41, so it cannot hold every text");
}

}  // namespace
}  // namespace czip::test
