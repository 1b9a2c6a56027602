// The metadata of a GGUF file: keys with values of thirteen types, used where they are in the file.
// Source: ggml's docs/gguf.md, versions 2 and 3.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/import/dyadic.hpp"

namespace czip::importer::gguf {

// The format's numbers.
enum class ValueType : std::uint8_t {
  u8 = 0,
  i8 = 1,
  u16 = 2,
  i16 = 3,
  u32 = 4,
  i32 = 5,
  f32 = 6,
  boolean = 7,
  string = 8,
  array = 9,
  u64 = 10,
  i64 = 11,
  f64 = 12,
};

// One value. `bytes` views the file: elements one after another, little-endian; a string is a u64
// length and its bytes. All lengths have been checked.
struct Value {
  ValueType type = ValueType::u8;  // of an array: that of its elements, never array
  bool is_array = false;
  std::uint64_t count = 1;  // elements
  std::span<const std::uint8_t> bytes;
};

// Keys and values. Getters want one number or string, or an array where they are named so; errors
// are corrupt, name the key, and say what was expected.
class Metadata {
 public:
  // False: there is a value of that key.
  bool add(std::string_view key, const Value& value) { return values_.emplace(key, value).second; }

  [[nodiscard]] const std::map<std::string_view, Value>& all() const { return values_; }
  [[nodiscard]] bool has(std::string_view key) const { return values_.contains(key); }

  // An integer of any of the eight types, from 0 to `most`.
  Result<std::uint64_t> count(std::string_view key, std::uint64_t most) const;
  // The same, or `absent` where there is none of that key.
  Result<std::uint64_t> count_or(std::string_view key, std::uint64_t most,
                                 std::uint64_t absent) const;
  // A finite number of any type but boolean, exactly.
  Result<Dyadic> real(std::string_view key) const;
  Result<bool> boolean_or(std::string_view key, bool absent) const;
  // Any bytes.
  Result<std::string_view> string(std::string_view key) const;
  Result<std::string_view> string_or(std::string_view key, std::string_view absent) const;

  // Arrays of at most `most` elements.
  Result<std::vector<std::string_view>> strings(std::string_view key, std::uint64_t most) const;
  // Integers of any type; u64 above 2^63 - 1 are refused.
  Result<std::vector<std::int64_t>> integers(std::string_view key, std::uint64_t most) const;
  // The bits of single-precision numbers; none is infinite or not a number.
  Result<std::vector<std::uint32_t>> single_bits(std::string_view key, std::uint64_t most) const;

 private:
  Result<const Value*> require(std::string_view key, bool is_array) const;
  Result<const Value*> require_array(std::string_view key, std::uint64_t most) const;

  std::map<std::string_view, Value> values_;
};

}  // namespace czip::importer::gguf
