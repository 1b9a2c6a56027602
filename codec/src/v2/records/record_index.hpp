// The index of a record file, or of what was appended to one at a time: the content of an
// attachment that stands directly behind the frames that it describes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/v2/attachment.hpp"
#include "czip/codec/v2/record_file.hpp"

namespace czip::v2 {

inline constexpr AttachmentKind kRecordAttachment{'R', 'E', 'C', 'S'};
inline constexpr std::uint8_t kRecordIndexVersion = 1;
// The content begins with the version, the separation and the state at the end.
inline constexpr std::size_t kRecordIndexFields = 3;

// Where in a record a place of the text is.
enum class RecordState : std::uint8_t {
  begin = 0,   // one begins here
  inside = 1,  // within one
  quoted = 2,  // within one, between quotes
};
// A frame's first number is its ended records, above its state of so many bits.
inline constexpr int kRecordStateBits = 2;

struct RecordIndex {
  struct Frame {
    std::uint64_t ended = 0;                 // records that end in the frame
    std::uint64_t bytes = 0;                 // of the frame, in the file
    RecordState state = RecordState::begin;  // at the beginning of its text
    friend bool operator==(const Frame&, const Frame&) = default;
  };
  RecordSeparation separation = RecordSeparation::lines;
  RecordState end = RecordState::begin;  // behind the last frame's text
  std::vector<Frame> frames;
};

[[nodiscard]] std::vector<std::uint8_t> serialize(const RecordIndex& index);
// Errors: unsupported (another version), corrupt.
Result<RecordIndex> parse_record_index(std::span<const std::uint8_t> content);

}  // namespace czip::v2
