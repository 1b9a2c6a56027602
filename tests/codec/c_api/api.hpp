// Objects of czip.h that free themselves, and streams that are fed piece by piece.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "czip.h"
#include "support/bytes.hpp"
#include "support/error_style.hpp"
#include "support/files.hpp"

namespace czip::test {

struct FreeObject {
  void operator()(czip_cctx* context) const { czip_cctx_free(context); }
  void operator()(czip_dctx* context) const { czip_dctx_free(context); }
  void operator()(czip_model* model) const { czip_model_release(model); }
};
using ModelObject = std::unique_ptr<czip_model, FreeObject>;
using CompressContext = std::unique_ptr<czip_cctx, FreeObject>;
using DecompressContext = std::unique_ptr<czip_dctx, FreeObject>;

inline std::string conformance_path(const std::string& name) {
  return std::string(CZIP_CONFORMANCE_DIR) + "/" + name;
}

inline ModelObject open_model(const std::string& name) {
  czip_model* model = nullptr;
  REQUIRE(czip_model_open(&model, conformance_path(name).c_str(), nullptr) == CZIP_OK);
  return ModelObject(model);
}

// With the model of conformance/v2, which is small, unless another is named; null: the built-in
// one.
inline CompressContext compress_context(const char* model = "v2/tiny.czm") {
  CompressContext context(czip_cctx_create());
  REQUIRE(context != nullptr);
  if (model != nullptr)
    REQUIRE(czip_cctx_set_model(context.get(), open_model(model).get()) == CZIP_OK);
  return context;
}
inline DecompressContext decompress_context(const char* model = "v2/tiny.czm") {
  DecompressContext context(czip_dctx_create());
  REQUIRE(context != nullptr);
  if (model != nullptr)
    REQUIRE(czip_dctx_add_model(context.get(), open_model(model).get()) == CZIP_OK);
  return context;
}

struct Coded {
  czip_status status = CZIP_OK;
  Bytes bytes;
  std::string message;  // of the error
};

inline Coded coded(czip_status status, Bytes bytes, std::size_t size) {
  Coded result{status, std::move(bytes), status == CZIP_OK ? "" : czip_last_error()};
  result.bytes.resize(size);
  if (status != CZIP_OK) CHECK_MESSAGE(is_well_styled(result.message), result.message);
  return result;
}

inline Coded compress(czip_cctx* context, std::span<const std::uint8_t> text,
                      std::size_t capacity = 0) {
  Bytes file(capacity != 0 ? capacity : czip_compress_bound(text.size()));
  std::size_t written = 0;
  const czip_status status =
      czip_cctx_compress(context, file.data(), file.size(), &written, text.data(), text.size());
  return coded(status, std::move(file), written);
}

inline Coded decompress(czip_dctx* context, std::span<const std::uint8_t> file,
                        std::size_t capacity) {
  Bytes text(capacity);
  std::size_t written = 0;
  const czip_status status =
      czip_dctx_decompress(context, text.data(), text.size(), &written, file.data(), file.size());
  return coded(status, std::move(text), written);
}

// Calls `step` with at most `in_size` bytes of input and `out_size` of room at a time until all is
// done or a call fails. `directive` goes with the last piece, CZIP_CONTINUE with those before it.
using Step = std::function<czip_status(czip_out_buffer*, czip_in_buffer*, int directive, int*)>;

inline Coded run_stream(const Step& step, std::span<const std::uint8_t> input, std::size_t in_size,
                        std::size_t out_size, int directive = CZIP_END) {
  Bytes output;
  Bytes room(out_size);
  for (;;) {
    const std::size_t piece = std::min(in_size, input.size());
    const int now = piece == input.size() ? directive : CZIP_CONTINUE;
    czip_in_buffer in{input.data(), piece, 0};
    int done = 0;
    while (done == 0) {
      czip_out_buffer out{room.data(), room.size(), 0};
      const czip_status status = step(&out, &in, now, &done);
      output.insert(output.end(), room.begin(),
                    room.begin() + static_cast<std::ptrdiff_t>(out.pos));
      if (status != CZIP_OK) {
        const std::size_t size = output.size();
        return coded(status, std::move(output), size);
      }
      if (done == 0) CHECK(out.pos == out.size);  // or the call should have gone on
    }
    CHECK(in.pos == in.size);
    input = input.subspan(piece);
    if (input.empty() && now == directive) {
      const std::size_t size = output.size();
      return coded(CZIP_OK, std::move(output), size);
    }
  }
}

inline Coded compress_stream(czip_cctx* context, std::span<const std::uint8_t> text,
                             std::size_t in_size, std::size_t out_size, int directive = CZIP_END) {
  return run_stream([context](czip_out_buffer* out, czip_in_buffer* in, int what,
                              int* done) { return czip_cctx_stream(context, out, in, what, done); },
                    text, in_size, out_size, directive);
}

inline Coded decompress_stream(czip_dctx* context, std::span<const std::uint8_t> file,
                               std::size_t in_size, std::size_t out_size,
                               int directive = CZIP_END) {
  return run_stream([context](czip_out_buffer* out, czip_in_buffer* in, int what,
                              int* done) { return czip_dctx_stream(context, out, in, what, done); },
                    file, in_size, out_size, directive);
}

}  // namespace czip::test
