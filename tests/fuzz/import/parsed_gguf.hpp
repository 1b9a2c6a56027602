// One GGUF file of any bytes, as the parts of a model.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "czip/import/gguf/reader.hpp"
#include "fuzz/fuzz.hpp"

namespace czip::test {

// Empty: it was refused, with an error that fits.
inline std::vector<importer::gguf::File> parsed_gguf(std::span<const std::uint8_t> file) {
  std::vector<importer::gguf::File> parts;
  auto parsed = importer::gguf::File::parse(file);
  if (parsed)
    parts.push_back(*std::move(parsed));
  else
    insist_error(parsed.error(),
                 {ErrorCode::corrupt, ErrorCode::truncated, ErrorCode::unsupported});
  return parts;
}

}  // namespace czip::test
