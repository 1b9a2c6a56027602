#include "czip/engine/json_string.hpp"

#include <doctest/doctest.h>

namespace czip {
namespace {

TEST_CASE("JSON string: quotes and escapes, and U+FFFD for what is not UTF-8") {
  CHECK(json_string("") == "\"\"");
  CHECK(json_string("a\"b\\c\n\x01") == R"("a\"b\\c\n\u0001")");
  CHECK(json_string("\xc3\xa9") == "\"\xc3\xa9\"");
  CHECK(json_string("\xff") == "\"\xef\xbf\xbd\"");
}

}  // namespace
}  // namespace czip
