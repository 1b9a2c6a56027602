#include "v2/container/salvage_plan.hpp"

#include <algorithm>

#include "v2/container/hashing.hpp"

namespace czip::v2 {
namespace {

// What was found of one frame.
struct FrameParts {
  std::uint32_t check = 0;
  const FilePart* header = nullptr;
  const FilePart* trailer = nullptr;
  const FilePart* compact = nullptr;
  std::vector<const FilePart*> blocks;  // in the order of the text, none overlaps another
};

std::uint64_t text_end(const FilePart& part) {
  return part.block.text_offset + part.block.text_bytes;
}

bool same_block(const BlockHeader& a, const BlockHeader& b) {
  return a.text_offset == b.text_offset && a.text_bytes == b.text_bytes &&
         a.text_hash == b.text_hash && a.payload_hash == b.payload_hash;
}

// Adds a block to its frame; false if another block has its place. A good copy replaces a damaged
// one.
bool add_block(FrameParts& frame, const FilePart& part) {
  const auto after =
      std::ranges::lower_bound(frame.blocks, part.block.text_offset, {},
                               [](const FilePart* block) { return block->block.text_offset; });
  if (after != frame.blocks.end() && same_block((*after)->block, part.block)) {
    if (part.good) *after = &part;
    return true;
  }
  if (after != frame.blocks.end() && text_end(part) > (*after)->block.text_offset) return false;
  if (after != frame.blocks.begin() && text_end(**(after - 1)) > part.block.text_offset)
    return false;
  frame.blocks.insert(after, &part);
  return true;
}

// The last frame of that check, if nothing shows that it has ended.
FrameParts* open_frame(std::vector<FrameParts>& frames, std::uint32_t check) {
  for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame)
    if (frame->compact == nullptr && frame->check == check)
      return frame->trailer == nullptr ? &*frame : nullptr;
  return nullptr;
}

std::vector<FrameParts> group_by_frame(const std::vector<FilePart>& parts) {
  std::vector<FrameParts> frames;
  const auto begin = [&](std::uint32_t check) -> FrameParts& {
    frames.push_back({});
    frames.back().check = check;
    return frames.back();
  };
  for (const FilePart& part : parts) {
    switch (part.kind) {
      case PartKind::frame_header:
        begin(part.frame.check).header = &part;
        break;
      case PartKind::compact:
        begin(0).compact = &part;
        break;
      case PartKind::recovery:
        break;
      case PartKind::block: {
        FrameParts* const frame = open_frame(frames, part.block.frame_check);
        if (frame == nullptr || !add_block(*frame, part))
          add_block(begin(part.block.frame_check), part);
        break;
      }
      case PartKind::trailer: {
        FrameParts* const frame = open_frame(frames, part.trailer.frame_check);
        (frame != nullptr ? *frame : begin(part.trailer.frame_check)).trailer = &part;
        break;
      }
    }
  }
  return frames;
}

ModelReference model_of(const FrameParts& frame) {
  ModelReference model;
  if (frame.header != nullptr) {
    model.known = kHashBytes;
    model.hash = hash_bytes(frame.header->frame.model);
  } else if (frame.trailer != nullptr) {
    model.known = kModelPrefixBytes;
    std::ranges::copy(frame.trailer->trailer.model, model.hash.begin());
  }
  return model;
}

void plan_compact(const FilePart& part, std::vector<SalvageStep>& steps) {
  SalvageStep step;
  if (part.good) {
    step.part = &part;
    step.model.known = part.compact.stored ? 0 : kModelPrefixBytes;
    std::ranges::copy(part.compact.model_hash, step.model.hash.begin());
  } else if (part.length_known) {
    step.lost_bytes = part.compact.text_bytes;
  }
  steps.push_back(step);
}

void plan_frame(const FrameParts& frame, std::vector<SalvageStep>& steps) {
  std::uint64_t covered = 0;
  bool complete = true;
  const auto lose_until = [&](std::uint64_t offset) {
    if (offset <= covered) return;
    complete = false;
    steps.push_back({.lost_bytes = offset - covered});
    covered = offset;
  };
  const ModelReference model = model_of(frame);
  for (const FilePart* part : frame.blocks) {
    if (!part->good) continue;  // the next step, or the frame's end, shows what is lost
    lose_until(part->block.text_offset);
    steps.push_back({.part = part, .model = model});
    covered = text_end(*part);
  }
  std::optional<std::uint64_t> text_bytes;
  if (frame.header != nullptr) text_bytes = frame.header->frame.text_bytes;
  if (frame.trailer != nullptr) text_bytes = frame.trailer->trailer.text_bytes;
  if (!frame.blocks.empty()) lose_until(text_end(*frame.blocks.back()));
  if (text_bytes) {
    lose_until(*text_bytes);
  } else {
    complete = false;
    steps.push_back({});
  }
  if (complete && frame.trailer != nullptr && !steps.empty() && covered > 0)
    steps.back().frame_hash = frame.trailer->trailer.text_hash;
}

}  // namespace

std::vector<SalvageStep> plan_salvage(const std::vector<FilePart>& parts) {
  std::vector<SalvageStep> steps;
  for (const FrameParts& frame : group_by_frame(parts)) {
    if (frame.compact != nullptr)
      plan_compact(*frame.compact, steps);
    else
      plan_frame(frame, steps);
  }
  return steps;
}

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
  for (const FilePart& part : parts) {
    if (part.kind == PartKind::frame_header) return part.frame.archive;
    if (part.kind == PartKind::trailer) return part.trailer.archive;
    if (part.kind == PartKind::compact) return part.compact.archive;
  }
  return false;
}

}  // namespace czip::v2
