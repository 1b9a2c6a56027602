// What the fuzz targets share: properties that end the process, and input that is taken apart.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "czip/base/error.hpp"
#include "support/bytes.hpp"
#include "support/error_style.hpp"

// Each target defines this, as libFuzzer wants it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace czip::test {

// Ends the process, which the fuzzer reports with the input, where a property does not hold.
inline void insist(bool holds, std::string_view property) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(property.size()), property.data());
  std::abort();
}

template <class T>
T value_or_abort(Result<T> result, std::string_view what) {
  if (!result) insist(false, std::string(what) + ": " + result.error().message);
  return std::move(*result);
}

// What an input may fail with: an error of one of these kinds, worded for a terminal.
inline void insist_error(const Error& error, std::initializer_list<ErrorCode> allowed) {
  insist(std::ranges::find(allowed, error.code) != allowed.end(),
         "an error of an allowed kind: " + error.message);
  insist(is_well_styled(error.message), "a message of one printable line: " + error.message);
}
inline void insist_damage(const Error& error) {
  insist_error(error, {ErrorCode::corrupt, ErrorCode::truncated, ErrorCode::unsupported,
                       ErrorCode::model_mismatch});
}

// The bytes of an input, taken from the front. Behind the end there are zeros.
class FuzzInput {
 public:
  FuzzInput(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}

  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const std::uint8_t value = rest_.front();
    rest_ = rest_.subspan(1);
    return value;
  }
  std::uint32_t word() {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value = value << 8 | byte();
    return value;
  }
  // 0 to count - 1.
  std::uint32_t below(std::uint32_t count) { return (count <= 256 ? byte() : word()) % count; }
  std::span<const std::uint8_t> take(std::size_t count) {
    const auto part = rest_.first(std::min(count, rest_.size()));
    rest_ = rest_.subspan(part.size());
    return part;
  }
  [[nodiscard]] bool empty() const { return rest_.empty(); }
  [[nodiscard]] std::span<const std::uint8_t> rest() const { return rest_; }

 private:
  std::span<const std::uint8_t> rest_;
};

// The file, changed and cut as the rest of the input says.
[[nodiscard]] inline Bytes changed_file(Bytes file, FuzzInput& input) {
  while (!input.empty() && !file.empty()) {
    const std::size_t at = input.word() % file.size();
    const std::uint8_t how = input.byte();
    if (how == 0)
      file.resize(at);
    else
      file[at] = how % 2 == 0 ? input.byte() : static_cast<std::uint8_t>(file[at] ^ how);
  }
  return file;
}

[[nodiscard]] inline std::string to_string(std::span<const std::uint8_t> bytes) {
  return {bytes.begin(), bytes.end()};
}

// Insists that no more than `limit` bytes are allocated in its scope beyond those before it. Known
// in builds with the address sanitizer only; elsewhere it does nothing.
class MemoryBound {
 public:
  explicit MemoryBound(std::size_t limit);
  MemoryBound(const MemoryBound&) = delete;
  MemoryBound& operator=(const MemoryBound&) = delete;
  ~MemoryBound();

 private:
  std::size_t limit_;
};

}  // namespace czip::test
