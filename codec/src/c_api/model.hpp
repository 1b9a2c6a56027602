// czip_model, and references to it.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "czip.h"
#include "czip/base/error.hpp"
#include "czip/base/hash128.hpp"
#include "czip/codec/v1/model.hpp"
#include "czip/codec/v2/model.hpp"

struct czip_model {
  using Content = std::variant<czip::v1::Model, czip::v2::Model>;

  czip_model(std::vector<std::uint8_t> owned, Content parsed);

  std::atomic<std::size_t> references = 1;
  const std::vector<std::uint8_t> file;  // what `content` refers to, unless the caller keeps that
  const Content content;
  std::string hash;  // hexadecimal
  std::string name;
  std::string license;

  [[nodiscard]] const czip::v1::Model* v1() const { return std::get_if<czip::v1::Model>(&content); }
  [[nodiscard]] const czip::v2::Model* v2() const { return std::get_if<czip::v2::Model>(&content); }
};

namespace czip::c_api {

// Owns a reference to a model, or is empty.
class SharedModel {
 public:
  SharedModel() = default;
  // Takes over a reference.
  explicit SharedModel(czip_model* model) : model_(model) {}
  SharedModel(const SharedModel& other) : model_(czip_model_retain(other.model_)) {}
  SharedModel(SharedModel&& other) noexcept : model_(std::exchange(other.model_, nullptr)) {}
  SharedModel& operator=(SharedModel other) noexcept {
    std::swap(model_, other.model_);
    return *this;
  }
  ~SharedModel() { czip_model_release(model_); }

  [[nodiscard]] czip_model* get() const { return model_; }
  [[nodiscard]] czip_model* release() { return std::exchange(model_, nullptr); }
  czip_model* operator->() const { return model_; }
  explicit operator bool() const { return model_ != nullptr; }

 private:
  czip_model* model_ = nullptr;
};

// Error: unsupported, where none is built in.
Result<SharedModel> builtin_model();

// Parses a model of either format. `owned` is empty, or what `file` refers to.
Result<SharedModel> parse_model(std::span<const std::uint8_t> file, std::vector<std::uint8_t> owned,
                                const std::string_view* tokenizer);

// All bytes of a regular file. Errors: io, out_of_memory.
Result<std::vector<std::uint8_t>> read_file(const char* path);

}  // namespace czip::c_api
