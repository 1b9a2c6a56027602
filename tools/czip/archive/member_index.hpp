// The index of an archive's version: its members and where they are. Format:
// conformance/czip-v2-container.md, section 9.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <span>
#include <string>
#include <vector>

#include "archive/memory_budget.hpp"
#include "czip/base/error.hpp"

namespace czip::tool {

// What a member is. The first four are types of tar entries.
enum class MemberKind : char {
  file = '0',
  hard_link = '1',
  symbolic_link = '2',
  folder = '5',
  copy = 'c',     // a file of the same content as an earlier one, of which the tar has a link
  touched = 't',  // only permissions and time of an earlier member changed; not in the tar
  removed = 'r',  // no member from this version on; not in the tar
};

struct Member {
  MemberKind kind = MemberKind::file;
  std::string path{};    // without a slash at the end
  std::string target{};  // of a link; of a copy, the file that it equals
  mode_t mode = 0;       // without special bits
  std::timespec modified{};
  std::uint64_t size = 0;  // of a file or copy, with holes
  std::uint64_t hash = 0;  // of a file or copy (member_hash.hpp)
  // Its entry in the text of the version's frame, with records and content; 0 for what is not in
  // the tar.
  std::uint64_t tar_offset = 0;
  std::uint64_t tar_bytes = 0;

  [[nodiscard]] bool in_tar() const {
    return kind != MemberKind::touched && kind != MemberKind::removed;
  }
};

struct MemberIndex {
  std::uint64_t frame_bytes = 0;  // length of the version's frame, behind which the index stands
  std::uint64_t text_bytes = 0;   // length of its text
  std::vector<Member> members;    // in the order of the tar, and those that are not in it at last
};

// The content of an index attachment. Errors: out_of_memory.
Result<std::vector<std::uint8_t>> serialize(const MemberIndex& index);

// Bytes that a member takes at most in a version's state (archive_view.hpp), without its texts.
inline constexpr std::size_t kMostOfState = 400;

// Bytes that a member takes at most, in its index and in a state.
[[nodiscard]] std::uint64_t memory_of(const Member& member);

// A path that two members have; null: there is none. Each path may be in a version once.
[[nodiscard]] const std::string* doubled_path(const std::vector<Member>& members);

// Parses what may be hostile. Takes from `memory` what its members need, and meanwhile what they
// are decompressed to. Errors: corrupt, unsupported (another version of the index), over_limit,
// out_of_memory.
Result<MemberIndex> parse_member_index(std::span<const std::uint8_t> content, MemoryBudget& memory);

}  // namespace czip::tool
