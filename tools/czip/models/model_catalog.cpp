#include "models/model_catalog.hpp"

#include <sys/stat.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/little_endian.hpp"
#include "czip/codec/default_model.hpp"
#include "czip/codec/v2/model/format.hpp"
#include "czip/engine/safetensors/content_hash.hpp"
#include "czip/engine/v1/constants.hpp"
#include "models/model_file.hpp"

namespace czip::tool {
namespace {

using Json = nlohmann::json;

// Without the quotes of JSON that some writers keep around a value.
std::string metadata_value(const Json& metadata, std::string_view key) {
  const auto found = metadata.find(key);
  if (found == metadata.end() || !found->is_string()) return {};
  const auto& value = found->get_ref<const std::string&>();
  const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  return quoted ? value.substr(1, value.size() - 2) : value;
}

std::optional<KnownModel> read_known(std::span<const std::uint8_t> header) {
  const Json json = Json::parse(header.begin(), header.end(), nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto metadata = json.find("__metadata__");
  if (metadata == json.end() || !metadata->is_object()) return std::nullopt;
  KnownModel model{.format = metadata_value(*metadata, v2::kFormatKey),
                   .name = metadata_value(*metadata, v2::kNameKey),
                   .hash = metadata_value(*metadata, safetensors::kContentHashKey)};
  const bool is_v1 = model.format == v1::kModelFormat;
  if (!is_v1 && model.format != v2::kModelFormat) return std::nullopt;
  model.has_network = is_v1;
  for (const auto& [name, tensor] : json.items())
    model.has_network = model.has_network || v2::is_network_tensor(name);
  return model;
}

std::optional<KnownModel> built_in() {
  const auto file = default_model();
  if (file.size() < sizeof(std::uint64_t)) return std::nullopt;
  const auto rest = file.subspan(sizeof(std::uint64_t));
  const auto size = load_le<std::uint64_t>(file.data());
  if (size > rest.size()) return std::nullopt;
  auto model = read_known(rest.first(static_cast<std::size_t>(size)));
  if (model) model->file_bytes = file.size();
  return model;
}

}  // namespace

std::string place_of(const KnownModel& model) {
  return model.path.empty() ? "built in" : model.path;
}

std::vector<KnownModel> known_models() {
  std::vector<KnownModel> models;
  if (auto model = built_in()) models.push_back(std::move(*model));
  for (const std::string& folder : model_folders())
    for (const std::string& path : model_files(folder)) {
      struct stat status {};
      auto model = read_known(read_model_header(path));
      if (!model || stat(path.c_str(), &status) != 0) continue;
      model->path = path;
      model->file_bytes = static_cast<std::uint64_t>(status.st_size);
      models.push_back(std::move(*model));
    }
  return models;
}

const KnownModel* find_known(const std::vector<KnownModel>& models,
                             const v2::ModelReference& reference) {
  const std::string hash = reference.hex();
  for (const KnownModel& model : models)
    if (model.format == v2::kModelFormat && !hash.empty() && model.hash.starts_with(hash))
      return &model;
  return nullptr;
}

}  // namespace czip::tool
