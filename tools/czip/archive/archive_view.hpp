// What an archive holds: its versions, and the members of each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "archive/member_index.hpp"
#include "archive/tar_format.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v2/codec.hpp"

namespace czip::tool {

// What an index says of an entry, but its place and hash.
[[nodiscard]] Member member_of(const tar::Entry& entry);

// A frame and its index.
struct ArchiveVersion {
  std::uint64_t text_begin = 0;  // of its tar, in the text of the file
  MemberIndex index;
};

// Where the tar has the content of a file, its entry included.
struct MemberContent {
  std::uint64_t text_offset = 0;  // in the text of the file
  std::uint64_t tar_bytes = 0;
  std::uint64_t size = 0;  // with holes
  std::uint64_t hash = 0;
  std::shared_ptr<const std::string> path{};  // that of the entry; set where there is content
};

struct PlacedMember {
  Member member;
  std::uint64_t text_offset = 0;  // of its own entry, in the text of the file
  MemberContent content;          // of a file, hard link or copy
  // Hard links of one file have the same number; others have none in common.
  std::uint64_t link_group = 0;
};

// By their paths: a folder comes before what is in it.
using ArchiveState = std::map<std::string, PlacedMember>;

struct ArchiveView {
  std::vector<ArchiveVersion> versions;  // the oldest first; at least one
  bool indexed = false;                  // read from indexes, rather than from all of the text
  // Offset in the file behind the last index, recovery record and zero.
  std::uint64_t end = 0;
  bool garbage = false;  // stands at `end`, rather than what an interrupted update left

  // The members of version `number`, from 1 on. Error: corrupt (an index contradicts itself).
  [[nodiscard]] Result<ArchiveState> state(std::size_t number) const;
};

// Reads the indexes, from the file's end on. Checks that they describe all frames of the file, but
// not what they say of members. Takes no more than some `memory_limit` bytes (0: no limit), and a
// state of the view neither. nullopt: there is none, or not of each frame. Errors: those of
// v2::inspect and of parse_member_index.
Result<std::optional<ArchiveView>> read_indexes(RandomAccessSource& in, std::uint64_t memory_limit);

// The paths of an archive's newest members, as far as the indexes of what may be a damaged file
// still tell them: those of all versions, else what the last one has. Takes no more than some
// `memory_limit` bytes.
std::set<std::string> paths_in_indexes(RandomAccessSource& in, std::uint64_t memory_limit);

// Decodes everything to find what the indexes would say. Takes no more than some
// `options.memory_limit` bytes for that, and as many for decoding. Errors: corrupt (two entries of
// one path in a version), over_limit, and those of decoding and of the tar.
Result<ArchiveView> scan_archive(const v2::ModelFinder& models, RandomAccessSource& in,
                                 const v2::DecodeOptions& options);

}  // namespace czip::tool
