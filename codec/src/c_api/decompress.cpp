#include "c_api/decompress.hpp"

#include <string>
#include <utility>

#include "c_api/format.hpp"

namespace czip::c_api {
namespace {

Status set(czip_dctx::Parameters& to, int parameter, std::int64_t value) {
  switch (parameter) {
    case CZIP_D_THREADS:
      CZIP_TRY(check_value(value, 0, kMaxThreads, "the number of threads"));
      to.threads = static_cast<unsigned>(value);
      return {};
    case CZIP_D_MEMORY_LIMIT:
      CZIP_TRY(check_value(value, 0, kMostBytes, "the memory limit"));
      to.memory_limit = static_cast<std::uint64_t>(value);
      return {};
    case CZIP_D_MAX_OUTPUT:
      CZIP_TRY(check_value(value, 0, kMostBytes, "the most output"));
      to.max_output = static_cast<std::uint64_t>(value);
      return {};
    default:
      return unknown_parameter(parameter);
  }
}

// What the caller's finder has; empty: nothing.
Result<SharedModel> ask_finder(const czip_dctx& context, const std::string& digits) {
  if (context.finder == nullptr) return SharedModel();
  czip_model* model = nullptr;
  const czip_status status = context.finder(context.finder_user, digits.c_str(), &model);
  SharedModel found(model);
  if (status != CZIP_OK) return callback_failure("that finds models", status);
  return found;
}

const v2::Model* find_in(const std::vector<SharedModel>& models, const v2::ModelReference& wanted) {
  for (const SharedModel& model : models)
    if (model->v2() != nullptr && wanted.matches(model->v2()->hash())) return model->v2();
  return nullptr;
}

Result<v2::Model> find(czip_dctx& context, const v2::ModelReference& wanted) {
  if (const auto* const added = find_in(context.models, wanted)) return *added;
  const auto built_in = builtin_model();
  if (built_in && wanted.matches((*built_in)->v2()->hash())) return *(*built_in)->v2();
  if (const auto* const before = find_in(context.found, wanted)) return *before;
  CZIP_TRY_ASSIGN(const auto found, ask_finder(context, wanted.hex()));
  if (!found)
    return fail(ErrorCode::model_mismatch,
                "the file was made with the model of hash " + wanted.hex() +
                    ", which is neither built in nor among the context's models");
  if (found->v2() == nullptr)
    return fail(ErrorCode::model_mismatch,
                "the callback that finds models gave one of CZIPv1 for a file of CZIPv2");
  CZIP_TRY_ASSIGN(const auto model, matching_model(*found->v2(), wanted));
  context.found.push_back(found);
  return model;
}

Status decode(czip_dctx& context, std::span<const std::uint8_t> file, RewindableSink& sink) {
  const ExecutorScope scope(context.callbacks.threads());
  MemorySource source(file);
  CZIP_TRY_ASSIGN(const Format format, format_of(file));
  if (format == Format::v1) {
    CZIP_TRY_ASSIGN(const auto model, model_v1_of(context));
    v1::DecodeOptions options = options_v1(context);
    options.progress = context.callbacks.follow();
    CZIP_TRY(v1::decode(*model->v1(), source, sink, options));
    return {};
  }
  v2::DecodeOptions options = options_v2(context);
  options.progress = context.callbacks.follow();
  CZIP_TRY(v2::decode(finder_of(context), source, sink, options));
  return {};
}

Status decompress_to(czip_dctx& context, void* dst, std::size_t capacity, std::size_t& written,
                     const void* src, std::size_t size) {
  CZIP_TRY(check_idle(context.stream));
  CZIP_TRY_ASSIGN(const auto file, bytes_at(src, size, "src"));
  CZIP_TRY_ASSIGN(const auto destination, bytes_at(dst, capacity, "dst"));
  FixedSink sink(destination);
  LimitedSink limited(sink, context.parameters.max_output);
  CZIP_TRY(decode(context, file, limited));
  written = sink.size();
  return {};
}

}  // namespace

v2::ModelFinder finder_of(czip_dctx& context) {
  return [&context](const v2::ModelReference& wanted) { return find(context, wanted); };
}

Result<SharedModel> model_v1_of(const czip_dctx& context) {
  for (auto model = context.models.rbegin(); model != context.models.rend(); ++model)
    if ((*model)->v1() != nullptr) return *model;
  return fail(ErrorCode::model_mismatch,
              "the file is of CZIPv1, and the context has no model of that format");
}

v2::DecodeOptions options_v2(czip_dctx& context) {
  v2::DecodeOptions options;
  options.threads = context.parameters.threads;
  options.context = &context.tables;
  options.memory_limit = context.parameters.memory_limit;
  return options;
}

v1::DecodeOptions options_v1(const czip_dctx& context) {
  v1::DecodeOptions options;
  options.threads = context.parameters.threads;
  options.memory_limit = context.parameters.memory_limit;
  return options;
}

}  // namespace czip::c_api

// The functions of czip.h are in no namespace.
using namespace czip::c_api;

czip_dctx* czip_dctx_create(void) { return create_context<czip_dctx>(); }

void czip_dctx_free(czip_dctx* context) { delete context; }

czip_status czip_dctx_reset(czip_dctx* context, int what) {
  return reset_context(context, what, [](czip_dctx& to) {
    to.models.clear();
    to.found.clear();
    to.finder = nullptr;
    to.finder_user = nullptr;
  });
}

czip_status czip_dctx_set(czip_dctx* context, int parameter, int64_t value) {
  return change(context, [&](czip_dctx& to) { return set(to.parameters, parameter, value); });
}

czip_status czip_dctx_add_model(czip_dctx* context, czip_model* model) {
  return change(context, [&](czip_dctx& to) -> czip::Status {
    if (model == nullptr) return null_pointer("model");
    to.models.emplace_back(czip_model_retain(model));
    return {};
  });
}

czip_status czip_dctx_set_finder(czip_dctx* context, czip_model_finder finder, void* user) {
  return change(context, [&](czip_dctx& to) -> czip::Status {
    to.finder = finder;
    to.finder_user = user;
    return {};
  });
}

czip_status czip_dctx_set_progress(czip_dctx* context, czip_progress progress, void* user) {
  return set_progress(context, progress, user);
}

czip_status czip_dctx_set_executor(czip_dctx* context, czip_executor executor, void* user) {
  return set_executor(context, executor, user);
}

czip_status czip_dctx_decompress(czip_dctx* context, void* dst, size_t capacity, size_t* written,
                                 const void* src, size_t size) {
  return guarded([&]() -> czip::Status {
    if (written == nullptr) return null_pointer("written");
    *written = 0;
    if (context == nullptr) return null_pointer("context");
    return decompress_to(*context, dst, capacity, *written, src, size);
  });
}

czip_status czip_decompress(void* dst, size_t capacity, size_t* written, const void* src,
                            size_t size) {
  return guarded([&]() -> czip::Status {
    if (written == nullptr) return null_pointer("written");
    *written = 0;
    czip_dctx context;
    return decompress_to(context, dst, capacity, *written, src, size);
  });
}
