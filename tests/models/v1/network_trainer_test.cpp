// The trainer of czip-model-v1 computes what the engine computes, its gradients are those of the
// functions without rounding, and what it writes is a whole model.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "czip/base/little_endian.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v1/model.hpp"
#include "czip/engine/safetensors/writer.hpp"
#include "czip/engine/simd.hpp"
#include "czip/engine/v1/network.hpp"
#include "czip/engine/v1/weights.hpp"
#include "czip/tokenizer/v1/tokenizer.hpp"
#include "czip/training/v1/model_trainer.hpp"
#include "nn/checkpoint.hpp"
#include "nn/optimizer.hpp"
#include "support/fast_tests.hpp"
#include "v1/attention.hpp"
#include "v1/format.hpp"
#include "v1/model_file.hpp"
#include "v1/norm.hpp"
#include "v1/pass.hpp"
#include "v1/shape.hpp"
#include "v1/value_bound.hpp"

namespace czip::v1::training {
namespace {

NetworkShape small_shape() {
  NetworkShape shape;
  shape.heads = 2;
  shape.d_ff = 96;
  shape.layers = 2;
  shape.context_log2 = 7;
  return shape;
}

std::span<const std::uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// Sentences of made-up words, so that there is something to learn.
std::string sentences(std::size_t size, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::string text;
  while (text.size() < size) {
    auto word = static_cast<std::uint32_t>(random() % 3000) * 40'503;
    for (std::uint32_t i = 0; i <= word % 4; ++i, word = word / 60 * 29 + 17) {
      text += "bdfgklmnprst"[word % 12];
      text += "aeiou"[word / 12 % 5];
    }
    text += random() % 8 == 0 ? ".\n" : " ";
  }
  return text;
}

// Makes a corpus of `text`, cut in equal parts, and a held-out document.
Corpus corpus_of(const std::string& text, const std::string& held_out) {
  Corpus corpus;
  const std::size_t documents = Corpus::kHeldOutPeriod - 1;
  for (std::size_t d = 0; d < documents; ++d) {
    const std::size_t begin = text.size() * d / documents;
    const std::size_t end = text.size() * (d + 1) / documents;
    REQUIRE(corpus.add_document(bytes_of(text).subspan(begin, end - begin)).has_value());
  }
  REQUIRE(corpus.add_document(bytes_of(held_out)).has_value());
  return corpus;
}

std::string trained_tokenizer(const std::string& text) {
  auto json = train_tokenizer(corpus_of(text, "not trained on"));
  REQUIRE_MESSAGE(json.has_value(), (json ? "" : json.error().message));
  return *json;
}

// Trains for a few steps on tokens of a small language.
struct Training {
  NetworkShape shape = small_shape();
  std::size_t tokens = std::size_t{1} << shape.context_log2;
  Parameters parameters{shape, 1};
  NetworkPass pass{shape, tokens};
  nn::Gradients gradients{parameters};
  double first_bits = 0;
  double last_bits = 0;

  [[nodiscard]] std::vector<std::uint16_t> text(std::uint32_t seed) const {
    std::mt19937 random(seed);
    std::vector<std::uint16_t> result;
    while (result.size() < tokens) {
      const auto word = static_cast<std::uint32_t>(random() % 40);
      for (std::uint32_t i = 0; i <= word % 5; ++i)
        result.push_back(static_cast<std::uint16_t>((word * 23 + i * i) % 1000));
    }
    result.resize(tokens);
    return result;
  }

  // Computes the gradient of the mean code length over `sequences` texts; returns that in bits.
  double batch(std::uint32_t seed, std::uint32_t sequences) {
    gradients.clear();
    double bits = 0;
    for (std::uint32_t s = 0; s < sequences; ++s)
      bits += pass.gradients(parameters, text(seed * sequences + s),
                             1 / static_cast<float>(sequences), gradients);
    return bits / static_cast<double>(sequences * tokens);
  }

