#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/little_endian.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "support/error_style.hpp"
#include "support/safetensors_writer.hpp"

namespace czip::test {
namespace {

struct Lie {
  const char* header;
  std::size_t data_size;
  ErrorCode code;
  const char* message;  // a part of it
};

void check_refused(const std::vector<std::uint8_t>& file, ErrorCode code,
                   const std::string& message) {
  const auto parsed = safetensors::File::parse(file);
  REQUIRE_FALSE(parsed.has_value());
  CHECK(parsed.error().code == code);
  CHECK_MESSAGE(parsed.error().message.find(message) != std::string::npos, parsed.error().message);
  CHECK_MESSAGE(is_well_styled(parsed.error().message), parsed.error().message);
}

void check_refused(std::span<const Lie> lies) {
  for (const Lie& lie : lies) {
    CAPTURE(lie.header);
    const std::vector<std::uint8_t> data(lie.data_size);
    check_refused(write_raw_safetensors(lie.header, data), lie.code, lie.message);
  }
}

// `depth` times `text`.
std::string repeat(const std::string& text, std::size_t depth) {
  std::string result;
  for (std::size_t i = 0; i < depth; ++i) result += text;
  return result;
}

constexpr ErrorCode kCorrupt = ErrorCode::corrupt;
constexpr ErrorCode kTruncated = ErrorCode::truncated;
constexpr ErrorCode kUnsupported = ErrorCode::unsupported;

TEST_CASE("safetensors: tensors and metadata are found by name") {
  const std::array<std::int16_t, 6> values{1, -2, 3, -4, 5, -32768};
  SafetensorsContent content;
  content.tensors.push_back(safetensors::make_tensor<std::int16_t>("b", {2, 3}, values));
  content.tensors.push_back(make_scalar("a", std::int32_t{-7}));
  content.tensors.push_back(safetensors::make_tensor<std::uint8_t>("empty", {0, 5}, {}));
  content.metadata = {{"key", "value with \" and \n"}};
  const std::vector<std::uint8_t> file = write_safetensors(content);

  const auto parsed = safetensors::File::parse(file);
  REQUIRE(parsed.has_value());
  CHECK(parsed->tensors().size() == 3);
  CHECK(parsed->metadata().size() == 1);
  CHECK(parsed->metadata().at("key") == "value with \" and \n");
  CHECK(parsed->find("absent") == nullptr);

  const safetensors::TensorView* const b = parsed->find("b");
  REQUIRE(b != nullptr);
  CHECK(b->dtype == safetensors::DType::i16);
  CHECK(b->shape == std::vector<std::uint64_t>{2, 3});
  CHECK(b->element_count() == 6);
  CHECK(load_le<std::int16_t>(b->bytes.data() + 10) == -32768);

  const safetensors::TensorView* const a = parsed->find("a");
  REQUIRE(a != nullptr);
  CHECK(a->shape.empty());
  CHECK(a->element_count() == 1);
  CHECK(load_le<std::int32_t>(a->bytes.data()) == -7);
  CHECK(parsed->find("empty")->element_count() == 0);
}

TEST_CASE("safetensors: names and metadata that are not UTF-8 are written as such") {
  const std::string name = "bad\x8ename";
  const std::array<std::int8_t, 1> values{5};
  const std::vector<std::uint8_t> bytes = safetensors::write(
      {{"name", name}}, std::array{safetensors::make_tensor<std::int8_t>(name, {1}, values)});
  const auto file = safetensors::File::parse(bytes);
  REQUIRE(file.has_value());
  CHECK(file->metadata().at("name") == "bad\xef\xbf\xbdname");
  CHECK(file->find("bad\xef\xbf\xbdname") != nullptr);
}

TEST_CASE("safetensors: a file without tensors is valid") {
  CHECK(safetensors::File::parse(write_raw_safetensors("{}", {})).has_value());
}

TEST_CASE("safetensors: every dtype has the size that its name says") {
  struct Named {
    const char* name;
    std::size_t size;
  };
  for (const Named& expected :
       {Named{"I8", 1}, Named{"U8", 1}, Named{"I16", 2}, Named{"U16", 2}, Named{"I32", 4},
        Named{"U32", 4}, Named{"I64", 8}, Named{"U64", 8}, Named{"F16", 2}, Named{"BF16", 2},
        Named{"F32", 4}, Named{"F64", 8}, Named{"BOOL", 1}}) {
    CAPTURE(expected.name);
    const std::vector<std::uint8_t> data(3 * expected.size);
    std::string header = R"({"t":{"dtype":")";
    header += expected.name;
    header += R"(","shape":[3],"data_offsets":[0,)" + std::to_string(data.size()) + "]}}";
    const auto file = write_raw_safetensors(header, data);
    const auto parsed = safetensors::File::parse(file);
    REQUIRE(parsed.has_value());
    CHECK(safetensors::dtype_name(parsed->find("t")->dtype) == expected.name);
    CHECK(safetensors::dtype_size(parsed->find("t")->dtype) == expected.size);
  }
}

