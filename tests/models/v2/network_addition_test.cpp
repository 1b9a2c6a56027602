// A network joins a trained model: blocks with it have states of their own, blocks without it do
// not change, and what does not fit is refused.
#include <doctest/doctest.h>

#include <array>
#include <map>
#include <string>
#include <vector>

#include "czip/codec/v2/block/block_coder.hpp"
#include "czip/codec/v2/coding/profile.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/training/v2/model_trainer.hpp"
#include "support/safetensors_writer.hpp"
#include "support/v2_files.hpp"
#include "support/v2_seeded_network.hpp"
#include "support/v2_tiny_model.hpp"

namespace czip::v2 {
namespace {

using test::Bytes;

constexpr std::array<std::uint8_t, 1> kNetworkProfiles{2};
// Six for each of these profiles.
constexpr std::size_t kStateTensors = 6;

Bytes english(std::size_t size = 2'000) { return test::to_bytes(test::english_text(size)); }

Bytes network_file(std::uint32_t vocabulary) {
  test::SeededNetworkV2Options options;
  options.config.vocabulary = vocabulary;
  options.config.group_size = vocabulary;  // one group, whatever the code tree
  return test::write_safetensors(test::make_seeded_network_v2(options));
}

Model parse(const Bytes& file) {
  auto model = Model::parse(file);
  REQUIRE_MESSAGE(model.has_value(), model.error().message);
  return *model;
}

// A corpus in which two documents are held out, one of them long enough for two streams. The
// content of the others does not matter.
Corpus corpus_with_documents() {
  const Bytes text = english(33'000);
  const Bytes filler{'x'};
  Corpus corpus;
  for (const Bytes& document : {text, english()}) {
    for (int i = 0; i < 23; ++i) REQUIRE(corpus.add_document(filler).has_value());
    REQUIRE(corpus.add_document(document).has_value());
  }
  return corpus;
}

Result<Bytes> joined(const Bytes& model, const Bytes& network,
                     const TrainingOptions& options = {}) {
  return add_network(parse(model), network, corpus_with_documents(), options);
}

const Bytes& joined_tiny() {
  static const Bytes file = joined(test::make_tiny_model_v2(), network_file(512)).value();
  return file;
}

// The tensors of a file, except those whose names begin with `but`.
test::SafetensorsContent content_of(const Bytes& file, const std::string& but = "-") {
  const auto parsed = safetensors::File::parse(file);
  REQUIRE(parsed.has_value());
  test::SafetensorsContent content{.tensors = {}, .metadata = {{"format", "czip-model-v2"}}};
  for (const auto& [name, tensor] : parsed->tensors()) {
    if (name.starts_with(but)) continue;
    content.tensors.push_back({name,
                               std::string(safetensors::dtype_name(tensor.dtype)),
                               tensor.shape,
                               {tensor.bytes.begin(), tensor.bytes.end()}});
  }
  return content;
}

std::map<std::string, Bytes> tensors(const Bytes& file, const std::string& but = "-") {
  std::map<std::string, Bytes> all;
  for (auto& tensor : content_of(file, but).tensors) all[tensor.name] = std::move(tensor.bytes);
  return all;
}

Bytes payload(const Model& model, const BlockSettings& settings, const Bytes& text) {
  const auto block = encode_block(model, settings, best_simd_level(), text);
  REQUIRE(block.has_value());
  Bytes back(text.size());
  REQUIRE(decode_block(model, settings, SimdLevel::scalar, block->payload, block->final_range, back)
              .has_value());
  CHECK(back == text);
  return block->payload;
}

// A model with a network in which the higher bytes of a tensor's 16-bit elements are changed.
Bytes with_changed(const std::string& name) {
  auto content = content_of(test::make_tiny_network_model_v2());
  Bytes& bytes = content.tensor(name).bytes;
  for (std::size_t i = 1; i < bytes.size(); i += 2) bytes[i] ^= 4;
  return test::write_model_v2(content);
}

Error refusal(const test::SafetensorsContent& content) {
  const auto model = Model::parse(test::write_model_v2(content));
  REQUIRE_FALSE(model.has_value());
  return model.error();
}

void check_names_both(const Error& error) {
  CHECK(error.code == ErrorCode::corrupt);
  CHECK(error.message.find("300") != std::string::npos);
  CHECK(error.message.find("512") != std::string::npos);
}

}  // namespace

TEST_CASE("a network joins a model, whose own tensors stay") {
  const Bytes tiny = test::make_tiny_model_v2();
  const Bytes& file = joined_tiny();
  const Model model = parse(file);
  CHECK(model.has_network());
  CHECK(model.description().name == "tiny");

  auto expected = tensors(tiny);
  expected.merge(tensors(network_file(512)));
  CHECK(tensors(file, "state.network.") == expected);
  CHECK(tensors(file).size() == expected.size() + kStateTensors);

  const Bytes text = english(6'000);
  CHECK(payload(model, {.profile = 1}, text) == payload(parse(tiny), {.profile = 1}, text));
  for (const std::uint8_t profile : kNetworkProfiles) {
    CHECK(payload(model, {profile, 0, true}, text) != payload(model, {profile, 0, false}, text));
    payload(model, {profile, 3, true}, text);
  }
}

TEST_CASE("a network may be given inside a model") {
  const Bytes& whole = joined_tiny();
  CHECK(joined(test::make_tiny_model_v2(), whole) == whole);
}

TEST_CASE("the mixer learns how much to heed a network") {
  const Bytes untrained = test::make_tiny_network_model_v2();
  const Bytes text = english();
  for (const std::uint8_t profile : kNetworkProfiles) {
    const std::size_t with = payload(parse(joined_tiny()), {profile, 0, true}, text).size();
    const std::size_t before = payload(parse(untrained), {profile, 0, true}, text).size();
    CHECK(with < before);
  }
}

TEST_CASE("the same documents give the same bytes, whatever the threads and a network before") {
  const Bytes tiny = test::make_tiny_model_v2();
  const Bytes network = network_file(512);
  TrainingOptions options;
  options.threads = 1;
  CHECK(joined(tiny, network, options).value() == joined_tiny());
  options.threads = 3;
  CHECK(joined(test::make_tiny_network_model_v2(), network, options).value() == joined_tiny());
}

TEST_CASE("the description replaces what it says") {
  TrainingOptions options;
  options.description.name = "new";
  const Bytes tiny = test::make_tiny_model_v2();
  const Bytes file = joined(tiny, network_file(512), options).value();
  const ModelDescription about = parse(file).description();
  CHECK(about.name == "new");
  CHECK(about.description == parse(tiny).description().description);
}

TEST_CASE("progress tells what each profile takes with and without the network") {
  std::map<std::string, double> bits;
  TrainingOptions options;
  options.progress = [&](const TrainingProgress& progress) -> Status {
    if (progress.done == progress.total) bits[std::string(progress.part)] = progress.bits_per_byte;
    return {};
  };
  REQUIRE(joined(test::make_tiny_model_v2(), network_file(512), options).has_value());
  CHECK(bits.size() == 2);
  for (const char* part :
       {"normal profile without the network", "normal profile with the network"}) {
    CHECK(bits[part] > 0.1);
    CHECK(bits[part] < 4);
  }
}

TEST_CASE("an error of the progress callback ends the training and is returned") {
  TrainingOptions options;
  options.progress = [](const TrainingProgress& progress) -> Status {
    if (progress.stage != "mixer") return {};
    return fail(ErrorCode::io, "the terminal is gone");
  };
  const auto file = joined(test::make_tiny_model_v2(), network_file(512), options);
  REQUIRE_FALSE(file.has_value());
  CHECK(file.error().message == "the terminal is gone");
}

TEST_CASE("what does not fit a model is refused") {
  const Bytes tiny = test::make_tiny_model_v2();
  check_names_both(joined(tiny, network_file(300)).error());
  CHECK(joined(tiny, tiny).error().message.find("network.config") != std::string::npos);
  CHECK_FALSE(joined(tiny, test::write_safetensors({})).has_value());
  CHECK_FALSE(joined(tiny, Bytes(100)).has_value());
  CHECK(add_network(parse(tiny), network_file(512), {}, {}).error().code ==
        ErrorCode::invalid_argument);
}

TEST_CASE("a model with a network needs the states that go with it") {
  const auto whole = content_of(test::make_tiny_network_model_v2());
  REQUIRE(Model::parse(test::write_model_v2(whole)).has_value());
  std::size_t states = 0;
  for (const auto& tensor : whole.tensors) {
    if (!tensor.name.starts_with("state.network.")) continue;
    CAPTURE(tensor.name);
    ++states;
    auto changed = whole;
    changed.remove(tensor.name);
    const Error missing = refusal(changed);
    CHECK(missing.code == ErrorCode::corrupt);
    CHECK(missing.message == "tensor '" + tensor.name + "' is missing");
    changed = whole;
    changed.tensor(tensor.name).shape.push_back(1);
    CHECK(refusal(changed).message.find(tensor.name) != std::string::npos);
  }
  CHECK(states == kStateTensors);
}

TEST_CASE("a model without a network may not have them") {
  CHECK(refusal(content_of(test::make_tiny_network_model_v2(), "network.")).code ==
        ErrorCode::unsupported);
}

TEST_CASE("a model whose network has another vocabulary is refused") {
  auto content = content_of(test::make_tiny_network_model_v2(), "network.");
  const auto network = test::make_seeded_network_v2();
  for (const auto& tensor : network.tensors) content.tensors.push_back(tensor);
  check_names_both(refusal(content));
}

TEST_CASE(
    "a network with wrong weights is refused by the first block that needs it, and only then") {
  auto content = content_of(test::make_tiny_network_model_v2());
  content.tensor("network.embedding").bytes[0] = 0x80;
  const Bytes file = test::write_model_v2(content);
  const Model model = parse(file);
  const Bytes text = english();
  payload(model, {.profile = 1}, text);
  for (int attempt = 0; attempt < 2; ++attempt) {
    for (const SimdLevel simd : {SimdLevel::scalar, best_simd_level()}) {
      const auto block = encode_block(model, {2, 0, true}, simd, text);
      REQUIRE_FALSE(block.has_value());
      CHECK(block.error().code == ErrorCode::corrupt);
      CHECK(block.error().message.starts_with("the model's network cannot be used: tensor 'netw"));
    }
  }
}

TEST_CASE("a block starts in the state of its profile, with the network or without") {
  const Bytes file = test::make_tiny_network_model_v2();
  const Model model = parse(file);
  const Bytes text = english();
  for (const std::uint8_t profile : kNetworkProfiles) {
    const BlockSettings with{profile, 1, true}, without{profile, 1, false};
    const std::string number = std::to_string(profile);
    for (const std::string& name : {number + ".candidate.weights", number + ".tree.weights"}) {
      CAPTURE(name);
      const Bytes own = with_changed("state." + name);
      CHECK(payload(parse(own), with, text) == payload(model, with, text));
      CHECK(payload(parse(own), without, text) != payload(model, without, text));
      const Bytes other = with_changed("state.network." + name);
      CHECK(payload(parse(other), with, text) != payload(model, with, text));
      CHECK(payload(parse(other), without, text) == payload(model, without, text));
    }
  }
}

TEST_CASE("a network joins the profiles of the levels that use one, and no other") {
  for (int level = kMinLevel; level <= kMaxLevel; ++level) {
    const LevelSettings settings = level_settings(level);
    if (settings.network) CHECK(settings.profile >= kFirstNetworkProfile);
  }
  const Bytes file = test::make_tiny_network_model_v2();
  const BlockSettings settings{0, 0, true};
  Bytes text(1);
  CHECK(encode_block(parse(file), settings, best_simd_level(), text).error().code ==
        ErrorCode::unsupported);
  CHECK(decode_block(parse(file), settings, best_simd_level(), Bytes(4), kUnknownRange, text)
            .error()
            .code == ErrorCode::unsupported);
}

}  // namespace czip::v2
