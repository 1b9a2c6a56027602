// The hash of a member's content in an archive's index: XXH3-64 (Collet) of its bytes. Of a file
// with holes, it is that, with the seed 1, of the offset and size of each part that is no hole and
// not empty (u64 each, little-endian), and then of the bytes of these parts.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "archive/tar_format.hpp"

namespace czip::tool {

class MemberHasher {
 public:
  MemberHasher();
  MemberHasher(MemberHasher&&) noexcept;
  MemberHasher& operator=(MemberHasher&&) noexcept;
  ~MemberHasher();

  // Begins with the content of a file without holes, or of one that has such parts.
  void begin();
  void begin_sparse(std::span<const tar::Part> parts);
  void add(std::span<const std::uint8_t> bytes);
  [[nodiscard]] std::uint64_t digest() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace czip::tool
