#include "models/model_store.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "czip/codec/default_model.hpp"
#include "czip/codec/v2/model/format.hpp"
#include "czip/engine/safetensors/content_hash.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "io/input.hpp"
#include "models/model_file.hpp"

namespace czip::tool {
namespace {

constexpr const char* kNotForFormat2 = " is a czip-model-v1, which format 2 cannot use; ";

// Whether the file at `path` seems to state the hash wanted; loading it tells.
bool may_be(const std::string& path, const v2::ModelReference& wanted) {
  const std::vector<std::uint8_t> header = read_model_header(path);
  const std::string digits = wanted.hex();
  return std::search(header.begin(), header.end(), digits.begin(), digits.end()) != header.end();
}

}  // namespace

bool is_v2_model(std::span<const std::uint8_t> file) {
  const auto tensors = safetensors::File::parse(file);
  if (!tensors) return false;
  const auto format = tensors->metadata().find("format");
  return format != tensors->metadata().end() &&
         format->second.find(v2::kModelFormat) != std::string::npos;
}

Result<ModelStore> ModelStore::open(const Arguments& arguments) {
  ModelStore store;
  store.name_ = arguments.model;
  store.expected_ = arguments.expected_hash;
  if (arguments.model.empty()) return store;
  CZIP_TRY_ASSIGN(auto file, read_named_model(arguments.model));
  const std::string& path = file.path;
  if (!is_v2_model(file.bytes)) {
    CZIP_TRY_ASSIGN(auto model, load_v1_model(path, file.bytes, arguments.tokenizer));
    const auto expected = check_expected_hash(store.expected_, model.hash);
    if (!expected) return failure_in(path, expected.error());
    store.v1_ = std::move(model);
    return store;
  }
  CZIP_TRY_ASSIGN(auto model, parse_v2_model(file));
  store.files_.push_back(std::move(file.content));
  const auto expected = check_expected_hash(store.expected_, model.hash());
  if (!expected) return failure_in(path, expected.error());
  store.v2_ = std::move(model);
  return store;
}

Result<int> ModelStore::format_to_write(const Arguments& arguments) const {
  const int format = arguments.format.value_or(v1_ || arguments.compat ? 1 : 2);
  if (format == 1 && !v1_)
    return usage_error(name_.empty()
                           ? "format 1 has no built-in model; name one with -m MODEL.czm"
                           : printable(name_) +
                                 " is a czip-model-v2, which format 1 cannot use; leave out "
                                 "--format, or name a model of compress.zip");
  if (format == 2 && v1_)
    return usage_error(printable(name_) + kNotForFormat2 + "leave out --format or -m");
  if (format == 2 && (arguments.outer || arguments.dialect || !arguments.tokenizer.empty()))
    return usage_error("--codec, --dialect and --tokenizer belong to format 1; leave them out");
  if (format == 1 && arguments.level.value_or(v1::kMinLevel) > v1::kMaxLevel)
    return usage_error("level " + std::to_string(*arguments.level) +
                       " does not exist in CZIPv1; use 1 to 5");
  return format;
}

Result<const v1::Model*> ModelStore::for_v1() {
  v1_wanted_ = true;
  if (v1_) return &*v1_;
  return usage_error(name_.empty()
                         ? "is compress.zip's CZIPv1, which has no built-in model; name its "
                           "model with -m MODEL.czm"
                         : "is compress.zip's CZIPv1, but " + printable(name_) +
                               " is a czip-model-v2; name its model with -m");
}

Result<v2::Model> ModelStore::for_v2() {
  if (v1_) return usage_error(printable(name_) + kNotForFormat2 + "leave out -m");
  return v2_or_built_in();
}

void ModelStore::warn_if_unused(const Console& console) const {
  if (!v1_ || v1_wanted_ || !v2_found_) return;
  console.warning(name_,
                  "is a czip-model-v1 and was not used: CZIPv2 says itself which model it needs");
}

Result<v2::Model> ModelStore::v2_or_built_in() {
  if (v2_) return *v2_;
  if (default_model().empty())
    return usage_error("no built-in model in this build of czip; name one with -m MODEL.czm");
  auto model = v2::Model::parse(default_model(), v2::ModelTrust::stated_hash);
  if (!model) return fail(ErrorCode::internal, "the built-in model: " + model.error().message);
  const auto expected = check_expected_hash(expected_, model->hash());
  if (!expected) return failure_in("the built-in model", expected.error());
  v2_ = *model;
  return model;
}

Result<v2::Model> ModelStore::find(const v2::ModelReference& wanted) {
  if (expected_ && !wanted.matches(*expected_))
    return fail(ErrorCode::model_mismatch, "was made with the model of hash " + wanted.hex() +
                                               ", not of " + to_hex(*expected_) +
                                               ", as --expect-hash wants it");
  const auto model = v2_or_built_in();
  auto found = model && wanted.matches(model->hash()) ? *model : search_folders(wanted);
  v2_found_ = v2_found_ || found;
  if (found) return std::move(*found);
  const std::string advice = "; name that model with -m, or have it in CZIP_MODEL_PATH";
  if (!model && wanted.known == 0)
    return fail(ErrorCode::model_mismatch,
                "does not tell any more which model it was made with; name it with -m");
  if (!model)
    return fail(ErrorCode::model_mismatch,
                "was made with the model of hash " + wanted.hex() + advice);
  auto mismatch = v2::matching_model(*model, wanted);
  return fail(mismatch.error().code, mismatch.error().message + advice);
}

std::optional<v2::Model> ModelStore::search_folders(const v2::ModelReference& wanted) {
  for (const v2::Model& model : found_)
    if (wanted.matches(model.hash())) return model;
  for (const std::string& folder : model_folders())
    for (const std::string& name : model_files(folder)) {
      if (!may_be(name, wanted)) continue;
      auto file = read_model_file(name, std::nullopt);
      if (!file) continue;
      auto model = v2::Model::parse(file->bytes());
      if (!model || !wanted.matches(model->hash())) continue;
      if (!check_expected_hash(expected_, model->hash())) continue;
      register_input(name, InputRole::helper);
      files_.push_back(std::move(*file));
      found_.push_back(*model);
      return std::move(*model);
    }
  return std::nullopt;
}

v2::ModelFinder ModelStore::finder() {
  return [this](const v2::ModelReference& wanted) { return find(wanted); };
}

std::string ModelStore::name_of(const v2::ModelReference& reference) {
  const auto model = v2_or_built_in();
  return model && reference.matches(model->hash()) ? model->description().name : "";
}

}  // namespace czip::tool
