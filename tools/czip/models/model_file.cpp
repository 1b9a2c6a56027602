#include "models/model_file.hpp"

#include <fcntl.h>
#include <md5.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "czip/base/error.hpp"
#include "czip/base/little_endian.hpp"
#include "czip/codec/default_model.hpp"
#include "czip/codec/v1/model.hpp"
#include "czip/codec/v2/model/format.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/v1/constants.hpp"
#include "io/descriptor.hpp"
#include "io/input.hpp"
#include "io/streams.hpp"

namespace czip::tool {
namespace {

namespace fs = std::filesystem;

bool exists(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0;
}

bool is_regular(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

// Where models were installed with this command, wherever that is; empty: nowhere.
std::string installed_models() {
  std::error_code error;
  const fs::path command = fs::read_symlink("/proc/self/exe", error);
  if (error) return {};
  const fs::path folder = (command.parent_path() / CZIP_MODEL_FOLDER).lexically_normal();
  return fs::is_directory(folder, error) ? folder.string() : std::string();
}

}  // namespace

std::uint32_t model_path_hash(const std::string& path) {
  MD5_CTX context;
  std::array<std::uint8_t, MD5_DIGEST_LENGTH> digest{};
  MD5Init(&context);
  const std::vector<std::uint8_t> bytes(path.begin(), path.end());
  MD5Update(&context, bytes.data(), bytes.size());
  MD5Final(digest.data(), &context);
  // Hexadecimal digits are read from left to right: the first byte is the most significant.
  return std::uint32_t{digest[0]} << 24 | std::uint32_t{digest[1]} << 16 |
         std::uint32_t{digest[2]} << 8 | digest[3];
}

std::vector<std::string> model_folders() {
  const char* const folders = std::getenv("CZIP_MODEL_PATH");
  std::vector<std::string> names;
  std::string_view rest = folders == nullptr ? "" : folders;
  while (!rest.empty()) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
    if (!folder.empty()) names.emplace_back(folder);
  }
  if (std::string folder = installed_models(); !folder.empty()) names.push_back(std::move(folder));
  return names;
}

std::vector<std::string> model_files(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error))
    if (entry->path().extension() == ".czm") names.push_back(entry->path());
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::uint8_t> read_model_header(const std::string& path) {
  constexpr std::uint64_t kLongest = std::uint64_t{1} << 20;
  struct stat status {};
  if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (file.get() < 0) return {};
  FileRandomAccess bytes(file.get());
  std::array<std::uint8_t, sizeof(std::uint64_t)> length{};
  const auto read = bytes.read_at(0, length);
  if (!read || *read != length.size()) return {};
  const auto size = load_le<std::uint64_t>(length.data());
  if (size > std::min(kLongest, static_cast<std::uint64_t>(status.st_size))) return {};
  std::vector<std::uint8_t> header(static_cast<std::size_t>(size));
  const auto rest = bytes.read_at(length.size(), header);
  return rest && *rest == header.size() ? header : std::vector<std::uint8_t>{};
}

bool names_built_in(const std::string& name) { return name == kBuiltInName && !exists(name); }

Result<std::string> find_model_file(const std::string& name) {
  const std::vector<std::string> folders = model_folders();
  if (exists(name) || name.find('/') != std::string::npos || folders.empty()) return name;
  for (const std::string& folder : folders)
    for (const char* const ending : {"", ".czm"}) {
      const std::string path = folder + "/" + name + ending;
      if (is_regular(path)) return path;
    }
  return fail(ErrorCode::io, printable(name) +
                                 ": no such model here or in the folders of "
                                 "CZIP_MODEL_PATH; check the name");
}

Result<NamedModel> read_named_model(const std::string& name) {
  if (names_built_in(name)) {
    if (default_model().empty())
      return fail(ErrorCode::io, "no model is built into this czip; name a file");
    return NamedModel{.path = name, .is_built_in = true, .bytes = default_model()};
  }
  CZIP_TRY_ASSIGN(const auto path, find_model_file(name));
  auto file = read_model_file(path, InputRole::helper);
  if (!file) return failure_in(path, file.error());
  NamedModel model{.path = path, .content = std::move(*file)};
  model.bytes = model.content.bytes();
  return model;
}

Result<FileContent> read_model_file(const std::string& path, std::optional<InputRole> role) {
  constexpr std::uint64_t kSmallFile = std::uint64_t{1} << 20;
  auto input = open_input(path, {.follow_links = true, .allow_special = false, .role = role});
  CZIP_TRY(input);
  // A safetensors file begins with the length of its header, which is a JSON object.
  std::array<std::uint8_t, 9> start{};
  FileRandomAccess file(input->file.get());
  CZIP_TRY_ASSIGN(const auto count, file.read_at(0, start));
  const auto size = static_cast<std::uint64_t>(input->status.st_size);
  const bool plausible = count == start.size() && start.back() == '{' &&
                         load_le<std::uint64_t>(start.data()) <= size - sizeof(std::uint64_t);
  // What is small is read all the same, so that the loader says precisely what is wrong.
  if (!plausible && size > kSmallFile)
    return fail(ErrorCode::corrupt, "is not a model; check the name");
  return FileContent::of(std::move(*input));
}

Result<v2::Model> parse_v2_model(const NamedModel& file) {
  auto model = v2::Model::parse(
      file.bytes, file.is_built_in ? v2::ModelTrust::stated_hash : v2::ModelTrust::content);
  if (!model) return failure_in(file.path, model.error());
  return model;
}

Status check_expected_hash(const std::optional<Hash128>& expected, const Hash128& hash) {
  if (!expected || *expected == hash) return {};
  return fail(ErrorCode::model_mismatch, "is the model of hash " + to_hex(hash) + ", not of " +
                                             to_hex(*expected) + ", as --expect-hash wants it");
}

Status check_is_model(std::span<const std::uint8_t> file) {
  // A safetensors file is the length of its header, the header in JSON, and data.
  constexpr std::size_t kLengthBytes = sizeof(std::uint64_t);
  if (file.size() <= kLengthBytes || file[kLengthBytes] != '{')
    return fail(ErrorCode::corrupt, "is not a model: it is no safetensors file");
  const auto parsed = safetensors::File::parse(file);
  if (!parsed) return {};
  const auto format = parsed->metadata().find(v2::kFormatKey);
  if (format == parsed->metadata().end())
    return fail(ErrorCode::corrupt, "is not a model of czip: its metadata name no format");
  // Some writers keep JSON's quotes around a value.
  if (format->second.find(v1::kModelFormat) != std::string::npos) return {};
  return fail(ErrorCode::unsupported, "is a model of the format " + printable(format->second) +
                                          "; this czip reads " + std::string(v1::kModelFormat) +
                                          " and " + std::string(v2::kModelFormat) +
                                          ": use it with the czip that it was made for");
}

Result<v1::Model> load_v1_model(const std::string& path, std::span<const std::uint8_t> file,
                                const std::string& tokenizer) {
  if (const auto model = check_is_model(file); !model) return failure_in(path, model.error());
  std::optional<std::string> json;
  if (!tokenizer.empty()) {
    const auto bytes = read_regular_file(tokenizer, InputRole::helper);
    if (!bytes) return failure_in(tokenizer, bytes.error());
    json.emplace(bytes->begin(), bytes->end());
  }
  auto model = v1::load_model(file, json);
  if (!model) return failure_in(path, model.error());
  return model;
}

}  // namespace czip::tool
