#include "cli/json_stream.hpp"

#include <string>

#include "base/errors.hpp"

namespace czip::tool {
namespace {

constexpr int kStep = 2;  // spaces of indentation

// JSON must be UTF-8, which names need not be: what is not becomes U+FFFD.
std::string dump(const JsonStream::Json& value) {
  return value.dump(kStep, ' ', false, JsonStream::Json::error_handler_t::replace);
}

}  // namespace

Status JsonStream::begin() {
  empty_.push_back(true);
  return print("[");
}

Status JsonStream::begin_element() {
  CZIP_TRY(print(empty_.back() ? "\n" : ",\n"));
  empty_.back() = false;
  return print(std::string(indent(), ' '));
}

Status JsonStream::add(const Json& element) {
  CZIP_TRY(begin_element());
  return print(dump(element), indent());
}

Status JsonStream::open(const Json& object, std::string_view key) {
  CZIP_TRY(begin_element());
  std::string text = dump(object);
  text.resize(text.size() - 2);  // "\n}"
  text += ",\n" + std::string(kStep, ' ') + dump(key) + ": [";
  CZIP_TRY(print(text, indent()));
  empty_.push_back(true);
  return {};
}

Status JsonStream::close() {
  const bool was_empty = empty_.back();
  empty_.pop_back();
  const bool outermost = empty_.empty();
  const std::size_t object = outermost ? 0 : indent();
  const std::size_t array = outermost ? 0 : object + kStep;
  if (!was_empty) CZIP_TRY(print("\n" + std::string(array, ' ')));
  return print(outermost ? "]\n" : "]\n" + std::string(object, ' ') + "}");
}

// Prints lines of which all but the first are indented. Strings in JSON have no newlines.
Status JsonStream::print(std::string_view text, std::size_t indent) {
  std::string lines;
  for (const char c : text) {
    lines += c;
    if (c == '\n') lines.append(indent, ' ');
  }
  return print(lines);
}

Status JsonStream::print(std::string_view text) {
  constexpr std::size_t kMaxCollected = std::size_t{1} << 16;
  console_->print(text);
  collected_ += text.size();
  if (collected_ < kMaxCollected) return {};
  collected_ = 0;
  if (const auto written = console_->flush(); !written)
    return failure_in("standard output", written.error());
  return {};
}

}  // namespace czip::tool
