// What the normalizer and the pre-tokenizer of a tokenizer.json do to a text.
#pragma once

#include <string_view>

#include "czip/base/error.hpp"
#include "czip/import/hugging_face/json_fields.hpp"
#include "czip/tokenizer/llm/description.hpp"

namespace czip::importer {

struct JsonSplitting {
  bool on_bytes = false;  // the pre-tokenizer writes each byte as a character
  llm::Splitting rule = llm::Splitting::none;
};

// Error unsupported, which names it: a normalizer or pre-tokenizer that czip does not know.
Result<JsonSplitting> read_splitting(const JsonFields& fields, std::string_view file);

}  // namespace czip::importer
