#include "czip/import/gguf/reader.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "czip/import/dequantize.hpp"
#include "import/gguf_builder.hpp"
#include "support/bytes.hpp"
#include "support/error_style.hpp"

namespace czip::test {
namespace {

using namespace czip::importer;
using enum gguf::ValueType;
using Shape = std::vector<std::uint64_t>;

constexpr ErrorCode kCorrupt = ErrorCode::corrupt;
constexpr ErrorCode kTruncated = ErrorCode::truncated;
constexpr ErrorCode kUnsupported = ErrorCode::unsupported;

void check_refused(const Bytes& file, ErrorCode code, const std::string& message) {
  CAPTURE(message);
  const auto parsed = gguf::File::parse(file);
  REQUIRE_FALSE(parsed.has_value());
  CHECK_MESSAGE(parsed.error().code == code, parsed.error().message);
  CHECK_MESSAGE(parsed.error().message.find(message) != std::string::npos, parsed.error().message);
  CHECK_MESSAGE(is_well_styled(parsed.error().message), parsed.error().message);
}

// A file of this one pair or tensor, and 256 bytes of data.
void check_pair_refused(const Bytes& pair, ErrorCode code, const std::string& message) {
  check_refused(gguf_file({pair}, {}, Bytes(256)), code, message);
}
void check_tensor_refused(const Bytes& tensor, ErrorCode code, const std::string& message) {
  check_refused(gguf_file({}, {tensor}, Bytes(256)), code, message);
}

// What an importer does with a file: looks at everything.
void read_all(const gguf::File& file) {
  const gguf::Metadata& metadata = file.metadata();
  for (const auto& [key, value] : metadata.all()) {
    (void)metadata.count(key, UINT64_MAX);
    (void)metadata.real(key);
    (void)metadata.boolean_or(key, false);
    (void)metadata.string(key);
    (void)metadata.strings(key, 1000);
    (void)metadata.integers(key, 1000);
    (void)metadata.single_bits(key, 1000);
  }
  DyadicRow row;
  for (const auto& [name, tensor] : file.tensors().all())
    for (std::uint64_t r = 0; r < tensor.rows(); ++r) (void)read_row(tensor, r, row);
}

TEST_CASE("gguf: tensors and metadata are found by name") {
  const Bytes file = small_gguf();
  CHECK(gguf::is_gguf(file));
  const auto parsed = gguf::File::parse(file);
  REQUIRE_MESSAGE(parsed.has_value(), parsed.error().message);
  CHECK(parsed->metadata().all().size() == 7);
  CHECK(parsed->metadata().string("general.architecture").value() == "llama");
  CHECK(parsed->metadata().count("llama.block_count", 10).value() == 2);
  CHECK(parsed->tensors().all().size() == 3);

  // The data are the last 192 bytes.
  const std::size_t data = file.size() - 192;
  const Tensor* const norm = parsed->tensors().find("norm");
  REQUIRE(norm != nullptr);
  CHECK(norm->type == ElementType::f32);
  CHECK(norm->shape == Shape{5});
  CHECK(norm->bytes.data() == file.data() + data);
  CHECK(norm->bytes.size() == 20);
  const Tensor* const w = parsed->tensors().find("w");
  REQUIRE(w != nullptr);
  CHECK(w->type == ElementType::q4_0);
  CHECK(w->shape == Shape{3, 32});
  CHECK(w->bytes.data() == file.data() + data + 32);
  CHECK(w->bytes.size() == 54);
  CHECK(parsed->tensors().find("v")->bytes.data() == file.data() + data + 96);
  CHECK(parsed->tensors().find("x") == nullptr);
}

TEST_CASE("gguf: files of version 2, without tensors, and of any alignment") {
  Bytes file = small_gguf();
  file[4] = 2;
  CHECK(gguf::File::parse(file).has_value());
  CHECK(gguf::File::parse(gguf_header(3, 0, 0)).has_value());
  CHECK(gguf::File::parse(gguf_file({gguf_pair("a", "b")}, {})).has_value());

  // 24 + 33 + 33 bytes; with an alignment of 4, the data begin at byte 92.
  const Bytes aligned = joined(
      {gguf_header(3, 1, 1), gguf_pair("general.alignment", 4), gguf_tensor("t", {1}, 0, 4)});
  REQUIRE(aligned.size() == 90);
  const Bytes whole = joined({aligned, Bytes(6), {1, 2, 3, 4}});
  const auto parsed = gguf::File::parse(whole);
  REQUIRE_MESSAGE(parsed.has_value(), parsed.error().message);
  CHECK(parsed->tensors().find("t")->bytes.data() == whole.data() + 96);
  check_refused(
      joined({aligned, Bytes(9)}), kTruncated,
      "tensor 't' takes 4 bytes from byte 4 of the data on, which begins at byte 92 of the "
      "file and has 7 bytes; is the file complete?");
}

TEST_CASE("gguf: tensors may be in any order and of any rank up to four") {
  const Bytes file =
      gguf_file({}, {gguf_tensor("b", {2, 2, 1, 3}, 1, 64), gguf_tensor("a", {}, 0, 0)}, Bytes(88));
  const auto parsed = gguf::File::parse(file);
  REQUIRE_MESSAGE(parsed.has_value(), parsed.error().message);
  CHECK(parsed->tensors().find("a")->shape.empty());
  CHECK(parsed->tensors().find("b")->shape == Shape{3, 1, 2, 2});
  CHECK(parsed->tensors().find("b")->bytes.size() == 24);
}

TEST_CASE("gguf: a lie in the header is refused") {
  check_refused({}, kTruncated, "the GGUF file of 0 bytes ends inside the magic number");
  check_refused(to_bytes("GGU"), kTruncated, "ends inside the magic number of the header");
  check_refused(to_bytes("GGUf and more"), kCorrupt, "does not begin with 'GGUF'");
  check_refused(to_bytes("GGUF\x03"), kTruncated, "ends inside the version of the header");
  check_refused(gguf_header(0, 0, 0), kUnsupported, "version 0; versions 2 and 3");
  check_refused(gguf_header(1, 0, 0), kUnsupported, "version 1;");
  check_refused(gguf_header(4, 0, 0), kUnsupported, "version 4;");
  check_refused(gguf_header(0x03000000, 0, 0), kUnsupported, "is big-endian");
  check_refused(gguf_header(3, 65'537, 0), kCorrupt, "states 65537 tensors, more than 65536");
  check_refused(gguf_header(3, UINT64_MAX, 0), kCorrupt, "states 18446744073709551615 tensors");
  check_refused(gguf_header(3, 0, 65'537), kCorrupt, "states 65537 metadata pairs, more than");
  check_refused(gguf_header(3, 0, UINT64_MAX), kCorrupt, "18446744073709551615 metadata pairs");
  check_refused(gguf_header(3, 0, 1), kTruncated,
                "the GGUF file of 24 bytes ends inside the length of its name of metadata 0, at "
                "byte 24");
  check_refused(gguf_header(3, 1, 0), kTruncated, "the length of its name of tensor 0");
}

TEST_CASE("gguf: a lie about a metadata pair is refused") {
  check_pair_refused(gguf_pair("", 1), kCorrupt, "the name of metadata 0 has 0 bytes; 1 to 65535");
  check_pair_refused(gguf_pair(std::string(65'536, 'k'), 1), kCorrupt, "has 65536 bytes");
  check_pair_refused(joined({le(UINT64_MAX), Bytes(8)}), kCorrupt, "18446744073709551615 bytes");
  check_pair_refused(joined({le(std::uint64_t{1000}), Bytes(8)}), kTruncated,
                     "ends inside its name of metadata 0, at byte 32");
  check_pair_refused(joined({gguf_string("\n\x1b[31m"), le(std::uint32_t{13})}), kCorrupt,
                     "metadata '\\x0a\\x1b[31m' has the unknown value type 13");
  check_pair_refused(joined({gguf_string("k"), le(UINT32_MAX)}), kCorrupt, "type 4294967295");
  check_pair_refused(gguf_pair("k", boolean, {2}), kCorrupt,
                     "metadata 'k' has a boolean that is neither 0 nor 1");
  check_pair_refused(gguf_array("k", boolean, 3, {0, 1, 255}), kCorrupt, "neither 0 nor 1");
  check_pair_refused(gguf_array("k", array, 1, gguf_type(u8)), kUnsupported,
                     "metadata 'k' is an array of arrays");
  check_pair_refused(joined({gguf_string("k"), gguf_type(array), le(std::uint32_t{13})}), kCorrupt,
                     "metadata 'k' has the unknown value type 13");
  check_refused(gguf_file({gguf_pair("k", 1), gguf_pair("l", 1), gguf_pair("k", "x")}, {}),
                kCorrupt, "metadata 'k' is there twice");
}

TEST_CASE("gguf: lengths of values that the file does not hold are refused") {
  for (const std::uint64_t length : {std::uint64_t{300}, std::uint64_t{1} << 63, UINT64_MAX}) {
    check_pair_refused(
        gguf_pair("k", string, le(length)), kTruncated,
        "ends inside a string of " + std::to_string(length) + " bytes of metadata 'k'");
    for (const auto type : {u8, i8, u16, i16, u32, i32, f32, boolean, u64, i64, f64})
      check_pair_refused(gguf_array("k", type, length, {}), kTruncated,
                         "ends inside the value of metadata 'k'");
    check_pair_refused(gguf_array("k", string, length, {}), kTruncated,
                       "ends inside the " + std::to_string(length) + " strings of metadata 'k'");
    check_pair_refused(gguf_array("k", string, 2, joined({gguf_string("a"), le(length)})),
                       kTruncated, "ends inside a string of " + std::to_string(length));
  }
  // 2^61 elements of 8 bytes are 2^64 bytes, which would be none.
  check_pair_refused(gguf_array("k", u64, std::uint64_t{1} << 61, {}), kTruncated, "the value");
}

TEST_CASE("gguf: a lie about the alignment is refused") {
  const std::string key = "general.alignment";
  check_pair_refused(gguf_pair(key, 0), kCorrupt, "'general.alignment' is 0, which is no power");
  check_pair_refused(gguf_pair(key, 24), kCorrupt, "'general.alignment' is 24, which is no power");
  check_pair_refused(gguf_pair(key, "32"), kCorrupt, "is a string, expected an integer");
  check_pair_refused(gguf_pair(key, i32, le(std::int32_t{-32})), kCorrupt, "is -32, expected 0 to");
  check_pair_refused(gguf_pair(key, u64, le(std::uint64_t{1} << 63)), kCorrupt,
                     "is 9223372036854775808, expected 0 to 1073741824");
  check_refused(gguf_file({gguf_pair(key, 1U << 30)}, {gguf_tensor("t", {1}, 0, 0)}, Bytes(99)),
                kTruncated, "which begins at byte 1073741824 of the file and has 0 bytes");
}

TEST_CASE("gguf: a lie about a tensor is refused") {
  check_tensor_refused(gguf_tensor("", {1}, 0, 0), kCorrupt, "the name of tensor 0 has 0 bytes");
  check_tensor_refused(gguf_tensor(std::string(65, 'n'), {1}, 0, 0), kCorrupt,
                       "the name of tensor 0 has 65 bytes; 1 to 64 are allowed");
  check_tensor_refused(gguf_tensor("t", {1, 1, 1, 1, 1}, 0, 0), kCorrupt,
                       "tensor 't' has 5 dimensions, more than 4");
  check_tensor_refused(joined({gguf_string("t"), le(UINT32_MAX)}), kCorrupt, "4294967295 dimens");
  check_tensor_refused(gguf_tensor("t", {0}, 0, 0), kCorrupt,
                       "tensor 't' has the shape [0], which");
  check_tensor_refused(gguf_tensor("t", {4, 0}, 0, 0), kCorrupt, "[0, 4], which is empty");
  check_tensor_refused(gguf_tensor("t", {31}, 2, 0), kCorrupt,
                       "tensor 't' has rows of 31 numbers, which are no whole Q4_0 blocks of 32");
  check_tensor_refused(gguf_tensor("t", {UINT64_MAX, UINT64_MAX}, 0, 0), kCorrupt, "2^63 bytes");
  check_tensor_refused(gguf_tensor("t", {std::uint64_t{1} << 32, std::uint64_t{1} << 30}, 0, 0),
                       kCorrupt, "takes 2^63 bytes or more");
  check_tensor_refused(gguf_tensor("t", {32}, 21, 0), kUnsupported,
                       "tensor 't' has the type IQ3_S (21); those that can be read are F32, F16, "
                       "BF16, Q8_0");
  check_tensor_refused(gguf_tensor("t", {32}, 4, 0), kUnsupported, "the type unknown (4)");
  check_tensor_refused(gguf_tensor("t", {32}, UINT32_MAX, 0), kUnsupported, "unknown (4294967295)");
}

TEST_CASE("gguf: a lie about where a tensor is, is refused") {
  check_tensor_refused(gguf_tensor("t", {1}, 0, 16), kCorrupt,
                       "tensor 't' has the offset 16, which is no multiple of the alignment, 32");
  check_tensor_refused(
      gguf_tensor("t", {65}, 0, 0), kTruncated,
      "tensor 't' takes 260 bytes from byte 0 of the data on, which begins at byte "
      "64 of the file and has 256 bytes");
  check_tensor_refused(gguf_tensor("t", {1}, 0, 256), kTruncated, "takes 4 bytes from byte 256");
  check_tensor_refused(gguf_tensor("t", {1}, 0, UINT64_MAX - 31), kTruncated,
                       "bytes from byte 184");
  check_tensor_refused(gguf_tensor("t", {std::uint64_t{1} << 60}, 0, 32), kTruncated,
                       "takes 4611686018427387904 bytes");
  check_refused(
      gguf_file({}, {gguf_tensor("a", {9}, 0, 0), gguf_tensor("b", {1}, 0, 32)}, Bytes(64)),
      kCorrupt, "tensor 'b' begins at byte 32 of the data, inside 'a'");
  check_refused(
      gguf_file({}, {gguf_tensor("a", {1}, 0, 32), gguf_tensor("b", {1}, 0, 32)}, Bytes(64)),
      kCorrupt, "begins at byte 32 of the data, inside");
  check_refused(
      gguf_file({}, {gguf_tensor("a", {1}, 0, 32), gguf_tensor("a", {1}, 0, 0)}, Bytes(64)),
      kCorrupt, "there are two tensors 'a'");
}

TEST_CASE("gguf: a file that is cut anywhere is refused") {
  const Bytes file = small_gguf();
  // The last tensor, of 68 bytes, is followed by padding.
  const std::size_t end = file.size() - 96 + 68;
  for (std::size_t size = 0; size < file.size(); ++size) {
    CAPTURE(size);
    // A buffer of its own, of which the sanitizers know the end.
    const Bytes cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
    const auto parsed = gguf::File::parse(cut);
    CHECK(parsed.has_value() == (size >= end));
    if (!parsed) {
      CHECK(parsed.error().code == kTruncated);
      CHECK(is_well_styled(parsed.error().message));
    } else {
      read_all(*parsed);
    }
  }
}

TEST_CASE("gguf: any byte may be any other: an error or a file that can be read") {
  const Bytes file = small_gguf();
  for (std::size_t at = 0; at < file.size() - 192; ++at) {
    Bytes changed = file;
    for (int value = 0; value < 256; ++value) {
      changed[at] = static_cast<std::uint8_t>(value);
      const auto parsed = gguf::File::parse(changed);
      if (parsed) {
        read_all(*parsed);
      } else {
        const ErrorCode code = parsed.error().code;
        CHECK((code == kCorrupt || code == kTruncated || code == kUnsupported));
        CHECK_MESSAGE(is_well_styled(parsed.error().message), parsed.error().message);
      }
    }
  }
}

}  // namespace
}  // namespace czip::test
