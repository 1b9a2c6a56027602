// Reader of GGUF files, versions 2 and 3, little-endian: "GGUF", a u32 version, u64 counts of
// tensors and of metadata pairs, the pairs, the tensors' descriptions, and from the next aligned
// byte on their data. Every length, count, product, offset and overlap is checked before use;
// hostile files give an error, never a crash or a large allocation.
// Source: ggml's docs/gguf.md.
#pragma once

#include <cstdint>
#include <span>

#include "czip/base/error.hpp"
#include "czip/import/gguf/metadata.hpp"
#include "czip/import/tensors.hpp"

namespace czip::importer::gguf {

inline constexpr std::uint64_t kMaxPairs = 65'536;
inline constexpr std::uint64_t kMaxTensors = 65'536;
inline constexpr std::uint64_t kMaxKeyBytes = 65'535;     // the format's
inline constexpr std::uint64_t kMaxTensorNameBytes = 64;  // the format's
inline constexpr std::uint32_t kMaxDimensions = 4;        // ggml's

// Whether the bytes begin as a GGUF file does.
[[nodiscard]] bool is_gguf(std::span<const std::uint8_t> file);

// A parsed file. Everything views the buffer given to `parse`, which must outlive this object.
class File {
 public:
  // Errors name the key, tensor, offset or value: corrupt, truncated; unsupported for other
  // versions, big-endian files, and tensors of types that czip does not read.
  static Result<File> parse(std::span<const std::uint8_t> file);

  [[nodiscard]] const Metadata& metadata() const { return metadata_; }
  [[nodiscard]] const TensorSet& tensors() const { return tensors_; }

 private:
  Metadata metadata_;
  TensorSet tensors_;
};

}  // namespace czip::importer::gguf
