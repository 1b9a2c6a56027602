// czip for C++17: objects over czip.h, which says what everything means. Nothing but inline
// functions, so that a program needs libczip alone.
//
//   const std::string packed = czip::compress(text);
//   const std::string again = czip::decompress(packed);
//
// Errors are exceptions, czip::Exception, with the status and the message of czip.h; what is out of
// memory in C++ itself is std::bad_alloc. Texts and files are std::string_view and std::string, in
// C++20 also std::span of bytes. Objects move and do not copy, but for Model, whose copies are one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#if defined(__has_include)
#if __has_include(<span>) && __cplusplus >= 202002L
#include <span>
#endif
#endif

#include "czip.h"

namespace czip {
// The names of this version in programs that are linked with the archive, too.
inline namespace api {

class Exception : public std::runtime_error {
 public:
  Exception(czip_status status, const char* message)
      : std::runtime_error(message), status_(status) {}
  [[nodiscard]] czip_status status() const noexcept { return status_; }

 private:
  czip_status status_;
};

// Throws what a function of czip.h has returned, unless that is CZIP_OK.
inline void check(czip_status status) {
  if (status != CZIP_OK) throw Exception(status, czip_last_error());
}

// Bytes of any kind.
class Bytes {
 public:
  Bytes(std::string_view text) : data_(text.data()), size_(text.size()) {}
  Bytes(const std::string& text) : Bytes(std::string_view(text)) {}
  Bytes(const char* text) : Bytes(std::string_view(text)) {}
  Bytes(const void* data, std::size_t size) : data_(data), size_(size) {}
#if defined(__cpp_lib_span)
  Bytes(std::span<const std::byte> bytes) : Bytes(bytes.data(), bytes.size()) {}
  Bytes(std::span<const std::uint8_t> bytes) : Bytes(bytes.data(), bytes.size()) {}
#endif

  [[nodiscard]] const void* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  const void* data_;
  std::size_t size_;
};

// Immutable; copies share one model.
class Model {
 public:
  [[nodiscard]] static Model builtin() {
    czip_model* model = nullptr;
    check(czip_model_builtin(&model));
    return Model(model);
  }
  [[nodiscard]] static Model open(const std::string& path) {
    czip_model* model = nullptr;
    check(czip_model_open(&model, path.c_str(), nullptr));
    return Model(model);
  }
  [[nodiscard]] static Model open(const std::string& path, const std::string& tokenizer_path) {
    czip_model* model = nullptr;
    check(czip_model_open(&model, path.c_str(), tokenizer_path.c_str()));
    return Model(model);
  }
  [[nodiscard]] static Model copy(Bytes file, std::optional<std::string_view> tokenizer = {}) {
    return from_memory(czip_model_copy, file, tokenizer);
  }
  // `file` must outlive all copies.
  [[nodiscard]] static Model borrow(Bytes file, std::optional<std::string_view> tokenizer = {}) {
    return from_memory(czip_model_borrow, file, tokenizer);
  }
  // Takes over a reference.
  explicit Model(czip_model* model) noexcept : model_(model) {}

  Model(const Model& other) noexcept : model_(czip_model_retain(other.model_)) {}
  Model(Model&& other) noexcept : model_(std::exchange(other.model_, nullptr)) {}
  Model& operator=(Model other) noexcept {
    std::swap(model_, other.model_);
    return *this;
  }
  ~Model() { czip_model_release(model_); }

  [[nodiscard]] czip_model* get() const noexcept { return model_; }
  [[nodiscard]] int format() const noexcept { return czip_model_format(model_); }
  [[nodiscard]] std::string_view hash() const noexcept { return czip_model_hash(model_); }
  [[nodiscard]] std::string_view name() const noexcept { return czip_model_name(model_); }
  [[nodiscard]] std::string_view license() const noexcept { return czip_model_license(model_); }
  [[nodiscard]] bool has_network() const noexcept { return czip_model_has_network(model_) != 0; }
  [[nodiscard]] bool has_language_model() const noexcept {
    return czip_model_has_language_model(model_) != 0;
  }

 private:
  template <class Function>
  static Model from_memory(Function function, Bytes file,
                           std::optional<std::string_view> tokenizer) {
    czip_model* model = nullptr;
    check(function(&model, file.data(), file.size(), tokenizer ? tokenizer->data() : nullptr,
                   tokenizer ? tokenizer->size() : 0));
    return Model(model);
  }

  czip_model* model_;
};

namespace detail {

struct Free {
  void operator()(czip_cctx* context) const noexcept { czip_cctx_free(context); }
  void operator()(czip_dctx* context) const noexcept { czip_dctx_free(context); }
};

// Calls step(out, in, done) until it is done, and hands on what it gives.
template <class Step, class Take>
void run(Bytes input, const Step& step, const Take& take) {
  constexpr std::size_t kRoom = std::size_t{64} << 10;
  const std::unique_ptr<char[]> room(new char[kRoom]);
  czip_in_buffer in = {input.data(), input.size(), 0};
  int done = 0;
  while (done == 0) {
    czip_out_buffer out = {room.get(), kRoom, 0};
    const czip_status status = step(&out, &in, &done);
    // After an error, too: of a damaged file, the text before the damage.
    if (out.pos != 0) take(std::string_view(room.get(), out.pos));
    check(status);
  }
}

}  // namespace detail

// A context for compressing; for one thread at a time.
class Compressor {
 public:
  explicit Compressor(int level = CZIP_LEVEL_DEFAULT) : context_(czip_cctx_create()) {
    if (context_ == nullptr) throw std::bad_alloc();
    set(CZIP_C_LEVEL, level);
  }

  void set(int parameter, std::int64_t value) {
    check(czip_cctx_set(context_.get(), parameter, value));
  }
  void set_model(const Model& model) { check(czip_cctx_set_model(context_.get(), model.get())); }
  void reset(int what = CZIP_RESET_STREAM) { check(czip_cctx_reset(context_.get(), what)); }
  [[nodiscard]] czip_cctx* get() const noexcept { return context_.get(); }

  // The whole file of a text. With a model of CZIPv1 it takes as many tries as the room grows.
  [[nodiscard]] std::string compress(Bytes text) {
    std::string file(czip_compress_bound(text.size()), '\0');
    std::size_t written = 0;
    czip_status status = CZIP_OK;
    while ((status = czip_cctx_compress(context_.get(), &file[0], file.size(), &written,
                                        text.data(), text.size())) == CZIP_ERROR_DST_TOO_SMALL)
      file.resize(2 * file.size());
    check(status);
    file.resize(written);
    return file;
  }

  // A text piece by piece: `take` is called with std::string_views, the parts of the file. After an
  // exception, reset().
  template <class Take>
  void write(Bytes text, const Take& take) {
    advance(text, CZIP_CONTINUE, take);
  }
  template <class Take>
  void flush(const Take& take) {
    advance(std::string_view(), CZIP_FLUSH, take);
  }
  template <class Take>
  void finish(const Take& take) {
    advance(std::string_view(), CZIP_END, take);
  }

 private:
  template <class Take>
  void advance(Bytes text, int directive, const Take& take) {
    detail::run(
        text,
        [&](czip_out_buffer* out, czip_in_buffer* in, int* done) {
          return czip_cctx_stream(context_.get(), out, in, directive, done);
        },
        take);
  }

  std::unique_ptr<czip_cctx, detail::Free> context_;
};

// A context for decompressing; for one thread at a time.
class Decompressor {
 public:
  Decompressor() : context_(czip_dctx_create()) {
    if (context_ == nullptr) throw std::bad_alloc();
  }

  void set(int parameter, std::int64_t value) {
    check(czip_dctx_set(context_.get(), parameter, value));
  }
  void add_model(const Model& model) { check(czip_dctx_add_model(context_.get(), model.get())); }
  void reset(int what = CZIP_RESET_STREAM) { check(czip_dctx_reset(context_.get(), what)); }
  [[nodiscard]] czip_dctx* get() const noexcept { return context_.get(); }

  // The text of a whole file. Memory grows with what has been decoded and checked, not with what a
  // file claims.
  [[nodiscard]] std::string decompress(Bytes file) {
    std::string text;
    reset();
    try {
      advance(file, CZIP_END, [&](std::string_view part) { text.append(part); });
    } catch (...) {
      czip_dctx_reset(context_.get(), CZIP_RESET_STREAM);
      throw;
    }
    return text;
  }

  // A file piece by piece: `take` is called with std::string_views, the parts of the text. After an
  // exception, reset().
  template <class Take>
  void write(Bytes file, const Take& take) {
    advance(file, CZIP_CONTINUE, take);
  }
  template <class Take>
  void finish(const Take& take) {
    advance(std::string_view(), CZIP_END, take);
  }

  // At most `length` bytes of the text from `start` on.
  [[nodiscard]] std::string range(Bytes file, std::uint64_t start, std::size_t length) {
    std::string text(length, '\0');
    std::size_t written = 0;
    check(czip_dctx_range_memory(context_.get(), file.data(), file.size(), start, length, &text[0],
                                 text.size(), &written));
    text.resize(written);
    return text;
  }

 private:
  template <class Take>
  void advance(Bytes file, int directive, const Take& take) {
    detail::run(
        file,
        [&](czip_out_buffer* out, czip_in_buffer* in, int* done) {
          return czip_dctx_stream(context_.get(), out, in, directive, done);
        },
        take);
  }

  std::unique_ptr<czip_dctx, detail::Free> context_;
};

// With the built-in model.
[[nodiscard]] inline std::string compress(Bytes text, int level = CZIP_LEVEL_DEFAULT) {
  return Compressor(level).compress(text);
}
[[nodiscard]] inline std::string decompress(Bytes file) { return Decompressor().decompress(file); }

[[nodiscard]] inline czip_info inspect(Bytes file) {
  czip_info info = {};
  info.struct_size = sizeof(info);
  check(czip_inspect_memory(file.data(), file.size(), &info));
  return info;
}

}  // namespace api
}  // namespace czip
