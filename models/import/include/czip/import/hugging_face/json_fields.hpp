// A small JSON file, such as a model's config.json, as a flat list: the field "factor" of the
// object "rope_scaling" is "rope_scaling.factor", the first element of "architectures" is
// "architectures.0". Fields that are null are left out, as if they were absent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>

#include "czip/base/error.hpp"
#include "czip/import/dyadic.hpp"

namespace czip::importer {

// A number that is no integer of 64 bits, as it is written.
struct JsonDecimal {
  std::string text;
};

using JsonValue = std::variant<bool, std::uint64_t, std::int64_t, JsonDecimal, std::string>;

struct JsonLimits {
  std::size_t bytes = std::size_t{1} << 20;
  std::size_t fields = 16'384;
  std::size_t depth = 8;
  std::size_t name_bytes = 512;
};

// Getters' errors are corrupt, name the field, and say what was expected.
class JsonFields {
 public:
  // `text` is a JSON object, `file` its name for messages. Errors: corrupt for what is not JSON and
  // for a name that is there twice, unsupported for what exceeds the limits.
  static Result<JsonFields> parse(std::string_view text, std::string_view file,
                                  const JsonLimits& limits = {});

  [[nodiscard]] const std::map<std::string, JsonValue, std::less<>>& all() const { return fields_; }
  [[nodiscard]] bool has(std::string_view name) const { return fields_.contains(name); }

  // An integer from 0 to `most`.
  Result<std::uint64_t> count(std::string_view name, std::uint64_t most) const;
  // The same, or `absent` where there is no field of that name.
  Result<std::uint64_t> count_or(std::string_view name, std::uint64_t most,
                                 std::uint64_t absent) const;
  // An integer exactly, any other number as the nearest of single precision, which GGUF files have.
  Result<Dyadic> real(std::string_view name) const;
  Result<bool> boolean_or(std::string_view name, bool absent) const;
  Result<std::string_view> string(std::string_view name) const;
  Result<std::string_view> string_or(std::string_view name, std::string_view absent) const;

 private:
  Result<const JsonValue*> require(std::string_view name) const;
  template <class T>
  Result<const T*> require(std::string_view name, std::string_view expected) const;

  std::string file_;
  std::map<std::string, JsonValue, std::less<>> fields_;
};

}  // namespace czip::importer
