#include "czip/codec/v2/model.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "czip/base/little_endian.hpp"
#include "support/safetensors_writer.hpp"
#include "support/v2_tiny_model.hpp"

namespace czip::v2 {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes with_header(const Bytes& model, const std::string& header) {
  const std::size_t data = sizeof(std::uint64_t) + load_le<std::uint64_t>(model.data());
  return test::write_raw_safetensors(header, std::span(model).subspan(data));
}

// The bytes of a tensor in a model file.
std::span<std::uint8_t> tensor(Bytes& model, const std::string& name) {
  const auto header = nlohmann::json::parse(test::header_of(model));
  const std::size_t data = sizeof(std::uint64_t) + load_le<std::uint64_t>(model.data());
  const std::size_t begin = header[name]["data_offsets"][0], end = header[name]["data_offsets"][1];
  return std::span(model).subspan(data + begin, end - begin);
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
  auto changed = header;
  changed["__metadata__"]["format"] = "czip-model-v3";
  CHECK(Model::parse(with_header(file, changed.dump())).error().code == ErrorCode::unsupported);
}

TEST_CASE("a model cut anywhere is refused") {
  const Bytes file = test::make_tiny_model_v2();
  for (std::size_t size = 0; size < file.size(); size += 1 + file.size() / 997) {
    CHECK_FALSE(Model::parse(std::span(file).first(size)).has_value());
  }
}

TEST_CASE("tables that contradict themselves are refused") {
  const auto refused = [](const std::string& name, std::size_t at, std::uint8_t value) {
    Bytes file = test::make_tiny_model_v2();
    tensor(file, name)[at] = value;
    return !Model::parse(file).has_value();
  };
  CHECK(refused("tables.squash", 1, 0xff));
  CHECK(refused("code.order", 1, 0xff));
  CHECK(refused("code.splits", 1, 0xff));
  CHECK(refused("prior.order0", 3, 0xff));
  CHECK(refused("tokenizer.lengths", 0, 0));
  CHECK(refused("tokenizer.lengths", 0, 200));
}

}  // namespace czip::v2
