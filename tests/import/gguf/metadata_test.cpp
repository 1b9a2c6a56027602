#include "czip/import/gguf/metadata.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "czip/import/gguf/reader.hpp"
#include "import/gguf_builder.hpp"
#include "support/refusals.hpp"

namespace czip::test {
namespace {

using namespace czip::importer;
using enum gguf::ValueType;

// The metadata of a file with these pairs, and the file.
class Sample {
 public:
  explicit Sample(const std::vector<Bytes>& pairs) : bytes_(gguf_file(pairs, {})) {
    auto parsed = gguf::File::parse(bytes_);
    REQUIRE_MESSAGE(parsed.has_value(), parsed.error().message);
    file_ = *std::move(parsed);
  }
  const gguf::Metadata* operator->() const { return &file_.metadata(); }

 private:
  Bytes bytes_;
  gguf::File file_;
};

template <class T>
void check_refused(const Result<T>& result, const std::string& message) {
  check_refusal(result, ErrorCode::corrupt, message);
}

Sample integers_of_all_types() {
  return Sample({gguf_pair("u8", u8, {255}), gguf_pair("i8", i8, {127}),
                 gguf_pair("u16", u16, le(std::uint16_t{65'535})),
                 gguf_pair("i16", i16, le(std::int16_t{-2})), gguf_pair("u32", u32, le(UINT32_MAX)),
                 gguf_pair("i32", i32, le(INT32_MIN)), gguf_pair("u64", u64, le(UINT64_MAX)),
                 gguf_pair("i64", i64, le(INT64_MIN))});
}

TEST_CASE("gguf metadata: integers of all types") {
  const Sample sample = integers_of_all_types();
  CHECK(sample->count("u8", 255).value() == 255);
  CHECK(sample->count("i8", UINT64_MAX).value() == 127);
  CHECK(sample->count("u16", 65'535).value() == 65'535);
  CHECK(sample->count("u32", UINT32_MAX).value() == UINT32_MAX);
  CHECK(sample->count("u64", UINT64_MAX).value() == UINT64_MAX);
  check_refused(sample->count("u8", 254), "metadata 'u8' is 255, expected 0 to 254");
  check_refused(sample->count("i16", 9), "metadata 'i16' is -2, expected 0 to 9");
  check_refused(sample->count("i32", 9), "metadata 'i32' is -2147483648, expected 0 to 9");
  check_refused(sample->count("i64", 9), "metadata 'i64' is -9223372036854775808, expected 0 to 9");
  check_refused(sample->count("none", 9), "metadata 'none' is missing");
  CHECK(sample->count_or("none", 9, 77).value() == 77);
  CHECK(sample->count_or("u8", 255, 77).value() == 255);
  check_refused(sample->count_or("i16", 9, 77), "metadata 'i16' is -2, expected 0 to 9");
}

TEST_CASE("gguf metadata: numbers are exact") {
  const Sample integers = integers_of_all_types();
  CHECK(integers->real("u8").value() == Dyadic{255, 0});
  CHECK(integers->real("i64").value() == Dyadic{INT64_MIN, 0});
  check_refused(integers->real("u64"),
                "metadata 'u64' is 18446744073709551615, more than 2^63 - 1");
  const Sample sample({gguf_pair("eps", f32, le(std::uint32_t{0x3727c5ac})),  // 1e-5
                       gguf_pair("half", f64, le(std::uint64_t{0x3fe0000000000000})),
                       gguf_pair("inf", f32, le(std::uint32_t{0x7f800000})),
                       gguf_pair("nan", f64, le(std::uint64_t{0x7ff8000000000000})),
                       gguf_pair("b", boolean, {1}), gguf_pair("s", "1")});
  CHECK(sample->real("eps").value() == Dyadic{0xa7c5ac, -40});
  CHECK(sample->real("half").value() == Dyadic{1LL << 52, -53});
  check_refused(sample->real("inf"), "metadata 'inf' is infinite or not a number");
  check_refused(sample->real("nan"), "metadata 'nan' is infinite or not a number");
  check_refused(sample->real("b"), "metadata 'b' is a boolean, expected a number");
  check_refused(sample->real("s"), "metadata 's' is a string, expected a number");
}

TEST_CASE("gguf metadata: booleans and strings") {
  const Sample sample({gguf_pair("yes", boolean, {1}), gguf_pair("no", boolean, {0}),
                       gguf_pair("s", "a\xff\nb"), gguf_pair("empty", ""),
                       gguf_strings("list", {"a"})});
  CHECK(sample->boolean_or("yes", false).value());
  CHECK_FALSE(sample->boolean_or("no", true).value());
  CHECK(sample->boolean_or("none", true).value());
  check_refused(sample->boolean_or("s", true), "metadata 's' is a string, expected a boolean");
  CHECK(sample->string("s").value() == "a\xff\nb");
  CHECK(sample->string("empty").value().empty());
  CHECK(sample->string_or("none", "else").value() == "else");
  check_refused(sample->string("yes"), "metadata 'yes' is a boolean, expected a string");
  check_refused(sample->string("none"), "metadata 'none' is missing");
  check_refused(sample->string("list"),
                "metadata 'list' is an array of which each is a string, expected a single value");
}

TEST_CASE("gguf metadata: arrays") {
  const Sample sample(
      {gguf_strings("texts", {"", "abc", "\n"}), gguf_array("none", string, 0, {}),
       gguf_array("i8", i8, 3, {1, 0xff, 0x80}), gguf_array("u64", u64, 1, le(UINT64_MAX)),
       gguf_array("f32", f32, 2, joined({le(std::uint32_t{0xbf800000}), le(std::uint32_t{1})})),
       gguf_array("nan", f32, 2, joined({Bytes(4), le(std::uint32_t{0xff800001})})),
       gguf_array("f64", f64, 1, Bytes(8)), gguf_pair("one", 1)});
  CHECK(sample->strings("texts", 3).value() == std::vector<std::string_view>{"", "abc", "\n"});
  CHECK(sample->strings("none", 3).value().empty());
  check_refused(sample->strings("texts", 2), "metadata 'texts' has 3 elements, more than 2");
  check_refused(sample->strings("i8", 3),
                "metadata 'i8' is an array of which each is an integer, expected strings");
  CHECK(sample->integers("i8", 3).value() == std::vector<std::int64_t>{1, -1, -128});
  check_refused(sample->integers("i8", 2), "metadata 'i8' has 3 elements, more than 2");
  check_refused(sample->integers("u64", 1),
                "metadata 'u64': element 0 is 18446744073709551615, more than 2^63 - 1");
  check_refused(sample->integers("texts", 3),
                "metadata 'texts' is an array of which each is a string, expected integers");
  check_refused(sample->integers("one", 3), "metadata 'one' is an integer, expected an array");
  CHECK(sample->single_bits("f32", 2).value() == std::vector<std::uint32_t>{0xbf800000, 1});
  check_refused(sample->single_bits("nan", 2),
                "metadata 'nan': element 1 is infinite or not a number");
  check_refused(sample->single_bits("f64", 2),
                "metadata 'f64' is an array of which each is a float, expected floats of 32 bits");
}

}  // namespace
}  // namespace czip::test
