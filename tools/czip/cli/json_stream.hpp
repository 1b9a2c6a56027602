// JSON that is printed while it is made, so that a long report takes no memory.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "cli/console.hpp"
#include "czip/base/error.hpp"

namespace czip::tool {

// Prints an array, and arrays in objects in it, as nlohmann's dump(2) does. Errors are those of
// standard output.
class JsonStream {
 public:
  using Json = nlohmann::ordered_json;
  explicit JsonStream(Console& console) : console_(&console) {}

  // Opens the outermost array.
  Status begin();
  // Adds an element to the innermost array.
  Status add(const Json& element);
  // Adds an object to the innermost array, with `key` as its last member, and opens that as an
  // array.
  Status open(const Json& object, std::string_view key);
  // Closes the innermost array, and opens the next member of the object that it is in as an array.
  Status next(std::string_view key);
  // Closes the innermost array, and the object that it is in.
  Status close();

 private:
  Status begin_element();
  Status print(std::string_view text);
  Status print(std::string_view text, std::size_t indent);
  // Of the innermost array's elements.
  [[nodiscard]] std::size_t indent() const { return 4 * empty_.size() - 2; }

  Console* console_;
  std::vector<bool> empty_;    // for each open array
  std::size_t collected_ = 0;  // bytes that the console has not written yet
};

}  // namespace czip::tool
