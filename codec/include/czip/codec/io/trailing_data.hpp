// What follows the end of a compressed file's text. It changes nothing about the text.
#pragma once

#include <cstdint>
#include <optional>

namespace czip {

struct TrailingData {
  // Zeros, which tapes and block devices add.
  std::uint64_t padding_bytes = 0;
  // Recovery records of CZIPv2.
  std::uint64_t recovery_bytes = 0;
  bool recovery_damaged = false;
  // Attachments of CZIPv2.
  std::uint64_t attachment_bytes = 0;
  bool attachment_damaged = false;
  // Where data begin that an interrupted writer left hidden, up to the file's end.
  std::optional<std::uint64_t> hidden_offset{};
  // Where bytes begin that are neither padding nor of the format, in bytes from the file's start.
  // The reader stopped there.
  std::optional<std::uint64_t> garbage_offset{};
};

}  // namespace czip
