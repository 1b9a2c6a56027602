// Puts the parts of a damaged file in order: what is decoded, and what is lost between.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "czip/codec/v2/salvage.hpp"
#include "v2/container/part_scanner.hpp"

namespace czip::v2 {

// An index where there is none.
inline constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

// A block or compact frames to decode, or text that is lost.
struct SalvageStep {
  std::uint32_t part = kNone;    // kNone: lost text
  std::uint32_t frame = kNone;   // of a block or lost text; kNone: of a compact frame
  std::uint64_t lost_bytes = 0;  // if known
  bool length_known = false;
  // The last step of a frame of which every block is there, and the trailer.
  bool ends_frame = false;
};

// The parts that say what a frame's blocks do not.
struct PlannedFrame {
  std::uint32_t header = kNone;
  std::uint32_t trailer = kNone;
};

struct SalvagePlan {
  std::vector<FilePart> parts;
  std::vector<PlannedFrame> frames;
  std::vector<SalvageStep> steps;
  // Whether anything can be recovered, be it that a text is empty.
  bool found_text = false;
};

// More parts than this cannot be planned.
inline constexpr std::uint64_t kMaxParts = kNone / 2;

// Blocks of one frame are put in the order of its text; frames stay in the order of the file. Time
// is O(n log n) in the number of parts, of which there are kMaxParts at most.
[[nodiscard]] SalvagePlan plan_salvage(std::vector<FilePart> parts);

// The parts of a file of `file_bytes` that no good part covers.
[[nodiscard]] std::vector<FileRange> uncovered(const std::vector<FilePart>& parts,
                                               std::uint64_t file_bytes);

// Whether the first part that can tell says that it is of an archive.
[[nodiscard]] bool of_archive(const std::vector<FilePart>& parts);

}  // namespace czip::v2
