#include "gguf/value_reader.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "czip/base/error.hpp"
#include "czip/base/little_endian.hpp"
#include "czip/import/gguf/metadata.hpp"
#include "gguf/cursor.hpp"

namespace czip::importer::gguf {
namespace {

struct TypeFacts {
  std::string_view text;
  std::size_t size;  // 0: not fixed
};

// In the order of the enumerators of ValueType.
constexpr std::array kValueTypes{
    TypeFacts{"an integer", 1}, TypeFacts{"an integer", 1}, TypeFacts{"an integer", 2},
    TypeFacts{"an integer", 2}, TypeFacts{"an integer", 4}, TypeFacts{"an integer", 4},
    TypeFacts{"a float", 4},    TypeFacts{"a boolean", 1},  TypeFacts{"a string", 0},
    TypeFacts{"an array", 0},   TypeFacts{"an integer", 8}, TypeFacts{"an integer", 8},
    TypeFacts{"a float", 8},
};

Result<ValueType> read_type(Cursor& cursor, const Subject& subject, std::string_view field) {
  CZIP_TRY_ASSIGN(const auto number, cursor.integer<std::uint32_t>(subject, field));
  if (number >= kValueTypes.size())
    return fail(ErrorCode::corrupt,
                subject.text() + " has the unknown value type " + std::to_string(number));
  return static_cast<ValueType>(number);
}

// Moves over `count` strings.
Status skip_strings(Cursor& cursor, const Subject& subject, std::uint64_t count) {
  // Each takes at least its length.
  if (count > cursor.remaining() / sizeof(std::uint64_t))
    return cursor.ends_inside(subject, "the " + std::to_string(count) + " strings");
  for (std::uint64_t i = 0; i < count; ++i) {
    CZIP_TRY_ASSIGN(const auto length, cursor.integer<std::uint64_t>(subject, "a string's length"));
    if (!cursor.skip(length))
      return cursor.ends_inside(subject, "a string of " + std::to_string(length) + " bytes");
  }
  return {};
}

}  // namespace

std::optional<std::size_t> fixed_size(ValueType type) {
  const std::size_t size = kValueTypes[static_cast<std::size_t>(type)].size;
  if (size == 0) return std::nullopt;
  return size;
}

std::string_view type_text(ValueType type) {
  return kValueTypes[static_cast<std::size_t>(type)].text;
}

Result<Value> read_value(Cursor& cursor, const Subject& subject) {
  Value value;
  CZIP_TRY_ASSIGN(value.type, read_type(cursor, subject, "the value's type"));
  if (value.type == ValueType::array) {
    value.is_array = true;
    CZIP_TRY_ASSIGN(value.type, read_type(cursor, subject, "the type of the elements"));
    if (value.type == ValueType::array)
      return fail(ErrorCode::unsupported, subject.text() + " is an array of arrays");
    CZIP_TRY_ASSIGN(value.count,
                    cursor.integer<std::uint64_t>(subject, "the number of the elements"));
  }
  const std::size_t begin = cursor.position();
  if (const auto size = fixed_size(value.type)) {
    if (value.count > cursor.remaining() / *size) return cursor.ends_inside(subject, "the value");
    (void)cursor.skip(value.count * *size);
  } else {
    CZIP_TRY(skip_strings(cursor, subject, value.count));
  }
  value.bytes = cursor.since(begin);
  if (value.type == ValueType::boolean &&
      std::ranges::any_of(value.bytes, [](std::uint8_t byte) { return byte > 1; }))
    return fail(ErrorCode::corrupt, subject.text() + " has a boolean that is neither 0 nor 1");
  return value;
}

}  // namespace czip::importer::gguf
