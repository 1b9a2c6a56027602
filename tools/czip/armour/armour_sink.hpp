// Writes an armour: armour/armour.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"

namespace czip::tool {

// Gives the bytes that it gets to another sink, as the lines of one armour.
class ArmourSink final : public ByteSink {
 public:
  // `out` must outlive this object.
  explicit ArmourSink(ByteSink& out) : out_(&out) {}
  Status write(std::span<const std::uint8_t> bytes) override;
  // Writes the last lines. Nothing may be written after them.
  Status finish();

 private:
  void add_line(std::string& text);
  Status give(const std::string& text);

  ByteSink* out_;
  std::vector<std::uint8_t> line_;  // bytes of the line that is not yet full
  bool has_begun_ = false;
};

// The armour of some bytes in memory.
[[nodiscard]] std::string armoured(std::span<const std::uint8_t> bytes);

}  // namespace czip::tool
