#include "czip/import/gguf/metadata.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/in_quotes.hpp"
#include "czip/base/little_endian.hpp"
#include "czip/import/dyadic.hpp"
#include "czip/import/ieee754.hpp"
#include "gguf/value_reader.hpp"

namespace czip::importer::gguf {
namespace {

std::string subject(std::string_view key) { return "metadata " + in_quotes(key); }

Status wrong_type(std::string_view key, const Value& value, std::string_view expected) {
  std::string held = value.is_array ? "an array of which each is " : "";
  held += type_text(value.type);
  return fail(ErrorCode::corrupt,
              subject(key) + " is " + held + ", expected " + std::string(expected));
}

// An integer of 64 bits, and whether it is negative.
struct WideInteger {
  std::uint64_t bits;
  bool negative;
};

template <class T>
WideInteger widen(const std::uint8_t* bytes) {
  const T value = load_le<T>(bytes);
  return {static_cast<std::uint64_t>(value), value < 0};
}

// Nothing where the type is not that of an integer.
std::optional<WideInteger> integer_at(ValueType type, const std::uint8_t* bytes) {
  switch (type) {
    case ValueType::u8:
      return WideInteger{load_le<std::uint8_t>(bytes), false};
    case ValueType::i8:
      return widen<std::int8_t>(bytes);
    case ValueType::u16:
      return WideInteger{load_le<std::uint16_t>(bytes), false};
    case ValueType::i16:
      return widen<std::int16_t>(bytes);
    case ValueType::u32:
      return WideInteger{load_le<std::uint32_t>(bytes), false};
    case ValueType::i32:
      return widen<std::int32_t>(bytes);
    case ValueType::u64:
      return WideInteger{load_le<std::uint64_t>(bytes), false};
    case ValueType::i64:
      return widen<std::int64_t>(bytes);
    default:
      return std::nullopt;
  }
}

std::string integer_text(const WideInteger& integer) {
  return integer.negative ? std::to_string(static_cast<std::int64_t>(integer.bits))
                          : std::to_string(integer.bits);
}

std::string_view string_at(const std::uint8_t* bytes) {
  const auto length = static_cast<std::size_t>(load_le<std::uint64_t>(bytes));
  return {reinterpret_cast<const char*>(bytes + sizeof(std::uint64_t)), length};
}

}  // namespace

Result<const Value*> Metadata::require(std::string_view key, bool is_array) const {
  const auto position = values_.find(key);
  if (position == values_.end()) return fail(ErrorCode::corrupt, subject(key) + " is missing");
  const Value& value = position->second;
  if (value.is_array != is_array)
    return error_of(wrong_type(key, value, is_array ? "an array" : "a single value"));
  return &value;
}

Result<const Value*> Metadata::require_array(std::string_view key, std::uint64_t most) const {
  CZIP_TRY_ASSIGN(const Value* const value, require(key, true));
  if (value->count > most)
    return fail(ErrorCode::corrupt, subject(key) + " has " + std::to_string(value->count) +
                                        " elements, more than " + std::to_string(most));
  return value;
}

Result<std::uint64_t> Metadata::count(std::string_view key, std::uint64_t most) const {
  CZIP_TRY_ASSIGN(const Value* const value, require(key, false));
  const auto integer = integer_at(value->type, value->bytes.data());
  if (!integer) return error_of(wrong_type(key, *value, "an integer"));
  if (integer->negative || integer->bits > most)
    return fail(ErrorCode::corrupt, subject(key) + " is " + integer_text(*integer) +
                                        ", expected 0 to " + std::to_string(most));
  return integer->bits;
}

Result<std::uint64_t> Metadata::count_or(std::string_view key, std::uint64_t most,
                                         std::uint64_t absent) const {
  if (!has(key)) return absent;
  return count(key, most);
}

Result<Dyadic> Metadata::real(std::string_view key) const {
  CZIP_TRY_ASSIGN(const Value* const value, require(key, false));
  std::optional<Dyadic> number;
  if (value->type == ValueType::f32) {
    number = dyadic_of_f32(load_le<std::uint32_t>(value->bytes.data()));
  } else if (value->type == ValueType::f64) {
    number = dyadic_of_f64(load_le<std::uint64_t>(value->bytes.data()));
  } else {
    const auto integer = integer_at(value->type, value->bytes.data());
    if (!integer) return error_of(wrong_type(key, *value, "a number"));
    if (!integer->negative && integer->bits > INT64_MAX)
      return fail(ErrorCode::corrupt,
                  subject(key) + " is " + integer_text(*integer) + ", more than 2^63 - 1");
    return Dyadic{static_cast<std::int64_t>(integer->bits), 0};
  }
  if (!number) return fail(ErrorCode::corrupt, subject(key) + " is infinite or not a number");
  return *number;
}

Result<bool> Metadata::boolean_or(std::string_view key, bool absent) const {
  if (!has(key)) return absent;
  CZIP_TRY_ASSIGN(const Value* const value, require(key, false));
  if (value->type != ValueType::boolean) return error_of(wrong_type(key, *value, "a boolean"));
  return value->bytes[0] != 0;
}

Result<std::string_view> Metadata::string(std::string_view key) const {
  CZIP_TRY_ASSIGN(const Value* const value, require(key, false));
  if (value->type != ValueType::string) return error_of(wrong_type(key, *value, "a string"));
  return string_at(value->bytes.data());
}

Result<std::string_view> Metadata::string_or(std::string_view key, std::string_view absent) const {
  if (!has(key)) return absent;
  return string(key);
}

Result<std::vector<std::string_view>> Metadata::strings(std::string_view key,
                                                        std::uint64_t most) const {
  CZIP_TRY_ASSIGN(const Value* const value, require_array(key, most));
  if (value->type != ValueType::string) return error_of(wrong_type(key, *value, "strings"));
  std::vector<std::string_view> texts;
  texts.reserve(static_cast<std::size_t>(value->count));
  const std::uint8_t* bytes = value->bytes.data();
  for (std::uint64_t i = 0; i < value->count; ++i) {
    texts.push_back(string_at(bytes));
    bytes += sizeof(std::uint64_t) + texts.back().size();
  }
  return texts;
}

Result<std::vector<std::int64_t>> Metadata::integers(std::string_view key,
                                                     std::uint64_t most) const {
  CZIP_TRY_ASSIGN(const Value* const value, require_array(key, most));
  std::vector<std::int64_t> numbers;
  numbers.reserve(static_cast<std::size_t>(value->count));
  const std::size_t size = fixed_size(value->type).value_or(0);
  for (std::size_t i = 0; i < value->count; ++i) {
    const auto integer = integer_at(value->type, value->bytes.data() + i * size);
    if (!integer) return error_of(wrong_type(key, *value, "integers"));
    if (!integer->negative && integer->bits > INT64_MAX)
      return fail(ErrorCode::corrupt, subject(key) + ": element " + std::to_string(i) + " is " +
                                          integer_text(*integer) + ", more than 2^63 - 1");
    numbers.push_back(static_cast<std::int64_t>(integer->bits));
  }
  return numbers;
}

Result<std::vector<std::uint32_t>> Metadata::single_bits(std::string_view key,
                                                         std::uint64_t most) const {
  CZIP_TRY_ASSIGN(const Value* const value, require_array(key, most));
  if (value->type != ValueType::f32) return error_of(wrong_type(key, *value, "floats of 32 bits"));
  std::vector<std::uint32_t> numbers(static_cast<std::size_t>(value->count));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = load_le<std::uint32_t>(value->bytes.data() + i * sizeof(std::uint32_t));
    if (!is_finite_f32(numbers[i]))
      return fail(ErrorCode::corrupt,
                  subject(key) + ": element " + std::to_string(i) + " is infinite or not a number");
  }
  return numbers;
}

}  // namespace czip::importer::gguf
