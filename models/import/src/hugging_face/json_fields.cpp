#include "czip/import/hugging_face/json_fields.hpp"

#include <cstdint>
#include <new>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "czip/base/error.hpp"
#include "czip/base/in_quotes.hpp"
#include "czip/import/decimal.hpp"
#include "czip/import/dyadic.hpp"
#include "czip/import/ieee754.hpp"
#include "hugging_face/json_events.hpp"

namespace czip::importer {
namespace {

std::string value_text(const JsonValue& value) {
  if (const auto* boolean = std::get_if<bool>(&value)) return *boolean ? "true" : "false";
  if (const auto* number = std::get_if<std::uint64_t>(&value)) return std::to_string(*number);
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* number = std::get_if<JsonDecimal>(&value)) return in_quotes(number->text);
  return "the string " + in_quotes(std::get<std::string>(value));
}

}  // namespace

Result<JsonFields> JsonFields::parse(std::string_view text, std::string_view file,
                                     const JsonLimits& limits) try {
  const std::string subject(file);
  if (text.size() > limits.bytes)
    return fail(ErrorCode::unsupported, subject + " has " + std::to_string(text.size()) +
                                            " bytes, more than " + std::to_string(limits.bytes));
  // The parser takes a NUL for the end of the text and would ignore what follows.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos)
    return fail(ErrorCode::corrupt, subject + " has a NUL at its byte " + std::to_string(nul));
  JsonFields result;
  result.file_ = subject;
  JsonEvents events(result.fields_, file, limits);
  if (nlohmann::json::sax_parse(text.data(), text.data() + text.size(), &events)) return result;
  CZIP_TRY(events.status());
  return fail(ErrorCode::corrupt, subject + " is not valid JSON");
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory for " + std::string(file));
}

Result<const JsonValue*> JsonFields::require(std::string_view name) const {
  const auto position = fields_.find(name);
  if (position == fields_.end())
    return fail(ErrorCode::corrupt, file_ + " has no field " + in_quotes(name));
  return &position->second;
}

template <class T>
Result<const T*> JsonFields::require(std::string_view name, std::string_view expected) const {
  CZIP_TRY_ASSIGN(const JsonValue* const value, require(name));
  const T* const held = std::get_if<T>(value);
  if (held == nullptr)
    return fail(ErrorCode::corrupt, file_ + ": " + in_quotes(name) + " is " + value_text(*value) +
                                        ", expected " + std::string(expected));
  return held;
}

Result<std::uint64_t> JsonFields::count(std::string_view name, std::uint64_t most) const {
  const std::string expected = "an integer from 0 to " + std::to_string(most);
  CZIP_TRY_ASSIGN(const std::uint64_t* const number, require<std::uint64_t>(name, expected));
  if (*number > most)
    return fail(ErrorCode::corrupt, file_ + ": " + in_quotes(name) + " is " +
                                        std::to_string(*number) + ", expected " + expected);
  return *number;
}

Result<std::uint64_t> JsonFields::count_or(std::string_view name, std::uint64_t most,
                                           std::uint64_t absent) const {
  if (!has(name)) return absent;
  return count(name, most);
}

Result<Dyadic> JsonFields::real(std::string_view name) const {
  CZIP_TRY_ASSIGN(const JsonValue* const value, require(name));
  if (const auto* number = std::get_if<std::int64_t>(value)) return Dyadic{*number, 0};
  if (const auto* number = std::get_if<std::uint64_t>(value);
      number != nullptr && *number <= INT64_MAX)
    return Dyadic{static_cast<std::int64_t>(*number), 0};
  if (const auto* number = std::get_if<JsonDecimal>(value))
    if (const auto bits = f32_of_decimal(number->text)) return f32_parts(*bits);
  return fail(ErrorCode::corrupt, file_ + ": " + in_quotes(name) + " is " + value_text(*value) +
                                      ", expected a number of single precision");
}

Result<bool> JsonFields::boolean_or(std::string_view name, bool absent) const {
  if (!has(name)) return absent;
  CZIP_TRY_ASSIGN(const bool* const value, require<bool>(name, "true or false"));
  return *value;
}

Result<std::string_view> JsonFields::string(std::string_view name) const {
  CZIP_TRY_ASSIGN(const std::string* const value, require<std::string>(name, "a string"));
  return std::string_view(*value);
}

Result<std::string_view> JsonFields::string_or(std::string_view name,
                                               std::string_view absent) const {
  if (!has(name)) return absent;
  return string(name);
}

}  // namespace czip::importer
