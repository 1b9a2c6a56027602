// Writes members of an archive as a tar of their own: to extract, test or repack them.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "archive/archive_view.hpp"
#include "archive/member_index.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v2/codec.hpp"

namespace czip::tool {

struct MemberStreamRequest {
  const v2::ModelFinder* models = nullptr;
  RandomAccessSource* archive = nullptr;
  std::vector<const PlacedMember*> members;  // of one state
  v2::DecodeOptions options;
  bool end_mark = false;  // ends the tar with blocks of zeros
  // Decodes the entries of folders and links as well: no index has owners and extended attributes.
  // They take no more than some `options.memory_limit` bytes.
  bool whole_entries = false;
  // If there is one, is told how many bytes of the archive's text will be decoded, for which
  // `options.progress` counts them.
  std::function<void(std::uint64_t)> expect{};
};

// Decodes only the blocks that have a part of the members, each once, and checks every content by
// its hash and every entry by what the index says of it. The tar has folders first, then files, in
// their order in the archive, and each link or copy behind the file that it needs; symbolic links
// come last. A link to a file that is not among the members becomes the file. Returns the members
// of the new tar. Errors: corrupt (another entry or content than in the index), over_limit, those
// of decoding and of `out`.
Result<std::vector<Member>> write_members(const MemberStreamRequest& request, ByteSink& out);

}  // namespace czip::tool
