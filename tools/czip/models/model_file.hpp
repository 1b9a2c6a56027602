// Finds and loads the model that -m names.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/hash128.hpp"
#include "czip/codec/v1/model.hpp"
#include "czip/codec/v2/model.hpp"
#include "io/file_content.hpp"
#include "io/input.hpp"

namespace czip::tool {

// The model hash of CZIPv1: the first 8 hex digits of the MD5 of the path as typed.
[[nodiscard]] std::uint32_t model_path_hash(const std::string& path);

// The name of the built-in model, unless a file is called so.
inline constexpr std::string_view kBuiltInName = "built-in";
[[nodiscard]] bool names_built_in(const std::string& name);

// The path of the model `name`: a file of that name, else the first in the folders of
// CZIP_MODEL_PATH, with or without ".czm".
Result<std::string> find_model_file(const std::string& name);

// The content of a model that a user names.
struct NamedModel {
  std::string path;  // for messages
  bool is_built_in = false;
  FileContent content{};                  // empty: it is built in
  std::span<const std::uint8_t> bytes{};  // of `content`, or built in
};
// Opens the model `name`: the built-in one or that of find_model_file. Errors name the file.
Result<NamedModel> read_named_model(const std::string& name);

// The content of the model file at `path`. Only regular files are read: a pipe or device may never
// end. `role`: see InputRules. Errors: it cannot be read, or its beginning
// is not that of a model.
Result<FileContent> read_model_file(const std::string& path, std::optional<InputRole> role);

// Parses it as a model of CZIPv2; the built-in one is trusted to have the hash that it states.
// Errors name the file.
Result<v2::Model> parse_v2_model(const NamedModel& file);

// Error model_mismatch: --expect-hash names another model than this.
Status check_expected_hash(const std::optional<Hash128>& expected, const Hash128& hash);

// The folders of CZIP_MODEL_PATH, and behind them the one that was installed with this command.
[[nodiscard]] std::vector<std::string> model_folders();

// The files of a folder whose names end in ".czm", sorted.
[[nodiscard]] std::vector<std::string> model_files(const std::string& folder);

// The header of the model at `path`, without its length, if that may be one; else nothing. Only
// regular files are opened: a pipe would wait for its writer, and a device might never end.
[[nodiscard]] std::vector<std::uint8_t> read_model_header(const std::string& path);

// Errors: corrupt (the file is something other than a model, such as a text), unsupported (a model
// of a format that this czip does not read). A damaged model passes.
Status check_is_model(std::span<const std::uint8_t> file);

// Loads a czip-model-v1 from the content of `path`. `tokenizer` may be empty. Errors name the file
// at fault.
Result<v1::Model> load_v1_model(const std::string& path, std::span<const std::uint8_t> file,
                                const std::string& tokenizer);

}  // namespace czip::tool
