#include "archive/member_hash.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>

#include "czip/base/little_endian.hpp"

namespace czip::tool {

namespace {

// A plain file must not hash like one with holes.
constexpr std::uint64_t kSparseSeed = 1;

}  // namespace

struct MemberHasher::State {
  XXH3_state_t xxh3;
};

MemberHasher::MemberHasher() : state_(std::make_unique<State>()) { begin(); }
MemberHasher::MemberHasher(MemberHasher&&) noexcept = default;
MemberHasher& MemberHasher::operator=(MemberHasher&&) noexcept = default;
MemberHasher::~MemberHasher() = default;

void MemberHasher::begin() { XXH3_64bits_reset(&state_->xxh3); }

void MemberHasher::begin_sparse(std::span<const tar::Part> parts) {
  XXH3_64bits_reset_withSeed(&state_->xxh3, kSparseSeed);
  for (const tar::Part& part : parts) {
    if (part.size == 0) continue;
    std::array<std::uint8_t, 2 * sizeof(std::uint64_t)> place{};
    store_le(place.data(), part.offset);
    store_le(&place[sizeof(std::uint64_t)], part.size);
    add(place);
  }
}

void MemberHasher::add(std::span<const std::uint8_t> bytes) {
  XXH3_64bits_update(&state_->xxh3, bytes.data(), bytes.size());
}

std::uint64_t MemberHasher::digest() const { return XXH3_64bits_digest(&state_->xxh3); }

}  // namespace czip::tool