TEST_CASE("safetensors: a lie about the header's length is refused") {
  for (std::size_t size = 0; size < 8; ++size)
    check_refused(std::vector<std::uint8_t>(size), kTruncated, "fewer than its header length");
  std::vector<std::uint8_t> file = write_raw_safetensors("{}", {});
  const auto with_length = [&file](std::uint64_t length) {
    store_le(file.data(), length);
    return file;
  };
  check_refused(with_length(0), kCorrupt, "does not begin with '{'");
  check_refused(with_length(1), kCorrupt, "not valid JSON");
  check_refused(with_length(3), kTruncated, "header length 3 is more than the 2 bytes");
  check_refused(with_length(100'000'000), kTruncated, "header length 100000000");
  check_refused(with_length(100'000'001), kCorrupt, "limit of 100000000");
  check_refused(with_length(std::uint64_t{1} << 63), kCorrupt, "9223372036854775808");
  check_refused(with_length(UINT64_MAX), kCorrupt, "18446744073709551615");
  check_refused(with_length(UINT64_MAX - 7), kCorrupt, "18446744073709551608");
}

TEST_CASE("safetensors: a header that is not the JSON of the format is refused") {
  constexpr std::array kLies{
      Lie{" {}", 0, kCorrupt, "does not begin with '{'"},
      Lie{"\xef\xbb\xbf{}", 0, kCorrupt, "does not begin with '{'"},
      Lie{"[]", 0, kCorrupt, "does not begin with '{'"},
      Lie{"{", 0, kCorrupt, "not valid JSON"},
      Lie{"{}x", 0, kCorrupt, "not valid JSON"},
      Lie{"{}{}", 0, kCorrupt, "not valid JSON"},
      Lie{"{} // comment", 0, kCorrupt, "not valid JSON"},
      Lie{"{\"\xff\":1}", 0, kCorrupt, "not valid JSON"},
      Lie{R"({"a":1})", 0, kCorrupt, "entry 'a' holds a number"},
      Lie{R"({"a":null})", 0, kCorrupt, "entry 'a' holds null"},
      Lie{R"({"a":true})", 0, kCorrupt, "entry 'a' holds a boolean"},
      Lie{R"({"a":"b"})", 0, kCorrupt, "entry 'a' holds a string"},
      Lie{R"({"a":[]})", 0, kCorrupt, "entry 'a' holds an array"},
      Lie{R"({"\n\u001b[31m":[]})", 0, kCorrupt, "entry '\\x0a\\x1b[31m' holds"},
      Lie{R"({"__metadata__":[]})", 0, kCorrupt, "entry '__metadata__' holds an array"},
      Lie{R"({"__metadata__":{"k":1}})", 0, kCorrupt, "metadata field 'k' holds a number"},
      Lie{R"({"__metadata__":{"k":{}}})", 0, kCorrupt, "metadata field 'k' holds an object"},
      Lie{R"({"__metadata__":{"k":null}})", 0, kCorrupt, "metadata field 'k' holds null"},
  };
  check_refused(kLies);
  check_refused(write_raw_safetensors(std::string("{}\0x", 4), {}), kCorrupt, "NUL at its byte 2");
}

TEST_CASE("safetensors: a key that occurs twice is refused") {
  constexpr std::array kLies{
      Lie{R"({"a":{"dtype":"I8","shape":[],"data_offsets":[0,1]},"a":{}})", 1, kCorrupt,
          "header has 'a' twice"},
      Lie{R"({"a":{"dtype":"I8","shape":[],"data_offsets":[0,1]},"\u0061":{}})", 1, kCorrupt,
          "header has 'a' twice"},
      Lie{R"({"__metadata__":{},"__metadata__":{}})", 0, kCorrupt, "has '__metadata__' twice"},
      Lie{R"({"__metadata__":{"k":"1","k":"2"}})", 0, kCorrupt, "metadata has 'k' twice"},
      Lie{R"({"a":{"dtype":"I8","dtype":"I8","shape":[],"data_offsets":[0,1]}})", 1, kCorrupt,
          "tensor 'a' has 'dtype' twice"},
      Lie{R"({"a":{"dtype":"I8","shape":[],"shape":[1],"data_offsets":[0,1]}})", 1, kCorrupt,
          "tensor 'a' has 'shape' twice"},
      Lie{R"({"a":{"dtype":"I8","shape":[],"data_offsets":[0,1],"data_offsets":[0,1]}})", 1,
          kCorrupt, "tensor 'a' has 'data_offsets' twice"},
  };
  check_refused(kLies);
}

TEST_CASE("safetensors: a lie about a tensor's dtype or shape is refused") {
  constexpr std::array kLies{
      Lie{R"({"a":{}})", 0, kCorrupt, "tensor 'a' has no dtype"},
      Lie{R"({"a":{"dtype":"I8"}})", 0, kCorrupt, "tensor 'a' has no shape"},
      Lie{R"({"a":{"dtype":"I8","shape":[]}})", 0, kCorrupt, "tensor 'a' has no data_offsets"},
      Lie{R"({"a":{"dtype":"I8","x":1}})", 0, kCorrupt, "tensor 'a' has the unknown field 'x'"},
      Lie{R"({"a":{"dtype":8}})", 0, kCorrupt, "tensor 'a': dtype holds a number"},
      Lie{R"({"a":{"dtype":"I9","shape":[1],"data_offsets":[0,1]}})", 1, kUnsupported,
          "tensor 'a' has the unknown dtype 'I9'"},
      Lie{R"({"a":{"dtype":"","shape":[1],"data_offsets":[0,1]}})", 1, kUnsupported, "dtype ''"},
      Lie{R"({"a":{"dtype":"I8","shape":1}})", 1, kCorrupt, "tensor 'a': shape holds a number"},
      Lie{R"({"a":{"dtype":"I8","shape":{}}})", 1, kCorrupt, "tensor 'a': shape holds an object"},
      Lie{R"({"a":{"dtype":"I8","shape":[-1]}})", 1, kCorrupt, "shape holds a negative number"},
      Lie{R"({"a":{"dtype":"I8","shape":[1.0]}})", 1, kCorrupt, "shape holds the number '1.0'"},
      Lie{R"({"a":{"dtype":"I8","shape":[1e999]}})", 1, kCorrupt, "not valid JSON"},
      Lie{R"({"a":{"dtype":"I8","shape":[18446744073709551616]}})", 1, kCorrupt,
          "not an integer of 64 bits"},
      Lie{R"({"a":{"dtype":"I8","shape":["1"]}})", 1, kCorrupt, "shape holds a string"},
      Lie{R"({"a":{"dtype":"I8","shape":[[1]]}})", 1, kCorrupt, "shape holds an array"},
      Lie{R"({"a":{"dtype":"I8","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}})", 1,
          kUnsupported, "tensor 'a': shape has more than 8 dimensions"},
      Lie{R"({"a":{"dtype":"I8","shape":[2],"data_offsets":[0,1]}})", 1, kCorrupt,
          "tensor 'a': data_offsets [0, 1] hold 1 bytes, its dtype and shape need 2"},
      Lie{R"({"a":{"dtype":"I16","shape":[1],"data_offsets":[0,1]}})", 1, kCorrupt, "need 2"},
      Lie{R"({"a":{"dtype":"I8","shape":[0],"data_offsets":[0,1]}})", 1, kCorrupt, "need 0"},
      Lie{R"({"a":{"dtype":"I8","shape":[4294967296,4294967296],"data_offsets":[0,0]}})", 0,
          kCorrupt, "shape of more than 2^64 bytes"},
      Lie{R"({"a":{"dtype":"I16","shape":[9223372036854775808],"data_offsets":[0,0]}})", 0,
          kCorrupt, "shape of more than 2^64 bytes"},
      Lie{R"({"a":{"dtype":"I64","shape":[2305843009213693953],"data_offsets":[0,8]}})", 8,
          kCorrupt, "shape of more than 2^64 bytes"},
      Lie{R"({"a":{"dtype":"I8","shape":[18446744073709551615],"data_offsets":[0,1]}})", 1,
          kCorrupt, "need 18446744073709551615"},
  };
  check_refused(kLies);
}

