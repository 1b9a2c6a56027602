#include "archive/archive_view.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <new>
#include <span>
#include <utility>

#include "archive/member_hash.hpp"
#include "archive/tar_parser.hpp"
#include "base/errors.hpp"
#include "base/text.hpp"
#include "czip/codec/v2/attachment.hpp"
#include "io/producer.hpp"

namespace czip::tool {
namespace {

Failure contradiction(const std::string& path, const char* what) {
  return fail(ErrorCode::corrupt,
              "the archive's index is damaged: " + shown(path) + " " + what + " that is not there");
}

// What memory_of() counts holds a member with the links of a map's node, and the path of a content.
constexpr std::size_t kNodeBytes = 4 * sizeof(void*) + 2 * sizeof(void*);
constexpr std::size_t kSharedPathBytes = sizeof(std::string) + 4 * sizeof(void*);
static_assert(sizeof(ArchiveState::value_type) + kNodeBytes + kSharedPathBytes <= kMostOfState);

// Adds one version's members to a state.
class StateBuilder {
 public:
  Status add(const ArchiveVersion& version) {
    for (const Member& member : version.index.members)
      CZIP_TRY(add(member, version.text_begin + member.tar_offset));
    return {};
  }
  ArchiveState take() { return std::move(state_); }

 private:
  Status add(const Member& member, std::uint64_t text_offset) {
    switch (member.kind) {
      case MemberKind::removed:
        state_.erase(member.path);
        return {};
      case MemberKind::touched: {
        const auto earlier = state_.find(member.path);
        if (earlier == state_.end()) return contradiction(member.path, "changes a member");
        earlier->second.member.mode = member.mode;
        earlier->second.member.modified = member.modified;
        return {};
      }
      default:
        break;
    }
    PlacedMember placed;
    placed.member = member;
    placed.text_offset = text_offset;
    placed.link_group = ++groups_;
    if (member.kind == MemberKind::file)
      placed.content = {text_offset, member.tar_bytes, member.size, member.hash,
                        std::make_shared<const std::string>(member.path)};
    if (member.kind == MemberKind::hard_link || member.kind == MemberKind::copy) {
      const auto target = state_.find(member.target);
      if (target == state_.end() || target->second.content.tar_bytes == 0)
        return contradiction(member.path, "is the same as a file");
      placed.content = target->second.content;
      placed.member.size = placed.content.size;
      if (member.kind == MemberKind::hard_link) placed.link_group = target->second.link_group;
    }
    state_.insert_or_assign(member.path, std::move(placed));
    return {};
  }

  ArchiveState state_;
  std::uint64_t groups_ = 0;
};

struct FramePlace {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  std::uint64_t text_bytes = 0;
};

struct Frames {
  std::vector<FramePlace> places;
  std::uint64_t end =
      0;  // where garbage or what an interrupted update left begins, or the file ends
  bool garbage = false;
};

// Errors: unsupported (no archive), over_limit.
Result<Frames> frames_of(RandomAccessSource& in, MemoryBudget& memory) {
  constexpr std::size_t kMaxFrames = std::size_t{1} << 24;
  // Vectors may have room for twice as many.
  constexpr std::size_t kFrameMemory = 2 * (sizeof(FramePlace) + sizeof(ArchiveVersion));
  Frames frames;
  CZIP_TRY_ASSIGN(
      const auto info, v2::inspect(in, [&](const v2::FrameInfo& frame) -> Status {
        if (!frame.archive) return usage_error("is no archive of files and folders");
        if (frames.places.size() == kMaxFrames)
          return fail(ErrorCode::over_limit, "has too many versions");
        CZIP_TRY(memory.take(kFrameMemory));
        frames.places.push_back({frame.file_offset, frame.file_bytes, frame.text_bytes});
        return {};
      }));
  CZIP_TRY_ASSIGN(const auto size, in.size());
  frames.end = info.trailing.hidden_offset.value_or(info.trailing.garbage_offset.value_or(size));
  frames.garbage = info.trailing.garbage_offset.has_value();
  return frames;
}

// Error corrupt: it is damaged.
Result<MemberIndex> index_at(RandomAccessSource& in, const v2::AttachmentPlace& place,
                             MemoryBudget& memory) {
  CZIP_TRY(memory.take(place.content_bytes));
  CZIP_TRY_ASSIGN(const auto content, v2::read_attachment(in, place));
  CZIP_TRY_ASSIGN(auto index, parse_member_index(content, memory));
  memory.give_back(place.content_bytes);
  return index;
}

// The index of a frame, which stands before `end`. nullopt: there is none, or it is damaged.
Result<std::optional<MemberIndex>> index_behind(RandomAccessSource& in, const FramePlace& frame,
                                                std::uint64_t end, MemoryBudget& memory) {
  CZIP_TRY_ASSIGN(const auto place, v2::find_attachment(in, v2::kIndexAttachment, end));
  if (!place || place->begin < frame.bytes || place->begin - frame.bytes != frame.offset)
    return std::optional<MemberIndex>();
  auto index = index_at(in, *place, memory);
  if (!index && index.error().code == ErrorCode::corrupt) return std::optional<MemberIndex>();
  CZIP_TRY(index);
  if (index->frame_bytes != frame.bytes || index->text_bytes != frame.text_bytes)
    return std::optional<MemberIndex>();
  return std::optional(std::move(*index));
}

// The next bytes of a source.
class NextBytes final : public ByteSource {
 public:
  NextBytes(ByteSource& in, std::uint64_t size) : in_(&in), left_(size) {}
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override {
    const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left_));
    if (part == 0) return 0;
    CZIP_TRY_ASSIGN(const auto count, in_->read(buffer.first(part)));
    left_ -= count;
    return count;
  }

