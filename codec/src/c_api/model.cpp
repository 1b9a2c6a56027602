#include "c_api/model.hpp"

#include <optional>
#include <string>
#include <utility>

#include "c_api/bytes.hpp"
#include "c_api/status.hpp"
#include "czip/base/threads.hpp"
#include "czip/codec/default_model.hpp"
#include "czip/codec/v2/model/format.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/v1/constants.hpp"

namespace {

std::string value_of(const czip::v1::Model& model, std::string_view key) {
  const auto found = model.network.metadata.find(key);
  return found == model.network.metadata.end() ? std::string() : found->second;
}

}  // namespace

czip_model::czip_model(std::vector<std::uint8_t> owned, Content parsed)
    : file(std::move(owned)), content(std::move(parsed)) {
  if (const auto* const first = v1()) {
    hash = to_hex(first->hash);
    name = value_of(*first, czip::v2::kNameKey);
    license = value_of(*first, czip::v2::kLicenseKey);
  } else {
    hash = to_hex(v2()->hash());
    name = v2()->description().name;
    license = v2()->description().license;
  }
}

namespace czip::c_api {
namespace {

// Whether the metadata say so. Some writers keep JSON's quotes around a value.
bool is_v1(std::span<const std::uint8_t> file) {
  const auto parsed = safetensors::File::parse(file);
  if (!parsed) return false;
  const auto format = parsed->metadata().find(v2::kFormatKey);
  return format != parsed->metadata().end() &&
         format->second.find(v1::kModelFormat) != std::string::npos;
}

Status give(Result<SharedModel> made, czip_model** model) {
  CZIP_TRY(made);
  *model = made->release();
  return {};
}

// As the functions of czip.h, for a model that is copied first or borrowed.
Status from_memory(czip_model** model, const void* file, std::size_t size, const char* tokenizer,
                   std::size_t tokenizer_size, bool copy) {
  if (model == nullptr) return null_pointer("model");
  *model = nullptr;
  if (file == nullptr) return null_pointer("file");
  CZIP_TRY_ASSIGN(auto bytes, bytes_at(file, size, "file"));
  std::vector<std::uint8_t> owned;
  if (copy) {
    owned.assign(bytes.begin(), bytes.end());
    bytes = owned;
  }
  const std::string_view json(tokenizer != nullptr ? tokenizer : "",
                              tokenizer != nullptr ? tokenizer_size : 0);
  return give(parse_model(bytes, std::move(owned), tokenizer != nullptr ? &json : nullptr), model);
}

}  // namespace

Result<SharedModel> parse_model(std::span<const std::uint8_t> file, std::vector<std::uint8_t> owned,
                                const std::string_view* tokenizer) {
  if (is_v1(file)) {
    CZIP_TRY_ASSIGN(
        auto model,
        v1::load_model(file, tokenizer != nullptr ? std::optional(*tokenizer) : std::nullopt));
    // Its parts are copies.
    return SharedModel(new czip_model({}, std::move(model)));
  }
  CZIP_TRY_ASSIGN(auto model, v2::Model::parse(file));
  if (tokenizer != nullptr)
    return fail(ErrorCode::invalid_argument,
                "only models of CZIPv1 take a tokenizer of their own; this is one of CZIPv2");
  return SharedModel(new czip_model(std::move(owned), std::move(model)));
}

Result<SharedModel> builtin_model() {
  static Mutex mutex;
  static czip_model* built_in = nullptr;  // has a reference for ever
  const Lock lock(mutex);
  if (built_in == nullptr) {
    if (default_model().empty())
      return fail(ErrorCode::unsupported, "no model is built into this libczip; open a file");
    CZIP_TRY_ASSIGN(auto model, v2::Model::parse(default_model(), v2::ModelTrust::stated_hash));
    built_in = new czip_model({}, std::move(model));
  }
  return SharedModel(czip_model_retain(built_in));
}

}  // namespace czip::c_api

using czip::c_api::guarded;
using czip::c_api::null_pointer;

czip_status czip_model_builtin(czip_model** model) {
  return guarded([&]() -> czip::Status {
    if (model == nullptr) return null_pointer("model");
    *model = nullptr;
    return czip::c_api::give(czip::c_api::builtin_model(), model);
  });
}

czip_status czip_model_open(czip_model** model, const char* path, const char* tokenizer_path) {
  return guarded([&]() -> czip::Status {
    if (model == nullptr) return null_pointer("model");
    *model = nullptr;
    if (path == nullptr) return null_pointer("path");
    CZIP_TRY_ASSIGN(auto file, czip::c_api::read_file(path));
    std::vector<std::uint8_t> json;
    if (tokenizer_path != nullptr) {
      CZIP_TRY_ASSIGN(json, czip::c_api::read_file(tokenizer_path));
    }
    const std::string_view text(reinterpret_cast<const char*>(json.data()), json.size());
    // A vector keeps its bytes where they are when it is moved.
    const std::span<const std::uint8_t> bytes = file;
    return czip::c_api::give(czip::c_api::parse_model(bytes, std::move(file),
                                                      tokenizer_path != nullptr ? &text : nullptr),
                             model);
  });
}

czip_status czip_model_copy(czip_model** model, const void* file, size_t size,
                            const char* tokenizer, size_t tokenizer_size) {
  return guarded(
      [&] { return czip::c_api::from_memory(model, file, size, tokenizer, tokenizer_size, true); });
}

czip_status czip_model_borrow(czip_model** model, const void* file, size_t size,
                              const char* tokenizer, size_t tokenizer_size) {
  return guarded([&] {
    return czip::c_api::from_memory(model, file, size, tokenizer, tokenizer_size, false);
  });
}

czip_model* czip_model_retain(czip_model* model) {
  if (model != nullptr) model->references.fetch_add(1, std::memory_order_relaxed);
  return model;
}

void czip_model_release(czip_model* model) {
  if (model != nullptr && model->references.fetch_sub(1, std::memory_order_acq_rel) == 1)
    delete model;
}

int czip_model_format(const czip_model* model) {
  if (model == nullptr) return 0;
  return model->v1() != nullptr ? 1 : 2;
}

const char* czip_model_hash(const czip_model* model) {
  return model == nullptr ? "" : model->hash.c_str();
}

const char* czip_model_name(const czip_model* model) {
  return model == nullptr ? "" : model->name.c_str();
}

const char* czip_model_license(const czip_model* model) {
  return model == nullptr ? "" : model->license.c_str();
}

int czip_model_has_network(const czip_model* model) {
  return model != nullptr && (model->v1() != nullptr || model->v2()->has_network()) ? 1 : 0;
}

int czip_model_has_language_model(const czip_model* model) {
  return model != nullptr && model->v2() != nullptr && model->v2()->has_language_model() ? 1 : 0;
}
