// The numbers of conformance/czip-v2-example.md, which are made, not typed.
#pragma once

#include <string>

namespace czip::test {

inline constexpr const char* kExamplePage = "czip-v2-example.md";  // in conformance/

// `page` with what stands between "<!-- made: NAME -->" and "<!-- end -->" made anew. Throws
// std::runtime_error for a name that is unknown or missing.
[[nodiscard]] std::string with_example_v2(const std::string& page);

}  // namespace czip::test