  void run(std::uint32_t steps) {
    nn::Optimizer optimizer(parameters, {});
    for (std::uint32_t step = 0; step < steps; ++step) {
      last_bits = batch(step, 4);
      if (step == 0) first_bits = last_bits;
      REQUIRE(optimizer.step(parameters, std::array{&gradients}, 1).has_value());
    }
  }
};

std::size_t different_logits(const Weights& model, SimdLevel level,
                             std::span<const std::uint16_t> text, std::span<const float> expected) {
  const auto transformer = Network::create(model, level, Dialect::rust);
  REQUIRE(transformer.has_value());
  const auto context = static_cast<std::uint32_t>(text.size());
  auto state =
      InferenceState::create(*transformer, {.sequences = 1, .context = context, .rows = 1});
  REQUIRE(state.has_value());
  std::size_t different = 0;
  for (std::size_t t = 0; t < text.size(); ++t) {
    const InputRow row{0, t == 0 ? kReferenceFirstToken : text[t - 1]};
    state->forward(std::span(&row, 1));
    const auto logits = state->logits(0);
    for (std::size_t i = 0; i < kVocabulary; ++i)
      if (static_cast<float>(logits[i]) != expected[t * kVocabulary + i]) ++different;
  }
  return different;
}

NetworkTrainingOptions small_options() {
  NetworkTrainingOptions options;
  options.shape = small_shape();
  options.shape.layers = 1;
  options.batch_tokens = 1024;
  options.tokens = 60 * 1024;
  options.threads = 1;
  return options;
}

Result<std::vector<std::uint8_t>> trained(const NetworkTrainingOptions& options,
                                          const std::string& text) {
  return train_model(corpus_of(text, sentences(20'000, 9)), trained_tokenizer(text), options);
}

}  // namespace

TEST_CASE("after some steps of training the trainer's logits are the engine's bit for bit") {
  Training training;
  training.run(test::full_or_fast(40U, 6U));
  CHECK(training.last_bits < test::full_or_fast(0.7, 1.0) * training.first_bits);
  const auto file = write_model(training.shape, training.parameters, "no tokenizer", {});
  REQUIRE(file.has_value());
  const auto model = load_weights(*file);
  REQUIRE_MESSAGE(model.has_value(), (model ? "" : model.error().message));
  CHECK(model->context == training.tokens);
  auto text = training.text(999);
  SUBCASE("text as in training") {}
  SUBCASE("one token again and again, which makes the largest sums") {
    std::fill(text.begin(), text.end(), std::uint16_t{23});
  }
  const auto expected = training.pass.logits(training.parameters, text);
  for (const nn::Isa isa : nn::supported_isas()) {
    CAPTURE(nn::isa_name(isa));
    CHECK(NetworkPass(training.shape, training.tokens, isa).logits(training.parameters, text) ==
          expected);
  }
  for (const SimdLevel level : supported_simd_levels()) {
    CAPTURE(simd_level_name(level));
    CHECK(different_logits(*model, level, text, expected) == 0);
  }
}

// The largest magnitude of a first layer's value for any token.
float largest_value(const Parameters& parameters, std::size_t width) {
  const LayerIndex& layer = parameters.layers[0];
  const KernelTables tables(nn::best_isa());
  nn::NormActivations tokens(kVocabulary, width);
  tokens.input = parameters.list[parameters.embedding].quantized;
  normalize(tables, width, parameters[layer.attention_input_norm], tokens);
  float largest = 0;
  for (std::size_t token = 0; token < kVocabulary; ++token) {
    for (std::size_t row = width + kHeadDim; row < width + 2 * kHeadDim; ++row) {
      const float* weights = parameters[layer.qkv] + row * width;
      float value =
          std::inner_product(weights, weights + width, &tokens.output[token * width], 0.0F);
      tables.own->requantize(kRequantizeMultiplier, 1, &value);
      largest = std::max(largest, std::abs(value));
    }
  }
  return largest;
}

TEST_CASE("the values of long contexts are bound so that their sums fit 32 bits") {
  CHECK(largest_safe_value(256) == 127);
  CHECK(largest_safe_value(512) == 64);
  CHECK(largest_safe_value(1024) == 32);
  auto shape = small_shape();
  const auto bound = [&](std::uint32_t context_log2) {
    shape.context_log2 = context_log2;
    Parameters parameters(shape, 1);
    ValueBound(shape).apply(parameters);
    return largest_value(parameters, width_of(shape));
  };
  CHECK(bound(8) > 64);
  CHECK(bound(9) <= 64);
  CHECK(bound(9) >= 60);
  CHECK(bound(10) <= 32);
  CHECK(bound(10) >= 29);
}

TEST_CASE("bound values give the engine's logits, too") {
  auto shape = small_shape();
  shape.context_log2 = 9;
  Parameters parameters(shape, 1);
  ValueBound(shape).apply(parameters);
  const auto file = write_model(shape, parameters, "no tokenizer", {});
  REQUIRE(file.has_value());
  const auto model = load_weights(*file);
  REQUIRE_MESSAGE(model.has_value(), (model ? "" : model.error().message));
  std::vector<std::uint16_t> text(512);
  std::mt19937 random(1);
  for (std::uint16_t& token : text) token = static_cast<std::uint16_t>(random() % kVocabulary);
  const auto expected = NetworkPass(shape, text.size()).logits(parameters, text);
  CHECK(different_logits(*model, best_simd_level(), text, expected) == 0);
}

// Rounding makes the loss a staircase, so the slope is measured over a wide step and for many
// parameters together, along the gradient itself. It is less steep than the gradient says where a
// value at its bound lets a gradient pass that would bring it back, but stays there.
TEST_CASE("a step along each parameter's gradient lowers the loss as the gradient says") {
  Training training;
  training.run(5);
  constexpr std::uint32_t kSequences = 6;
  training.batch(77, kSequences);
  const nn::Gradients gradients = training.gradients;
  const auto loss = [&] { return training.batch(77, kSequences) * std::log(2.0); };
  for (std::size_t p = 0; p < training.parameters.list.size(); p += test::full_or_fast(1U, 3U)) {
    nn::Parameter& parameter = training.parameters.list[p];
    CAPTURE(parameter.name);
    // So early in training they matter less than what rounding does; see the next test.
    if (parameter.name.ends_with("score_mult") || parameter.name.ends_with("sink_key")) continue;
    const std::vector<float> integers = parameter.quantized;
    float largest = 0;
    for (std::size_t i = 0; i < parameter.size(); ++i)
      largest = std::max(largest, std::abs(gradients[p][i]));
    // The most that an integer moves by.
    const float most = parameter.role == nn::Role::vector ? 12.0F : 4.0F;
    double expected = 0;
    const auto moved = [&](float sign) {
      for (std::size_t i = 0; i < parameter.size(); ++i) {
        const float step = std::round(sign * most * gradients[p][i] / largest);
        parameter.quantized[i] = std::clamp(integers[i] + step, parameter.low, parameter.high);
        expected += double{gradients[p][i]} * (parameter.quantized[i] - integers[i]) * sign;
      }
      return loss();
    };
    const double up = moved(1);
    const double down = moved(-1);
    parameter.quantized = integers;
    CHECK(up - down == doctest::Approx(expected).epsilon(0.4).scale(0));
  }
}

TEST_CASE("attention's gradients are the slopes of its output's square") {
  constexpr std::size_t kTokens = 80;  // more than one part, and the last one not full
  constexpr std::size_t kHeads = 3;
  std::mt19937 random(1);
  const auto integers = [&random](std::size_t size, std::uint32_t most) {
    std::vector<float> values(size);
    for (float& value : values)
      value = static_cast<float>(random() % (2 * most + 1)) - static_cast<float>(most);
    return values;
  };
  struct Input {
    std::string name;
    float step;
    std::vector<float> values;
    std::vector<float> gradients = std::vector<float>(values.size());
  };
  Input queries{"queries", 6, integers(kTokens * kHeads * kHeadDim, 60)};
  Input keys{"keys", 6, integers(kTokens * kHeadDim, 100)};
  Input values{"values", 6, integers(kTokens * kHeadDim, 100)};
  Input sink{"sink", 25, integers(kHeadDim, 100)};
  Input multiplier{"multiplier", 20'000, {100'000, 200'000, 300'000}};
  Attention attention(kTokens, kHeads, KernelTables(nn::best_isa()));
  std::vector<float> out(kTokens * kHeads * kHeadDim);
  std::vector<std::uint16_t> weights(kTokens * kHeads * kTokens);
  std::vector<float> sums(kTokens * kHeads);
  const auto input = [&] {
    return AttentionInput{queries.values.data(), keys.values.data(), values.values.data(),
                          sink.values.data(), multiplier.values.data()};
  };
  const auto half_square = [&] {
    attention.forward(input(), out.data(), weights.data(), sums.data());
    double sum = 0;
    for (const float value : out) sum += double{value} * value / 2;
    return sum;
  };
  half_square();
  const std::vector<float> dout = out;
  attention.backward(input(), out.data(), weights.data(), sums.data(), dout.data(),
                     {queries.gradients.data(), keys.gradients.data(), values.gradients.data(),
                      sink.gradients.data(), multiplier.gradients.data()});
  for (Input* moved : {&queries, &keys, &values, &sink, &multiplier}) {
    CAPTURE(moved->name);
    float largest = 0;
    for (const float gradient : moved->gradients) largest = std::max(largest, std::abs(gradient));
    const std::vector<float> before = moved->values;
    double expected = 0;
    double difference = 0;
    for (const float sign : {1.0F, -1.0F}) {
      for (std::size_t i = 0; i < before.size(); ++i) {
        const float step = std::round(sign * moved->step * moved->gradients[i] / largest);
        moved->values[i] = before[i] + step;
        expected += double{moved->gradients[i]} * step * sign;
      }
      difference += half_square() * sign;
    }
    moved->values = before;
    CHECK(difference == doctest::Approx(expected).epsilon(0.2).scale(0));
  }
}

TEST_CASE("a trained tokenizer has 1024 ids, gives any text back and depends on its text only") {
  const std::string text = sentences(60'000, 1);
  const std::string json = trained_tokenizer(text);
  CHECK(json == trained_tokenizer(text));
  CHECK(json != trained_tokenizer(sentences(60'000, 2)));
  const auto tokenizer = Tokenizer::from_json(json);
  REQUIRE_MESSAGE(tokenizer.has_value(), (tokenizer ? "" : tokenizer.error().message));
  CHECK(tokenizer->vocabulary_size() == 1024);
  CHECK(tokenizer->special_token("<|bos|>").value_or(0) == 1022);
  CHECK(tokenizer->special_token("<|eos|>").value_or(0) == 1023);
  for (TokenId id = 0; id < 1024; ++id) CHECK(!tokenizer->token_bytes(id).empty());
  const std::string strange = "\xff\x80 Ünï \r\n\t 12345 don't  \xe3\x81\n\n" + text.substr(0, 999);
  const auto tokens = tokenizer->encode(strange);
  REQUIRE(tokens.has_value());
  std::string back;
  REQUIRE(tokenizer->decode(*tokens, back).has_value());
  CHECK(back == strange);
  const auto usual = tokenizer->encode(text);
  REQUIRE(usual.has_value());
  CHECK(usual->size() < 0.4 * static_cast<double>(text.size()));
}

TEST_CASE("too little text makes no tokenizer") {
  const auto json = train_tokenizer(corpus_of("hello hello hello hello", "hello"));
  REQUIRE(!json.has_value());
  CHECK(json.error().code == ErrorCode::invalid_argument);
}

TEST_CASE("the trainer gives a model that compresses text like its own, and the same one again") {
  const std::string text = sentences(200'000, 1);
  double held_out = 0;
  auto options = small_options();
  options.tokens = test::full_or_fast(60U, 12U) * 1024;
  options.progress = [&](const nn::Progress& progress) -> Status {
    held_out = progress.held_out_bits;
    return {};
  };
  const auto file = trained(options, text);
  REQUIRE_MESSAGE(file.has_value(), (file ? "" : file.error().message));
  CHECK(held_out > 0);
  const auto model = load_model(*file);
  REQUIRE_MESSAGE(model.has_value(), (model ? "" : model.error().message));

  const std::string sample = sentences(20'000, 9);
  MemorySink packed;
  REQUIRE(v1::encode(*model, bytes_of(sample), packed, {}).has_value());
  MemorySource source(packed.bytes());
  MemorySink back;
  REQUIRE(v1::decode(*model, source, back, {}).has_value());
  CHECK(std::string(back.bytes().begin(), back.bytes().end()) == sample);
  // The same text as held out, but cut elsewhere, and with the container around it.
  const double bits = 8.0 * static_cast<double>(packed.bytes().size()) / 20'000;
  CHECK(bits == doctest::Approx(held_out).epsilon(0.05));

  const auto again = trained(options, text);
  REQUIRE(again.has_value());
  CHECK(*again == *file);
}

TEST_CASE("options and shapes that cannot be trained are refused") {
  const std::string text = sentences(60'000, 1);
  const std::string json = trained_tokenizer(text);
  auto options = small_options();
  options.shape.heads = 17;
  CHECK(train_model({}, json, options).error().code == ErrorCode::unsupported);
  options = small_options();
  options.shape.context_log2 = 11;
  CHECK(train_model({}, json, options).error().code == ErrorCode::unsupported);
  CHECK(!train_model({}, "{}", small_options()).has_value());
  options = small_options();
  options.tokens = 0;
  CHECK(trained(options, text).error().code == ErrorCode::invalid_argument);
  CHECK(train_model({}, json, small_options()).error().code == ErrorCode::invalid_argument);
  options = small_options();
  options.checkpoint = {1, 2, 3};
  CHECK(!trained(options, text).has_value());
}

TEST_CASE("training resumes from a checkpoint, of the same network and seed only") {
  const std::string text = sentences(60'000, 1);
  auto options = small_options();
  auto wider = options.shape;
  wider.d_ff += 32;
  const Parameters other(wider, 1);
  options.checkpoint = nn::write_checkpoint(other, nn::Optimizer(other, {}), {}).value();
  CHECK(trained(options, text).error().code == ErrorCode::invalid_argument);

  options.checkpoint.clear();
  options.tokens = 1;  // a step
  options.seed = 2;
  const auto expected = trained(options, text);
  const Parameters start(options.shape, 2);
  options.checkpoint = nn::write_checkpoint(start, nn::Optimizer(start, {}), {.seed = 2}).value();
  const auto resumed = trained(options, text);
  REQUIRE(expected.has_value());
  REQUIRE(resumed.has_value());
  CHECK(*resumed == *expected);
  options.seed = 3;
  CHECK(trained(options, text).error().code == ErrorCode::invalid_argument);
}

TEST_CASE("a checkpoint that is damaged, cut, or of another version is refused") {
  const Parameters start(small_options().shape, 1);
  const std::vector<std::uint8_t> whole =
      nn::write_checkpoint(start, nn::Optimizer(start, {}), {}).value();
  CHECK(nn::check_checkpoint(whole).has_value());
  const auto header = static_cast<std::size_t>(load_le<std::uint64_t>(whole.data()));
  const auto refused = [](std::span<const std::uint8_t> file) {
    const auto checked = nn::check_checkpoint(file);
    if (checked) return false;
    CHECK(checked.error().message.find("checkpoint") != std::string::npos);
    return true;
  };
  std::vector<std::uint8_t> changed = whole;
  for (std::size_t at = 0; at < whole.size(); at += at < 8 + header ? 7 : 1 + whole.size() / 199) {
    const std::uint8_t bit = static_cast<std::uint8_t>(1U << at % 8);
    changed[at] ^= bit;
    CAPTURE(at);
    CHECK(refused(changed));
    changed[at] ^= bit;
    CHECK(refused(std::span(whole).first(at)));
  }
  for (const char* version : {"", "1", "3"}) {
    const auto other = safetensors::with_metadata(whole, {{"version", version}}).value();
    const auto checked = nn::check_checkpoint(safetensors::with_content_hash(other).value());
    REQUIRE_FALSE(checked.has_value());
    CHECK(checked.error().code == ErrorCode::unsupported);
  }
}

}  // namespace czip::v1::training
