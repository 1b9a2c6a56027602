// Generated texts of the kinds that czip is used for. The same size and seed give the same bytes on
// every machine. In what matters to a predictor they resemble what they are named after: words that
// recur, lines, columns, indentation, brackets, fields and numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "support/bytes.hpp"

namespace czip::test {

// Sentences of common words in paragraphs.
[[nodiscard]] std::string english_text(std::size_t size, std::uint64_t seed = 1);
// Indented functions in the style of C.
[[nodiscard]] std::string code_text(std::size_t size, std::uint64_t seed = 1);
// An array of nested objects, one member a line.
[[nodiscard]] std::string json_text(std::size_t size, std::uint64_t seed = 1);
// A server's log: time, level, component, message.
[[nodiscard]] std::string log_text(std::size_t size, std::uint64_t seed = 1);
// A table with a header line.
[[nodiscard]] std::string csv_text(std::size_t size, std::uint64_t seed = 1);

// Bytes that no compressor makes smaller.
[[nodiscard]] Bytes random_bytes(std::size_t size, std::uint64_t seed);
// Machine code of x86: calls of eight functions among bytes that recur.
[[nodiscard]] Bytes x86_code(std::size_t size, std::uint64_t seed = 1);
// Six words at random, which any predictor makes smaller. conformance/v2/words.czip is of these.
[[nodiscard]] Bytes words(std::size_t size);
// 0, 7, 14, ...: every byte value, again and again.
[[nodiscard]] Bytes every_byte(std::size_t size);

}  // namespace czip::test
