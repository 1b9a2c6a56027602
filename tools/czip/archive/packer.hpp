// Packs files and folders into a tar stream. The same tree gives the same bytes, whoever packs it
// and whoever owns it, unless owners are asked for.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "archive/archive_view.hpp"
#include "archive/member_index.hpp"
#include "archive/tree_walk.hpp"
#include "base/owner_mode.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"

namespace czip::tool {

struct PackRequest {
  WalkRequest walk;  // what to pack; its `report` is also called for what is not packed as it is
  bool extended_attributes = false;    // packs them
  OwnerMode owners = OwnerMode::none;  // packs them
  const ArchiveState* base = nullptr;  // the newest version of the archive that is updated
  // If there is one, is told the length that the tar will have, more and more exactly: what is a
  // copy is known only late.
  std::function<void(std::uint64_t)> expect{};
};

struct PackReport {
  std::vector<Member> members;  // for the index
  std::uint64_t unchanged = 0;  // members of the base
  [[nodiscard]] bool nothing_new() const { return members.empty(); }
};

// Leaves out what cannot be read, and what is neither file, folder nor symbolic link. A file that
// changes its length meanwhile is cut or filled up with zeros. Files that are one become hard
// links, files of the same content copies, and holes stay holes.
//
// With a base, packs only what is new, or differs in kind, length, time and content; notes what
// only has another time or other permissions, and what is gone from below the roots.
//
// Errors: invalid_argument (two roots of one name), io (nothing can be read), and those of the
// sink.
Result<PackReport> pack(const PackRequest& request, ByteSink& out);

}  // namespace czip::tool
