// A language model for whole blocks.
#include "czip/codec/v2/model/language_model.hpp"

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "signature/models.hpp"

namespace czip::signature {

void add_language_model(Tensors& tensors) {
  const std::string sample = make_sample();
  llm::Description tokenizer = make_llm_tokenizer(sample);
  const llm::Settings settings{
      .vocabulary_size = static_cast<std::uint32_t>(tokenizer.lengths.size()),
      .splitting = llm::Splitting::gpt2,
      .first_token = TokenId{0}};
  tokenizer.config = settings.words();
  const auto add = [&tensors](const char* name, std::vector<std::uint64_t> shape,
                              const auto& values) {
    tensors.push_back(safetensors::make_tensor(std::string(v2::kLlmTokenizerPrefix) + name,
                                               std::move(shape), std::span(values)));
  };
  add("config", {tokenizer.config.size()}, tokenizer.config);
  add("lengths", {tokenizer.lengths.size()}, tokenizer.lengths);
  add("bytes", {tokenizer.bytes.size()}, tokenizer.bytes);
  add("merges", {tokenizer.merges.size() / 2, 2}, tokenizer.merges);

  const LlmOptions network{.config = {.vocabulary = settings.vocabulary_size,
                                      .width = 32,
                                      .layers = 1,
                                      .heads = 2,
                                      .kv_heads = 1,
                                      .head_size = 16,
                                      .feed_forward = 64,
                                      .context = 24,
                                      .kept = 4,
                                      .rotary = 16,
                                      .gated = 1,
                                      .block = 32,
                                      .biases = 0,
                                      .epsilon = 1000},
                           .seed = 16};
  Random random(17);
  add_llm_tensors(network, make_llm_tables(network.config, random), tensors);
}

}  // namespace czip::signature
