// Takes a file apart from its front; every length is checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "czip/base/error.hpp"
#include "czip/base/in_quotes.hpp"
#include "czip/base/little_endian.hpp"

namespace czip::importer::gguf {

// What is being read, for messages: "tensor 7" until its name is known, then "tensor 'x'".
struct Subject {
  std::string_view kind;
  std::optional<std::uint64_t> number;
  std::string_view name;

  [[nodiscard]] std::string text() const {
    std::string text(kind);
    if (!name.empty()) return text + " " + in_quotes(name);
    return number ? text + " " + std::to_string(*number) : text;
  }
};

class Cursor {
 public:
  explicit Cursor(std::span<const std::uint8_t> file) : file_(file) {}

  [[nodiscard]] std::size_t position() const { return position_; }
  [[nodiscard]] std::size_t remaining() const { return file_.size() - position_; }
  // What was read since `begin`, an earlier position.
  [[nodiscard]] std::span<const std::uint8_t> since(std::size_t begin) const {
    return file_.subspan(begin, position_ - begin);
  }

  // Moves over `count` bytes; false, and no move, where there are fewer.
  [[nodiscard]] bool skip(std::uint64_t count) {
    if (count > remaining()) return false;
    position_ += static_cast<std::size_t>(count);
    return true;
  }

  // Error truncated, which names the subject and `field`, "the type" and the like.
  template <class T>
  Result<T> integer(const Subject& subject, std::string_view field) {
    if (!skip(sizeof(T))) return ends_inside(subject, field);
    return load_le<T>(file_.data() + position_ - sizeof(T));
  }

  // A text after its u64 length. Errors: truncated; corrupt for one of no or above `most` bytes.
  Result<std::string_view> name(const Subject& subject, std::uint64_t most) {
    CZIP_TRY_ASSIGN(const auto length, integer<std::uint64_t>(subject, "the length of its name"));
    if (length == 0 || length > most)
      return fail(ErrorCode::corrupt, "the name of " + subject.text() + " has " +
                                          std::to_string(length) + " bytes; 1 to " +
                                          std::to_string(most) + " are allowed");
    if (!skip(length)) return ends_inside(subject, "its name");
    const auto bytes = since(position_ - static_cast<std::size_t>(length));
    return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }

  // That the file ends before the end of a field that begins here.
  [[nodiscard]] tl::unexpected<Error> ends_inside(const Subject& subject,
                                                  std::string_view field) const {
    return fail(ErrorCode::truncated, "the GGUF file of " + std::to_string(file_.size()) +
                                          " bytes ends inside " + std::string(field) + " of " +
                                          subject.text() + ", at byte " +
                                          std::to_string(position_));
  }

 private:
  std::span<const std::uint8_t> file_;
  std::size_t position_ = 0;
};

}  // namespace czip::importer::gguf
