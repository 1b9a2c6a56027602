// Flattens the events of nlohmann's JSON parser to the fields of a JsonFields.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/in_quotes.hpp"
#include "czip/import/hugging_face/json_fields.hpp"

namespace czip::importer {

// Members return false to stop the parser.
class JsonEvents {
 public:
  using Json = nlohmann::json;
  using Fields = std::map<std::string, JsonValue, std::less<>>;

  JsonEvents(Fields& fields, std::string_view file, const JsonLimits& limits)
      : fields_(fields), file_(file), limits_(limits) {}

  bool null() { return value_name() && advance(); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(Json::number_integer_t value) { return add(std::int64_t{value}); }
  bool number_unsigned(Json::number_unsigned_t value) { return add(std::uint64_t{value}); }
  bool number_float(Json::number_float_t, const std::string& text) {
    return add(JsonDecimal{text});
  }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(const Json::binary_t&) { return false; }  // no event of JSON

  bool start_object(std::size_t) { return open(false); }
  bool start_array(std::size_t) { return open(true); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& name) {
    levels_.back().name = std::move(name);
    return value_name();
  }

  bool parse_error(std::size_t position, const std::string&, const Json::exception&) {
    return stop(ErrorCode::corrupt, "it is not valid JSON at its byte " + std::to_string(position));
  }

  // Why the parser was stopped.
  [[nodiscard]] const Status& status() const { return status_; }

 private:
  // An object or array that is open.
  struct Level {
    std::string prefix;  // of the names in it
    std::string name;    // the key of an object
    std::size_t index = 0;
    bool is_array = false;

    [[nodiscard]] std::string path() const {
      return prefix + (is_array ? std::to_string(index) : name);
    }
  };

  bool stop(ErrorCode code, const std::string& message) {
    status_ = fail(code, file_ + ": " + message);
    return false;
  }

  // Checks that the value that follows has a place and a name.
  bool value_name() {
    if (levels_.empty()) return stop(ErrorCode::corrupt, "it is not a JSON object");
    if (levels_.back().path().size() > limits_.name_bytes)
      return stop(ErrorCode::unsupported, "the name " + in_quotes(levels_.back().path()) +
                                              " has more than " +
                                              std::to_string(limits_.name_bytes) + " bytes");
    return true;
  }

  bool advance() {
    ++levels_.back().index;
    return true;
  }

  bool add(JsonValue value) {
    if (!value_name()) return false;
    if (fields_.size() == limits_.fields)
      return stop(ErrorCode::unsupported,
                  "it has more than " + std::to_string(limits_.fields) + " fields");
    const std::string path = levels_.back().path();
    if (!fields_.emplace(path, std::move(value)).second)
      return stop(ErrorCode::corrupt, in_quotes(path) + " is there twice");
    return advance();
  }

  bool open(bool is_array) {
    std::string prefix;
    if (!levels_.empty()) {
      if (!value_name()) return false;
      prefix = levels_.back().path() + ".";
    } else if (is_array) {
      return stop(ErrorCode::corrupt, "it is not a JSON object");
    }
    if (levels_.size() == limits_.depth)
      return stop(ErrorCode::unsupported, in_quotes(prefix) + " is nested deeper than " +
                                              std::to_string(limits_.depth) + " levels");
    levels_.push_back({.prefix = std::move(prefix), .name = {}, .index = 0, .is_array = is_array});
    return true;
  }

  bool close() {
    levels_.pop_back();
    return levels_.empty() || advance();
  }

  Fields& fields_;
  std::string file_;
  JsonLimits limits_;
  std::vector<Level> levels_;
  Status status_;
};

}  // namespace czip::importer
