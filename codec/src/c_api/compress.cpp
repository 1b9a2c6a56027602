#include "c_api/compress.hpp"

#include <cstdint>
#include <limits>
#include <new>

#include "v2/container/container.hpp"

namespace czip::c_api {
namespace {

Status set(czip_cctx::Parameters& to, int parameter, std::int64_t value) {
  switch (parameter) {
    case CZIP_C_LEVEL:
      CZIP_TRY(check_value(value, CZIP_LEVEL_DEFAULT, CZIP_LEVEL_MAX, "the level"));
      to.level = static_cast<int>(value);
      return {};
    case CZIP_C_THREADS:
      CZIP_TRY(check_value(value, 0, kMaxThreads, "the number of threads"));
      to.threads = static_cast<unsigned>(value);
      return {};
    case CZIP_C_BLOCK_BYTES:
      if (value != 0)
        CZIP_TRY(check_value(value, v2::kMinBlockBytes, v2::kMaxBlockBytes, "the block size"));
      to.block_bytes = static_cast<std::uint32_t>(value);
      return {};
    case CZIP_C_MEMORY_LIMIT:
      CZIP_TRY(check_value(value, 0, kMostBytes, "the memory limit"));
      to.memory_limit = static_cast<std::uint64_t>(value);
      return {};
    case CZIP_C_VERIFY:
      CZIP_TRY(check_value(value, 0, 1, "whether to verify"));
      to.verify = value != 0;
      return {};
    default:
      return unknown_parameter(parameter);
  }
}

Status compress(czip_cctx& context, std::span<const std::uint8_t> text, FixedSink& sink) {
  CZIP_TRY_ASSIGN(const auto model, model_of(context));
  const ExecutorScope scope(context.callbacks.threads());
  if (model->v1() != nullptr) {
    CZIP_TRY_ASSIGN(auto options, options_v1(context));
    options.progress = context.callbacks.follow();
    CZIP_TRY(v1::encode(*model->v1(), text, sink, options));
    return {};
  }
  v2::EncodeOptions options = options_v2(context);
  options.progress = context.callbacks.follow();
  CZIP_TRY(v2::encode(*model->v2(), text, sink, options));
  return {};
}

Status compress_to(czip_cctx& context, void* dst, std::size_t capacity, std::size_t& written,
                   const void* src, std::size_t size) {
  CZIP_TRY(check_idle(context.stream));
  CZIP_TRY_ASSIGN(const auto text, bytes_at(src, size, "src"));
  CZIP_TRY_ASSIGN(const auto destination, bytes_at(dst, capacity, "dst"));
  FixedSink sink(destination);
  CZIP_TRY(compress(context, text, sink));
  written = sink.size();
  return {};
}

}  // namespace

Result<SharedModel> model_of(const czip_cctx& context) {
  if (context.model) return context.model;
  return builtin_model();
}

v2::EncodeOptions options_v2(czip_cctx& context) {
  const auto& parameters = context.parameters;
  v2::EncodeOptions options;
  if (parameters.level != CZIP_LEVEL_DEFAULT) options.level = parameters.level;
  options.threads = parameters.threads;
  options.block_bytes = parameters.block_bytes;
  options.verify = parameters.verify;
  options.context = &context.tables;
  options.memory_limit = parameters.memory_limit;
  return options;
}

Result<v1::EncodeOptions> options_v1(const czip_cctx& context) {
  const auto& parameters = context.parameters;
  v1::EncodeOptions options;
  if (parameters.level != CZIP_LEVEL_DEFAULT) {
    CZIP_TRY(check_value(parameters.level, v1::kMinLevel, v1::kMaxLevel, "the level of CZIPv1"));
    options.level = parameters.level;
  }
  options.threads = parameters.threads;
  options.memory_limit = parameters.memory_limit;
  return options;
}

}  // namespace czip::c_api

// The functions of czip.h are in no namespace.
using namespace czip::c_api;

size_t czip_compress_bound(size_t size) {
  // A full frame of stored blocks, or a compact frame, whose overhead is less. A repetition begins
  // a block of its own, but then takes far less than its text.
  const std::uint64_t blocks = std::uint64_t{size} / czip::v2::kMinBlockBytes + 1;
  const std::uint64_t overhead = czip::v2::kFrameHeaderBytes +
                                 blocks * czip::v2::kBlockHeaderBytes +
                                 czip::v2::trailer_bytes(blocks);
  if (overhead > std::numeric_limits<std::size_t>::max() - size) return 0;
  return size + static_cast<std::size_t>(overhead);
}

czip_cctx* czip_cctx_create(void) { return create_context<czip_cctx>(); }

void czip_cctx_free(czip_cctx* context) { delete context; }

czip_status czip_cctx_reset(czip_cctx* context, int what) {
  return reset_context(context, what, [](czip_cctx& to) { to.model = {}; });
}

czip_status czip_cctx_set(czip_cctx* context, int parameter, int64_t value) {
  return change(context, [&](czip_cctx& to) { return set(to.parameters, parameter, value); });
}

czip_status czip_cctx_set_model(czip_cctx* context, czip_model* model) {
  return change(context, [&](czip_cctx& to) -> czip::Status {
    to.model = SharedModel(czip_model_retain(model));
    return {};
  });
}

czip_status czip_cctx_set_progress(czip_cctx* context, czip_progress progress, void* user) {
  return set_progress(context, progress, user);
}

czip_status czip_cctx_set_executor(czip_cctx* context, czip_executor executor, void* user) {
  return set_executor(context, executor, user);
}

czip_status czip_cctx_compress(czip_cctx* context, void* dst, size_t capacity, size_t* written,
                               const void* src, size_t size) {
  return guarded([&]() -> czip::Status {
    if (written == nullptr) return null_pointer("written");
    *written = 0;
    if (context == nullptr) return null_pointer("context");
    return compress_to(*context, dst, capacity, *written, src, size);
  });
}

czip_status czip_compress(void* dst, size_t capacity, size_t* written, const void* src, size_t size,
                          int level) {
  return guarded([&]() -> czip::Status {
    if (written == nullptr) return null_pointer("written");
    *written = 0;
    czip_cctx context;
    CZIP_TRY(set(context.parameters, CZIP_C_LEVEL, level));
    return compress_to(context, dst, capacity, *written, src, size);
  });
}
