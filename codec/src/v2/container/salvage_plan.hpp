// Puts the parts of a damaged file in order: what is decoded, and what is lost between.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/salvage.hpp"
#include "v2/container/part_scanner.hpp"

namespace czip::v2 {

// A block or compact frame to decode, or text that is lost.
struct SalvageStep {
  const FilePart* part = nullptr;  // null: lost text
  ModelReference model{};          // of the part
  std::optional<std::uint64_t> lost_bytes{};
  // Set in the last step of a frame whose blocks all are there: the hash of the frame's text.
  std::optional<Hash128> frame_hash{};
};

// The steps refer to `parts`. Blocks of one frame are put in the order of its text; frames stay in
// the order of the file.
[[nodiscard]] std::vector<SalvageStep> plan_salvage(const std::vector<FilePart>& parts);

// The parts of a file of `file_bytes` that no good part covers.
[[nodiscard]] std::vector<FileRange> uncovered(const std::vector<FilePart>& parts,
                                               std::uint64_t file_bytes);

// Whether the first part that can tell says that it is of an archive.
[[nodiscard]] bool of_archive(const std::vector<FilePart>& parts);

}  // namespace czip::v2
