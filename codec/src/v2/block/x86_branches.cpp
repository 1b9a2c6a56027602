#include "v2/block/x86_branches.hpp"

#include <cstddef>

namespace czip::v2 {
namespace {

constexpr std::size_t kBranchBytes = 5;

// One branch in so many bytes makes a text worth a trial. Programs have one in 40 to 80, random
// bytes one in 16,384. Chosen, not tuned; no file depends on it to be decoded.
constexpr std::size_t kBytesPerBranch = 256;

// Whether a call or jump may stand at `at`, of which the 5 bytes are inside `text`: the operation
// code of one, and a distance between -2^24 and 2^24.
bool is_x86_branch(std::span<const std::uint8_t> text, std::size_t at) {
  return (text[at] & 0xfe) == 0xe8 && (text[at + 4] == 0 || text[at + 4] == 0xff);
}

void move_target(std::span<std::uint8_t, 3> target, std::uint32_t by) {
  const std::uint32_t moved =
      (target[0] | std::uint32_t{target[1]} << 8 | std::uint32_t{target[2]} << 16) + by;
  target[0] = static_cast<std::uint8_t>(moved);
  target[1] = static_cast<std::uint8_t>(moved >> 8);
  target[2] = static_cast<std::uint8_t>(moved >> 16);
}

}  // namespace

// A branch keeps the two bytes that make it one, so undoing all of them in the opposite order finds
// the same ones.
void make_x86_branches_absolute(std::span<std::uint8_t> text) {
  for (std::size_t end = text.size(); end >= kBranchBytes; --end) {
    const std::size_t at = end - kBranchBytes;
    if (is_x86_branch(text, at))
      move_target(text.subspan(at + 1).first<3>(), static_cast<std::uint32_t>(at));
  }
}

void make_x86_branches_relative(std::span<std::uint8_t> text) {
  for (std::size_t at = 0; at + kBranchBytes <= text.size(); ++at)
    if (is_x86_branch(text, at))
      move_target(text.subspan(at + 1).first<3>(), 0U - static_cast<std::uint32_t>(at));
}

bool may_be_x86(std::span<const std::uint8_t> text) {
  std::size_t branches = 0;
  for (std::size_t at = 0; at + kBranchBytes <= text.size(); ++at)
    if (is_x86_branch(text, at)) ++branches;
  return branches * kBytesPerBranch > text.size();
}

}  // namespace czip::v2
