// Finding and loading the model that -m names.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/v1/model.hpp"

namespace czip::tool {

// What CZIPv1 stores as its model hash: the first 8 hex digits of the MD5 of the path as typed.
[[nodiscard]] std::uint32_t model_path_hash(const std::string& path);

// The file that `name` means: itself where it exists, else the first of that name, with or without
// ".czm", in the folders of CZIP_MODEL_PATH.
Result<std::string> find_model_file(const std::string& name);

// The folders of CZIP_MODEL_PATH.
[[nodiscard]] std::vector<std::string> model_folders();

// A czip-model-v1. `tokenizer` may be empty. Errors name the file at fault.
Result<v1::Model> load_model(const std::string& name, const std::string& tokenizer);
// The same from the content of `path`.
Result<v1::Model> load_v1_model(const std::string& path, std::span<const std::uint8_t> file,
                                const std::string& tokenizer);

}  // namespace czip::tool