 private:
  ByteSource* in_;
  std::uint64_t left_;
};

// The members of a tar stream.
Result<std::vector<Member>> members_of(ByteSource& tar, MemoryBudget& memory) {
  std::vector<Member> members;
  TarParser parser(tar);
  MemberHasher hasher;
  for (;;) {
    CZIP_TRY_ASSIGN(const auto entry, parser.next());
    if (!entry) break;
    Member member = member_of(*entry);
    member.tar_offset = parser.entry_begin();
    member.tar_bytes = parser.entry_end() - parser.entry_begin();
    if (entry->sparse)
      hasher.begin_sparse(parser.parts());
    else
      hasher.begin();
    for (;;) {
      CZIP_TRY_ASSIGN(const auto piece, parser.read());
      if (piece.bytes.empty()) break;
      hasher.add(piece.bytes);
    }
    if (member.kind == MemberKind::file) member.hash = hasher.digest();
    CZIP_TRY(memory.take(memory_of(member)));
    members.push_back(std::move(member));
  }
  if (const std::string* const path = doubled_path(members)) return refused_entry(*path, "twice");
  return members;
}

// The versions of which the tars follow each other in `tars`.
Result<std::vector<ArchiveVersion>> versions_of(const std::vector<FramePlace>& frames,
                                                ByteSource& tars, MemoryBudget& memory) {
  std::vector<ArchiveVersion> versions;
  std::uint64_t text = 0;
  for (const FramePlace& frame : frames) {
    NextBytes tar(tars, frame.text_bytes);
    CZIP_TRY_ASSIGN(auto members, members_of(tar, memory));
    versions.push_back({.text_begin = text,
                        .index = {.frame_bytes = frame.bytes,
                                  .text_bytes = frame.text_bytes,
                                  .members = std::move(members)}});
    text += frame.text_bytes;
  }
  // What decoding says at its end.
  std::array<std::uint8_t, 1> byte{};
  CZIP_TRY(tars.read(byte));
  return versions;
}

}  // namespace

Member member_of(const tar::Entry& entry) {
  Member member{.kind = entry.copy ? MemberKind::copy : static_cast<MemberKind>(entry.type),
                .path = entry.path,
                .target = entry.target,
                .mode = entry.mode,
                .modified = entry.modified,
                .size = entry.size};
  while (member.path.size() > 1 && member.path.ends_with('/')) member.path.pop_back();
  return member;
}

Result<ArchiveState> ArchiveView::state(std::size_t number) const {
  try {
    StateBuilder builder;
    for (const ArchiveVersion& version : std::span(versions).first(number))
      CZIP_TRY(builder.add(version));
    return builder.take();
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory for the archive's members");
  }
}

Result<std::optional<ArchiveView>> read_indexes(RandomAccessSource& in,
                                                std::uint64_t memory_limit) {
  MemoryBudget memory(memory_limit);
  CZIP_TRY_ASSIGN(const auto frames, frames_of(in, memory));
  ArchiveView view{.versions = {}, .indexed = true, .end = frames.end, .garbage = frames.garbage};
  std::uint64_t end = frames.end;
  for (auto frame = frames.places.rbegin(); frame != frames.places.rend(); ++frame) {
    CZIP_TRY_ASSIGN(auto index, index_behind(in, *frame, end, memory));
    if (!index) return std::optional<ArchiveView>();
    view.versions.push_back({.text_begin = 0, .index = std::move(*index)});
    end = frame->offset;
  }
  std::ranges::reverse(view.versions);
  std::uint64_t text = 0;
  for (ArchiveVersion& version : view.versions) {
    version.text_begin = text;
    text += version.index.text_bytes;
  }
  return std::optional(std::move(view));
}

std::set<std::string> paths_in_indexes(RandomAccessSource& in, std::uint64_t memory_limit) {
  std::set<std::string> paths;
  if (const auto view = read_indexes(in, memory_limit); view && *view) {
    const auto state = (*view)->state((*view)->versions.size());
    if (state)
      for (const auto& [path, placed] : *state) paths.insert(path);
    return paths;
  }
  // It stands at the end, whatever became of the frames.
  const auto size = in.size();
  const auto place = size ? v2::find_attachment(in, v2::kIndexAttachment, *size) : error_of(size);
  MemoryBudget memory(memory_limit);
  if (!place || !*place) return paths;
  const auto index = index_at(in, **place, memory);
  if (!index) return paths;
  for (const Member& member : index->members)
    if (member.in_tar()) paths.insert(member.path);
  return paths;
}

Result<ArchiveView> scan_archive(const v2::ModelFinder& models, RandomAccessSource& in,
                                 const v2::DecodeOptions& options) {
  MemoryBudget memory(options.memory_limit);
  CZIP_TRY_ASSIGN(const auto frames, frames_of(in, memory));
  ArchiveView view{.versions = {}, .end = frames.end, .garbage = frames.garbage};
  v2::TextRange all;
  for (const FramePlace& frame : frames.places) all.length += frame.text_bytes;
  CZIP_TRY_ASSIGN(view.versions,
                  run_with_producer(
                      [&](ByteSink& tars) -> Status {
                        const auto decoded = v2::decode_range(models, in, all, tars, options);
                        return decoded ? Status{} : error_of(decoded);
                      },
                      [&](ByteSource& tars) { return versions_of(frames.places, tars, memory); }));
  return view;
}

}  // namespace czip::tool