TEST_CASE("safetensors: a lie about where a tensor's data lies is refused") {
  constexpr std::array kLies{
      Lie{R"({"a":{"dtype":"I8","shape":[1],"data_offsets":[0]}})", 1, kCorrupt,
          "data_offsets has fewer than 2 numbers"},
      Lie{R"({"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1,1]}})", 1, kCorrupt,
          "data_offsets has more than 2 numbers"},
      Lie{R"({"a":{"dtype":"I8","shape":[1],"data_offsets":[-1,0]}})", 1, kCorrupt,
          "data_offsets holds a negative number"},
      Lie{R"({"a":{"dtype":"I8","shape":[1],"data_offsets":[1,0]}})", 1, kCorrupt,
          "data_offsets [1, 0] run backwards"},
      Lie{R"({"a":{"dtype":"I8","shape":[1],"data_offsets":[18446744073709551615,0]}})", 1,
          kCorrupt, "run backwards"},
      Lie{R"({"a":{"dtype":"I8","shape":[2],"data_offsets":[0,2]}})", 1, kTruncated,
          "tensor 'a' ends at byte 2 of the data, which has 1 bytes"},
      Lie{R"({"a":{"dtype":"I8","shape":[18446744073709551615],
          "data_offsets":[0,18446744073709551615]}})",
          1, kTruncated, "18446744073709551615"},
      Lie{R"({"a":{"dtype":"I8","shape":[1],"data_offsets":[1,2]}})", 2, kCorrupt,
          "bytes [0, 1] of the data, before tensor 'a', belong to no tensor"},
      Lie{R"({"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}})", 3, kCorrupt,
          "bytes [1, 3] at the end of the data belong to no tensor"},
      Lie{"{}", 3, kCorrupt, "bytes [0, 3] at the end"},
      Lie{R"({"a":{"dtype":"I8","shape":[2],"data_offsets":[0,2]},
              "b":{"dtype":"I8","shape":[2],"data_offsets":[1,3]}})",
          3, kCorrupt, "tensor 'b' begins at byte 1 of the data, inside 'a'"},
      Lie{R"({"a":{"dtype":"I8","shape":[2],"data_offsets":[0,2]},
              "b":{"dtype":"I8","shape":[2],"data_offsets":[0,2]}})",
          2, kCorrupt, "inside"},
      Lie{R"({"a":{"dtype":"I8","shape":[4],"data_offsets":[0,4]},
              "b":{"dtype":"I8","shape":[0],"data_offsets":[2,2]}})",
          4, kCorrupt, "tensor 'b' begins at byte 2 of the data, inside 'a'"},
  };
  check_refused(kLies);
}

TEST_CASE("safetensors: deep nesting is refused where it leaves the format") {
  constexpr std::size_t kDepth = 1'000'000;
  const auto refused = [](const std::string& header, const std::string& message) {
    check_refused(write_raw_safetensors(header, {}), kCorrupt, message);
  };
  refused(repeat("[", kDepth), "does not begin with '{'");
  refused("{\"a\":" + repeat("[", kDepth), "entry 'a' holds an array");
  refused(R"({"a":{"shape":)" + repeat("[", kDepth), "shape holds an array");
  refused(R"({"a":{"shape":[)" + repeat("{\"x\":", kDepth), "shape holds an object");
  refused(repeat("{\"x\":", kDepth), "tensor 'x' has the unknown field 'x'");
}

TEST_CASE("safetensors: an error quotes a long name only in part") {
  const std::string header = "{\"" + std::string(100'000, 'n') + "\":1}";
  const auto parsed = safetensors::File::parse(write_raw_safetensors(header, {}));
  REQUIRE_FALSE(parsed.has_value());
  CHECK(parsed.error().message.size() < 300);
}

}  // namespace
}  // namespace czip::test
