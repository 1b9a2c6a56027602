#include "fuzz/codec/model_v2.hpp"

#include "fuzz/fuzz.hpp"
#include "support/v2_language_model.hpp"
#include "support/v2_tiny_model.hpp"

namespace czip::test {

const Bytes& fuzz_model_file_v2() {
  // As small as may be: a hostile block has many tokens.
  static const Bytes file = [] {
    SeededLlmOptions options;
    options.config = {.vocabulary = kSeededLlmVocabulary,
                      .width = 16,
                      .layers = 1,
                      .heads = 1,
                      .kv_heads = 1,
                      .head_size = 16,
                      .feed_forward = 32,
                      .context = 20,
                      .kept = 4,
                      .rotary = 16,
                      .gated = 1,
                      .block = 32,
                      .biases = 0,
                      .epsilon = 1000};
    return with_language_model_v2(make_tiny_network_model_v2(), options);
  }();
  return file;
}

const v2::Model& fuzz_model_v2() {
  static const v2::Model model =
      value_or_abort(v2::Model::parse(fuzz_model_file_v2()), "the tiny model");
  return model;
}

}  // namespace czip::test
