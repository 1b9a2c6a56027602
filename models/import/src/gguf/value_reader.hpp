// One value of a GGUF file's metadata.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "czip/base/error.hpp"
#include "czip/import/gguf/metadata.hpp"
#include "gguf/cursor.hpp"

namespace czip::importer::gguf {

// Bytes of a number or boolean; nothing for strings and arrays.
[[nodiscard]] std::optional<std::size_t> fixed_size(ValueType type);

// "a string", "an array"
[[nodiscard]] std::string_view type_text(ValueType type);

// Reads type and value. Errors: truncated; corrupt for unknown types and booleans above 1;
// unsupported for arrays of arrays.
Result<Value> read_value(Cursor& cursor, const Subject& subject);

}  // namespace czip::importer::gguf
