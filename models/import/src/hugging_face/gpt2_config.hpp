// GPT-2's config.json, whose fields have names of their own.
#pragma once

#include "czip/base/error.hpp"
#include "czip/import/hugging_face/json_fields.hpp"
#include "czip/import/network/architecture.hpp"

namespace czip::importer {

// Errors: as those of read_config.
Result<Architecture> read_gpt2_config(const JsonFields& config);

}  // namespace czip::importer
