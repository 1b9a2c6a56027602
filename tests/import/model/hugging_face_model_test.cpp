// A Hugging Face folder gives the same network as the GGUF file of the same model.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "czip/engine/safetensors/reader.hpp"
#include "czip/import/gguf/model.hpp"
#include "czip/import/gguf/reader.hpp"
#include "czip/import/model/public_model.hpp"
#include "import/imported_model.hpp"
#include "import/tiny_gguf.hpp"
#include "import/tiny_hugging_face.hpp"
#include "support/error_style.hpp"

namespace czip::test {
namespace {

using namespace czip::importer;

// Imports into `sink`; an error's message, or nothing.
std::string import_folder(const TinyHuggingFace& folder, MemorySink& sink) {
  const Bytes bytes = weights_file(folder.tensors);
  auto file = safetensors::File::parse(bytes);
  REQUIRE(file.has_value());
  const std::array<safetensors::File, 1> files{*std::move(file)};
  const auto model = read_hugging_face_model({folder.config, folder.tokenizer, "", files});
  if (!model) return model.error().message;
  const auto hash = import_model(*model, {{"format", "czip-model-v2"}}, {}, sink);
  return hash ? "" : hash.error().message;
}

MemorySink imported_gguf(std::string_view architecture) {
  const Bytes bytes = tiny_gguf(architecture).file();
  const std::array<gguf::File, 1> parts{gguf::File::parse(bytes).value()};
  const auto joined = gguf::Model::join(parts);
  REQUIRE(joined.has_value());
  const auto model = read_gguf_model(*joined);
  REQUIRE(model.has_value());
  MemorySink sink;
  REQUIRE(import_model(*model, {{"format", "czip-model-v2"}}, {}, sink).has_value());
  return sink;
}

TEST_CASE("hugging face: a folder gives the network that the GGUF file gives") {
  for (const std::string_view kind : {"llama", "qwen2", "gpt2"}) {
    const MemorySink expected = imported_gguf(kind);
    MemorySink sink;
    REQUIRE(import_folder(tiny_hugging_face(kind), sink) == "");
    const auto a = safetensors::File::parse(expected.bytes);
    const auto b = safetensors::File::parse(sink.bytes);
    REQUIRE((a.has_value() && b.has_value()));
    std::size_t compared = 0;
    for (const auto& entry : a->tensors()) {
      const std::string& name = entry.first;
      if (!name.starts_with("llm.")) continue;
      CAPTURE(name);
      const safetensors::TensorView* const same = b->find(name);
      REQUIRE(same != nullptr);
      CHECK(std::ranges::equal(same->bytes, entry.second.bytes));
      ++compared;
    }
    CHECK(compared > 20);
    CHECK(b->find("llm_tokenizer.merges") == nullptr);
  }
}

TEST_CASE("hugging face: what czip does not know is refused by its name") {
  std::string kind = "llama";
  const auto refusal = [&kind](std::string_view wrong, std::string_view right) {
    TinyHuggingFace folder = tiny_hugging_face(kind);
    const std::size_t at = folder.config.find(right);
    REQUIRE(at != std::string::npos);
    folder.config.replace(at, right.size(), wrong);
    MemorySink sink;
    const std::string message = import_folder(folder, sink);
    CHECK(sink.bytes.empty());
    CHECK(is_well_styled(message));
    return message;
  };
  CHECK(refusal(R"("gemma")", R"("llama")") ==
        "the architecture 'gemma' is none that czip imports (llama, mistral, qwen2, gpt2)");
  CHECK(refusal(R"("gelu")", R"("silu")") ==
        "the model has the activation 'gelu', which czip does not import");
  CHECK(refusal(R"({"rope_type": "yarn", "factor": 8.0})", "null") ==
        "the model scales its rotary positions by 'yarn', which czip does not import");
  CHECK(refusal(R"({"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 4,
                    "high_freq_factor": 1, "original_max_position_embeddings": 64})",
                "null") == "the scaling of rotary positions is out of range");
  CHECK(refusal(R"("partial_rotary_factor": 0.5)", R"("rope_scaling": null)") ==
        "the model rotates a part of each head, which czip does not import");
  CHECK(refusal(R"("vocab_size": 256)", R"("vocab_size": 257)").starts_with("tokenizer.json: "));
  CHECK(refusal("false", "true") == "tensor 'output.weight' is missing");
  kind = "gpt2";
  CHECK(refusal(R"("gelu")", R"("gelu_new")") ==
        "the model has the activation 'gelu', which czip does not import");
  CHECK(refusal(R"("n_head": 3, "scale_attn_by_inverse_layer_idx": true)", R"("n_head": 3)") ==
        "the model's attention is not GPT-2's usual one, and czip does not import it");
  CHECK(refusal(R"("n_head": 0)", R"("n_head": 3)") == "the model has no heads");
  CHECK(refusal(R"("n_head": 3, "tie_word_embeddings": false)", R"("n_head": 3)") ==
        "tensor 'output.weight' is missing");
  CHECK(refusal(R"("n_inner": null)", R"("n_inner": 40)")
            .starts_with("tensor 'blk.0.ffn_up.weight' has the shape [40, 48]"));
}

TEST_CASE("hugging face: a window of attention limits the context, and a tied head is not read") {
  TinyHuggingFace folder = tiny_hugging_face("qwen2");
  folder.config.replace(folder.config.find("null"), 4,
                        R"({"type": "linear", "factor": 2.0}, "use_sliding_window": true,
                            "sliding_window": 32)");
  folder.tensors.push_back({"lm_head.weight", "F32", {1}, Bytes(4)});
  folder.tensors.push_back({"model.layers.0.self_attn.rotary_emb.inv_freq", "F32", {1}, Bytes(4)});
  MemorySink sink;
  REQUIRE(import_folder(folder, sink) == "");
  const auto file = safetensors::File::parse(sink.bytes);
  REQUIRE(file.has_value());
  CHECK(file->find("llm.rotary")->shape == std::vector<std::uint64_t>{32, 16});
}

}  // namespace
}  // namespace czip::test
