#include "czip/codec/v2/model.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "czip/base/little_endian.hpp"
#include "czip/codec/v2/model/identity.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/safetensors/writer.hpp"
#include "support/safetensors_writer.hpp"
#include "support/v2_tiny_model.hpp"

namespace czip::v2 {
namespace {

using Bytes = std::vector<std::uint8_t>;

// The model with another header and a hash that is right for it.
Bytes with_header(const Bytes& model, const std::string& header) {
  const std::size_t data = sizeof(std::uint64_t) + load_le<std::uint64_t>(model.data());
  return test::resealed_v2(test::write_raw_safetensors(header, std::span(model).subspan(data)));
}

Model parsed(const Bytes& file) {
  auto model = Model::parse(file);
  REQUIRE_MESSAGE(model.has_value(), model.error().message);
  return *model;
}

}  // namespace

TEST_CASE("the tiny model loads and says what it is") {
  const Bytes file = test::make_tiny_model_v2();
  const auto model = Model::parse(file);
  REQUIRE(model.has_value());
  CHECK(model->description().name == "tiny");
  CHECK(model->vocabulary_size() == 512);
  CHECK_FALSE(model->has_network());
  const Bytes other_file = test::make_tiny_model_v2("other");
  const auto other = Model::parse(other_file);
  REQUIRE(other.has_value());
  CHECK(other->description().name == "other");
  CHECK_FALSE(other->hash() == model->hash());
}

TEST_CASE("a model without one of its tensors, or with one of another type or shape, is refused") {
  const Bytes file = test::make_tiny_model_v2();
  const auto header = nlohmann::ordered_json::parse(test::header_of(file));
  for (const auto& item : header.items()) {
    const std::string name = item.key();
    const auto value = item.value();
    if (name == "__metadata__") continue;
    CAPTURE(name);
    auto changed = header;
    changed["another"] = value;
    changed.erase(name);
    CHECK_FALSE(Model::parse(with_header(file, changed.dump())).has_value());
    changed = header;
    changed[name]["shape"].push_back(1);
    CHECK_FALSE(Model::parse(with_header(file, changed.dump())).has_value());
    changed = header;
    changed[name]["dtype"] = value["dtype"] == "U32"  ? "I32"
                             : value["dtype"] == "U8" ? "I8"
                                                      : "F16";
    CHECK_FALSE(Model::parse(with_header(file, changed.dump())).has_value());
  }
}

TEST_CASE("a model of another format is refused by name") {
  const Bytes file = test::make_tiny_model_v2();
  auto header = nlohmann::ordered_json::parse(test::header_of(file));
  const auto refusal = [&](const char* format) {
    header["__metadata__"]["format"] = format;
    const auto model = Model::parse(with_header(file, header.dump()));
    REQUIRE_FALSE(model.has_value());
    CHECK(model.error().code == ErrorCode::unsupported);
    return model.error().message;
  };
  CHECK(refusal("czip-model-v3") ==
        "the model is of format 'czip-model-v3'; this czip reads czip-model-v2");
  CHECK(refusal("czip-model-v2-rc2") ==
        "the model is of format 'czip-model-v2-rc2'; this czip reads czip-model-v2");
  CHECK(refusal("of\ntwo lines\x1b[2J") ==
        "the model is of format 'of\\x0atwo lines\\x1b[2J'; this czip reads czip-model-v2");
  header["__metadata__"].erase("format");
  CHECK(Model::parse(with_header(file, header.dump())).error().message ==
        "the model states no format; this czip reads czip-model-v2");
}

TEST_CASE("a model cut anywhere is refused") {
  const Bytes file = test::make_tiny_model_v2();
  for (std::size_t size = 0; size < file.size(); size += 1 + file.size() / 997) {
    CHECK_FALSE(Model::parse(std::span(file).first(size)).has_value());
  }
}

TEST_CASE(
    "a change of any tensor is refused, with the hash that it has and the one it should have") {
  const Bytes file = test::make_tiny_model_v2();
  const std::string hash = to_hex(parsed(file).hash());
  const auto header = nlohmann::json::parse(test::header_of(file));
  CHECK(header["__metadata__"]["content_hash"] == hash);
  for (const auto& item : header.items()) {
    if (item.key() == "__metadata__") continue;
    CAPTURE(item.key());
    Bytes changed = file;
    test::tensor_bytes(changed, item.key()).back() ^= 1;
    const auto model = Model::parse(changed);
    REQUIRE_FALSE(model.has_value());
    CHECK(model.error().code == ErrorCode::corrupt);
    CHECK(model.error().message.find(hash) != std::string::npos);
    const auto tensors = safetensors::File::parse(changed);
    CHECK(model.error().message.find(to_hex(model_hash(*tensors))) != std::string::npos);
  }
}

TEST_CASE("a model that states no hash, or something else, is refused") {
  const Bytes file = test::make_tiny_model_v2();
  const std::string hash = to_hex(parsed(file).hash());
  std::string upper = hash;
  for (char& c : upper) c = static_cast<char>(c >= 'a' ? c - 'a' + 'A' : c);
  for (const std::string& stated : {std::string(), std::string("0"), hash + "0", upper,
                                    hash.substr(1), std::string(5000, 'a') + "\n\x1b[31m"}) {
    CAPTURE(stated);
    const Bytes changed = safetensors::with_metadata(file, {{"content_hash", stated}}).value();
    const auto model = Model::parse(changed);
    REQUIRE_FALSE(model.has_value());
    CHECK(model.error().code == ErrorCode::corrupt);
    CHECK(model.error().message.find(hash) != std::string::npos);
    CHECK(model.error().message.size() < 500);
    CHECK(model.error().message.find('\x1b') == std::string::npos);
  }
}

TEST_CASE("what people read in the metadata does not make another model") {
  const Bytes file = test::make_tiny_model_v2();
  const Model model = parsed(file);
  const Bytes renamed = safetensors::with_metadata(file, {{"name", "another"},
                                                          {"description", ""},
                                                          {"license", "none"},
                                                          {"training_data", "nothing"},
                                                          {"czip.unknown", "\u00e9"}})
                            .value();
  const Model other = parsed(renamed);
  CHECK(other.hash() == model.hash());
  CHECK(other.description().name == "another");
  CHECK(other.description().description.empty());
  CHECK(with_model_hash(file, {{"name", "another"}}).value() ==
        safetensors::with_metadata(file, {{"name", "another"}}).value());
  // The format is part of what a model is.
  const Bytes later = safetensors::with_metadata(file, {{"format", "czip-model-v3"}}).value();
  CHECK_FALSE(model_hash(*safetensors::File::parse(later)) == model.hash());
}

TEST_CASE("tables that contradict themselves are refused") {
  const auto refused = [](const std::string& name, std::size_t at, std::uint8_t value) {
    Bytes file = test::make_tiny_model_v2();
    test::tensor_bytes(file, name)[at] = value;
    return !Model::parse(test::resealed_v2(file)).has_value();
  };
  CHECK(refused("code.order", 1, 0xff));
  CHECK(refused("code.splits", 1, 0xff));
  CHECK(refused("prior.order0", 3, 0xff));
  CHECK(refused("tokenizer.lengths", 0, 0));
  CHECK(refused("tokenizer.lengths", 0, 200));
}

}  // namespace czip::v2
