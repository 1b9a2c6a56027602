#include "v2/container/salvage_plan.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace czip::v2 {
namespace {

// The blocks of a frame by the offsets of their texts, of which none overlaps another.
using Blocks = std::map<std::uint64_t, std::uint32_t>;

class Planner {
 public:
  explicit Planner(std::vector<FilePart> parts) { plan_.parts = std::move(parts); }

  SalvagePlan run() {
    group();
    std::uint32_t frame = 0;
    for (std::uint32_t i = 0; i < plan_.parts.size(); ++i) {
      if (plan_.parts[i].kind == PartKind::compact) plan_compact(i);
      if (frame < first_parts_.size() && first_parts_[frame] == i) plan_frame(frame++);
    }
    return std::move(plan_);
  }

 private:
  // Gives each part its frame. Frames are numbered in the order of their first parts.
  void group() {
    for (std::uint32_t i = 0; i < plan_.parts.size(); ++i) {
      const FilePart& part = plan_.parts[i];
      switch (part.kind) {
        case PartKind::frame_header:
          plan_.frames[begin_frame(i)].header = i;
          break;
        case PartKind::block: {
          const std::uint32_t frame = open_frame(part.frame_check);
          if (frame == kNone || !add_block(blocks_[frame], i))
            add_block(blocks_[begin_frame(i)], i);
          break;
        }
        case PartKind::trailer: {
          const std::uint32_t frame = open_frame(part.frame_check);
          plan_.frames[frame != kNone ? frame : begin_frame(i)].trailer = i;
          break;
        }
        case PartKind::compact:
        case PartKind::side:
          break;
      }
    }
  }

  std::uint32_t begin_frame(std::uint32_t first_part) {
    const auto frame = static_cast<std::uint32_t>(plan_.frames.size());
    plan_.frames.emplace_back();
    blocks_.emplace_back();
    first_parts_.push_back(first_part);
    last_frame_[plan_.parts[first_part].frame_check] = frame;
    return frame;
  }

  // The last frame of that check, if nothing shows that it has ended.
  [[nodiscard]] std::uint32_t open_frame(std::uint32_t check) const {
    const auto last = last_frame_.find(check);
    return last != last_frame_.end() && plan_.frames[last->second].trailer == kNone ? last->second
                                                                                    : kNone;
  }

  // False: another block has its place. A good copy replaces a damaged one.
  bool add_block(Blocks& blocks, std::uint32_t index) {
    const FilePart& part = plan_.parts[index];
    const auto after = blocks.lower_bound(part.text_offset);
    if (after != blocks.end()) {
      const FilePart& next = plan_.parts[after->second];
      if (next.text_offset == part.text_offset && next.text_end == part.text_end &&
          next.check == part.check) {
        if (part.good) after->second = index;
        return true;
      }
      if (part.text_end > next.text_offset) return false;
    }
    if (after != blocks.begin() &&
        plan_.parts[std::prev(after)->second].text_end > part.text_offset)
      return false;
    blocks.emplace_hint(after, part.text_offset, index);
    return true;
  }

  void plan_compact(std::uint32_t index) {
    const FilePart& part = plan_.parts[index];
    if (part.good) {
      plan_.steps.push_back({.part = index});
      plan_.found_text = true;
    } else {
      plan_.steps.push_back(
          {.lost_bytes = part.length_known ? part.text_end : 0, .length_known = part.length_known});
    }
  }

  void plan_frame(std::uint32_t frame) {
    std::vector<SalvageStep>& steps = plan_.steps;
    const PlannedFrame& parts = plan_.frames[frame];
    Blocks& blocks = blocks_[frame];
    std::uint64_t covered = 0;
    bool complete = parts.trailer != kNone;
    const auto lose_until = [&](std::uint64_t offset) {
      if (offset <= covered) return;
      complete = false;
      steps.push_back({.frame = frame, .lost_bytes = offset - covered, .length_known = true});
      covered = offset;
    };
    for (const auto& [text_offset, index] : blocks) {
      const FilePart& part = plan_.parts[index];
      if (!part.good) continue;  // the next step, or the frame's end, shows what is lost
      lose_until(text_offset);
      steps.push_back({.part = index, .frame = frame});
      covered = part.text_end;
      plan_.found_text = true;
    }
    if (!blocks.empty()) lose_until(plan_.parts[blocks.rbegin()->second].text_end);
    if (const auto text_bytes = length_of(parts)) {
      lose_until(*text_bytes);
      if (*text_bytes == 0) plan_.found_text = true;
    } else {
      complete = false;
      steps.push_back({.frame = frame});
    }
    if (complete && covered > 0) steps.back().ends_frame = true;
    blocks.clear();
  }

  [[nodiscard]] std::optional<std::uint64_t> length_of(const PlannedFrame& frame) const {
    if (frame.trailer != kNone) return plan_.parts[frame.trailer].text_end;
    if (frame.header == kNone || !plan_.parts[frame.header].length_known) return std::nullopt;
    return plan_.parts[frame.header].text_end;
  }

  SalvagePlan plan_;
  // Of each frame.
  std::vector<Blocks> blocks_;
  std::vector<std::uint32_t> first_parts_;
  // By the checks of their headers. A hostile file can choose these, so no hash table.
  std::map<std::uint32_t, std::uint32_t> last_frame_;
};

}  // namespace

SalvagePlan plan_salvage(std::vector<FilePart> parts) { return Planner(std::move(parts)).run(); }

std::vector<FileRange> uncovered(const std::vector<FilePart>& parts, std::uint64_t file_bytes) {
  std::vector<FileRange> ranges;
  std::uint64_t covered = 0;
  for (const FilePart& part : parts) {
    if (!part.good) continue;
    if (part.offset > covered) ranges.push_back({covered, part.offset});
    covered = std::max(covered, part.end);
  }
  if (file_bytes > covered) ranges.push_back({covered, file_bytes});
  return ranges;
}

bool of_archive(const std::vector<FilePart>& parts) {
  for (const FilePart& part : parts)
    if (part.kind != PartKind::block && part.kind != PartKind::side) return part.archive;
  return false;
}

}  // namespace czip::v2
