#include "cli/json_stream.hpp"

#include <string>

#include "base/errors.hpp"
#include "cli/json_report.hpp"

namespace czip::tool {
namespace {

constexpr std::size_t kStep = 2;  // spaces of indentation, as json_text() has them

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
  return print(json_text(element), indent());
}

Status JsonStream::open(const Json& object, std::string_view key) {
  CZIP_TRY(begin_element());
  std::string text = json_text(object);
  text.resize(text.size() - 2);  // "\n}"
  text += ",\n" + std::string(kStep, ' ') + json_text(key) + ": [";
  CZIP_TRY(print(text, indent()));
  empty_.push_back(true);
  return {};
}

Status JsonStream::next(std::string_view key) {
  const bool was_empty = empty_.back();
  empty_.back() = true;
  const std::string margin(indent() - kStep, ' ');
  if (!was_empty) CZIP_TRY(print("\n" + margin));
  return print("],\n" + margin + json_text(key) + ": [");
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
  console_->print_json(text);
  collected_ += text.size();
  if (collected_ < kMaxCollected) return {};
  collected_ = 0;
  if (const auto written = console_->flush(); !written)
    return failure_in("standard output", written.error());
  return {};
}

}  // namespace czip::tool
