#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

#include "c_api/bytes.hpp"
#include "c_api/decompress.hpp"
#include "c_api/format.hpp"
#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v2/codec.hpp"

namespace czip::c_api {
namespace {

Result<Format> format_of_file(RandomAccessSource& file) {
  std::array<std::uint8_t, kFormatBytes> begun{};
  std::size_t size = 0;
  while (size < begun.size()) {
    CZIP_TRY_ASSIGN(const std::size_t count, file.read_at(size, std::span(begun).subspan(size)));
    if (count == 0) break;
    size += count;
  }
  return format_of(std::span(begun).first(size));
}

Result<czip_info> inspect_v1(RandomAccessSource& file) {
  SequentialSource source(file);
  CZIP_TRY_ASSIGN(const auto found, v1::inspect(source));
  czip_info info{};
  info.format = 1;
  info.level = static_cast<std::int32_t>(found.context_log2) -
               static_cast<std::int32_t>(v1::level_context_log2(0));
  info.needs_model = found.chunks != 0 ? 1 : 0;
  info.text_bytes = found.text_bytes;
  info.file_bytes =
      found.trailing.garbage_offset.value_or(found.file_bytes) - found.trailing.padding_bytes;
  info.frames = 1;
  info.blocks = found.chunks;
  return info;
}

Result<czip_info> inspect_v2(RandomAccessSource& file) {
  std::optional<v2::ModelReference> model;
  bool more = false;
  std::uint64_t end = 0;  // of the last frame
  const auto visit = [&](const v2::FrameInfo& frame) -> Status {
    end = frame.file_offset + frame.file_bytes;
    if (!frame.model || frame.blocks == frame.stored_blocks) return {};
    // The shorter of two references is a beginning.
    if (model && model->hex().compare(0, frame.model->hex().size(), frame.model->hex(), 0,
                                      model->hex().size()) != 0)
      more = true;
    if (!model) model = frame.model;
    return {};
  };
  CZIP_TRY_ASSIGN(const auto found, v2::inspect(file, visit));
  czip_info info{};
  info.format = 2;
  info.level = found.first_frame.level;
  info.is_archive = found.first_frame.archive ? 1 : 0;
  info.needs_model = model ? 1 : 0;
  info.text_bytes = found.text_bytes;
  info.file_bytes = end;
  info.frames = found.frames;
  info.blocks = found.blocks;
  info.more_models = more ? 1 : 0;
  if (model) {
    const std::string digits = model->hex();
    static_assert(sizeof(info.model_hash) > 32);
    digits.copy(info.model_hash, sizeof(info.model_hash) - 1);
  }
  return info;
}

Result<czip_info> inspect(RandomAccessSource& file) {
  CZIP_TRY_ASSIGN(const Format format, format_of_file(file));
  return format == Format::v1 ? inspect_v1(file) : inspect_v2(file);
}

// The caller may have been compiled with a later czip.h, whose fields this one does not know.
Status inspect_to(RandomAccessSource& file, czip_info& info) {
  const std::size_t size = info.struct_size;
  if (size < sizeof(czip_info))
    return fail(ErrorCode::invalid_argument, "info->struct_size is " + std::to_string(size) +
                                                 ", but should be " +
                                                 std::to_string(sizeof(czip_info)) + " or more");
  std::memset(&info, 0, sizeof(czip_info));
  info.struct_size = size;
  CZIP_TRY_ASSIGN(czip_info found, inspect(file));
  found.struct_size = size;
  std::memset(reinterpret_cast<char*>(&info) + sizeof(czip_info), 0, size - sizeof(czip_info));
  info = found;
  return {};
}

Status decode_range(czip_dctx& context, RandomAccessSource& file, const v2::TextRange& range,
                    std::span<std::uint8_t> destination, std::size_t& written) {
  CZIP_TRY(check_idle(context.stream));
  const ExecutorScope scope(context.callbacks.threads());
  CZIP_TRY_ASSIGN(const Format format, format_of_file(file));
  if (format == Format::v1)
    return fail(ErrorCode::unsupported, "ranges are of CZIPv2; a file of CZIPv1 has no blocks");
  FixedSink sink(destination);
  LimitedSink limited(sink, context.parameters.max_output);
  v2::DecodeOptions options = options_v2(context);
  options.progress = context.callbacks.follow();
  CZIP_TRY(v2::decode_range(finder_of(context), file, range, limited, options));
  written = sink.size();
  return {};
}

}  // namespace
}  // namespace czip::c_api

// The functions of czip.h are in no namespace.
using namespace czip::c_api;

czip_status czip_inspect(const czip_source* source, czip_info* info) {
  return guarded([&]() -> czip::Status {
    if (info == nullptr) return null_pointer("info");
    CZIP_TRY_ASSIGN(auto file, source_of(source));
    return inspect_to(file, *info);
  });
}

czip_status czip_inspect_memory(const void* src, size_t size, czip_info* info) {
  return guarded([&]() -> czip::Status {
    if (info == nullptr) return null_pointer("info");
    CZIP_TRY_ASSIGN(const auto bytes, bytes_at(src, size, "src"));
    czip::MemorySource file(bytes);
    return inspect_to(file, *info);
  });
}

czip_status czip_text_size(const void* src, size_t size, uint64_t* text_bytes) {
  return guarded([&]() -> czip::Status {
    if (text_bytes == nullptr) return null_pointer("text_bytes");
    *text_bytes = 0;
    CZIP_TRY_ASSIGN(const auto bytes, bytes_at(src, size, "src"));
    czip::MemorySource file(bytes);
    CZIP_TRY_ASSIGN(const auto info, inspect(file));
    *text_bytes = info.text_bytes;
    return {};
  });
}

czip_status czip_dctx_range(czip_dctx* context, const czip_source* source, uint64_t start,
                            uint64_t length, void* dst, size_t capacity, size_t* written) {
  return guarded([&]() -> czip::Status {
    if (written == nullptr) return null_pointer("written");
    *written = 0;
    if (context == nullptr) return null_pointer("context");
    CZIP_TRY_ASSIGN(auto file, source_of(source));
    CZIP_TRY_ASSIGN(const auto destination, bytes_at(dst, capacity, "dst"));
    return decode_range(*context, file, {start, length}, destination, *written);
  });
}

czip_status czip_dctx_range_memory(czip_dctx* context, const void* src, size_t size, uint64_t start,
                                   uint64_t length, void* dst, size_t capacity, size_t* written) {
  return guarded([&]() -> czip::Status {
    if (written == nullptr) return null_pointer("written");
    *written = 0;
    if (context == nullptr) return null_pointer("context");
    CZIP_TRY_ASSIGN(const auto bytes, bytes_at(src, size, "src"));
    CZIP_TRY_ASSIGN(const auto destination, bytes_at(dst, capacity, "dst"));
    czip::MemorySource file(bytes);
    return decode_range(*context, file, {start, length}, destination, *written);
  });
}
