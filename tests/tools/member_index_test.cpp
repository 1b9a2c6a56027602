// The index of an archive: what is written is read again, and what is hostile is refused.
#include "archive/member_index.hpp"

#include <doctest/doctest.h>
#include <zstd.h>

#include <string>
#include <vector>

#include "czip/base/little_endian.hpp"
#include "support/bytes.hpp"
#include "support/sample_text.hpp"

namespace czip::tool {
namespace {

using test::Bytes;
using test::joined;
using test::random_bytes;
using test::to_bytes;

MemberIndex sample() {
  MemberIndex index{.frame_bytes = 12345, .text_bytes = 10 * 512, .members = {}};
  index.members.push_back({.kind = MemberKind::folder,
                           .path = "tree",
                           .mode = 0755,
                           .modified = {-5, 999'999'999},
                           .tar_offset = 0,
                           .tar_bytes = 512});
  index.members.push_back({.kind = MemberKind::file,
                           .path = "tree/a\xff\n",
                           .mode = 0640,
                           .modified = {4102444800, 1},
                           .size = 700,
                           .hash = 0xfedcba9876543210,
                           .tar_offset = 512,
                           .tar_bytes = 3 * 512});
  index.members.push_back({.kind = MemberKind::copy,
                           .path = "tree/b",
                           .target = "tree/a\xff\n",
                           .mode = 0600,
                           .size = 700,
                           .hash = 1,
                           .tar_offset = 4 * 512,
                           .tar_bytes = 3 * 512});
  index.members.push_back({.kind = MemberKind::hard_link,
                           .path = "tree/c",
                           .target = "tree/b",
                           .tar_offset = 7 * 512,
                           .tar_bytes = 512});
  index.members.push_back({.kind = MemberKind::symbolic_link,
                           .path = "tree/d",
                           .target = "../x",
                           .mode = 0777,
                           .tar_offset = 8 * 512,
                           .tar_bytes = 512});
  index.members.push_back(
      {.kind = MemberKind::touched, .path = "tree/e", .mode = 0, .modified = {7, 8}});
  index.members.push_back({.kind = MemberKind::removed, .path = "tree/f"});
  return index;
}

bool same(const Member& a, const Member& b) {
  return a.kind == b.kind && a.path == b.path && a.target == b.target && a.mode == b.mode &&
         a.modified.tv_sec == b.modified.tv_sec && a.modified.tv_nsec == b.modified.tv_nsec &&
         a.size == b.size && a.hash == b.hash && a.tar_offset == b.tar_offset &&
         a.tar_bytes == b.tar_bytes;
}

// The content of an index with these bytes for members.
Bytes with_members(const Bytes& members, std::uint64_t claimed) {
  Bytes bytes(25 + ZSTD_compressBound(members.size()));
  bytes[0] = 1;
  store_le(&bytes[9], std::uint64_t{1} << 40);
  store_le(&bytes[17], claimed);
  bytes.resize(25 +
               ZSTD_compress(&bytes[25], bytes.size() - 25, members.data(), members.size(), 1));
  return bytes;
}

Result<MemberIndex> parse(const Bytes& content, std::uint64_t limit = 0) {
  MemoryBudget memory(limit);
  return parse_member_index(content, memory);
}

ErrorCode refused(const Bytes& content, std::uint64_t limit = 0) {
  const auto index = parse(content, limit);
  REQUIRE_FALSE(index.has_value());
  return index.error().code;
}

TEST_CASE("an index is read as it was written") {
  const MemberIndex index = sample();
  const auto bytes = serialize(index);
  REQUIRE(bytes.has_value());
  const auto read = parse(*bytes, 1 << 20);
  REQUIRE(read.has_value());
  CHECK(read->frame_bytes == index.frame_bytes);
  CHECK(read->text_bytes == index.text_bytes);
  REQUIRE(read->members.size() == index.members.size());
  for (std::size_t i = 0; i < index.members.size(); ++i) {
    CAPTURE(index.members[i].path);
    CHECK(same(read->members[i], index.members[i]));
  }
}

TEST_CASE("its fields are those of the page") {
  // A touched member: its path, permissions 0644, -2 seconds, 3 nanoseconds.
  const Bytes members{'t', 1, 'p', 0xa4, 0x03, 3, 3};
  const auto index = parse(with_members(members, members.size()));
  REQUIRE(index.has_value());
  REQUIRE(index->members.size() == 1);
  CHECK(index->members[0].mode == 0644);
  CHECK(index->members[0].modified.tv_sec == -2);
  CHECK(index->members[0].modified.tv_nsec == 3);
}

TEST_CASE("hostile indexes are refused") {
  CHECK(refused({}) == ErrorCode::corrupt);
  CHECK(refused(Bytes(24, 1)) == ErrorCode::corrupt);
  Bytes other = with_members({}, 0);
  other[0] = 2;
  CHECK(refused(other) == ErrorCode::unsupported);
  // Every cut of its members, and lengths that are not there.
  const auto whole = serialize(sample());
  REQUIRE(whole.has_value());
  const Bytes members = [&] {
    Bytes bytes(4096);
    bytes.resize(ZSTD_decompress(bytes.data(), bytes.size(), &(*whole)[25], whole->size() - 25));
    return bytes;
  }();
  std::size_t good = 0;
  for (std::size_t size = 0; size < members.size(); ++size) {
    const Bytes cut(members.begin(), members.begin() + static_cast<long>(size));
    if (parse(with_members(cut, size))) ++good;
  }
  CHECK(good == sample().members.size());
  CHECK(refused(with_members(members, members.size() + 1)) == ErrorCode::corrupt);
  CHECK(refused(with_members(members, std::uint64_t{1} << 60)) == ErrorCode::corrupt);
  CHECK(refused(with_members(Bytes{'x'}, 1)) == ErrorCode::corrupt);
  CHECK(refused(with_members(Bytes{'r', 1, 0}, 3)) == ErrorCode::corrupt);
  CHECK(refused(with_members(Bytes{'r', 0xff, 0xff, 0xff, 0xff, 0x7f}, 6)) == ErrorCode::corrupt);
  CHECK(refused(with_members(Bytes{'r', 1, 'a', 'r', 1, 'a'}, 6)) == ErrorCode::corrupt);
  // Ten digits of a number have more than 64 bits.
  Bytes number{'t', 1, 'p'};
  number.insert(number.end(), 9, 0xff);
  number.push_back(2);
  CHECK(refused(with_members(number, number.size())) == ErrorCode::corrupt);
  // Entries that are longer than the text.
  Bytes longer = *whole;
  store_le(&longer[9], std::uint64_t{9 * 512 - 1});
  CHECK(refused(longer) == ErrorCode::corrupt);
  // Much memory, for few bytes.
  Bytes many;
  for (std::uint32_t i = 0; i < 100000; ++i)
    many.insert(many.end(), {'r', 3, static_cast<std::uint8_t>(1 + i % 251),
                             static_cast<std::uint8_t>(1 + i / 251 % 251),
                             static_cast<std::uint8_t>(1 + i / (251 * 251))});
  CHECK(refused(with_members(many, many.size()), 1 << 20) == ErrorCode::over_limit);
}

TEST_CASE("any bytes are an index or refused") {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    const Bytes members = random_bytes(60, seed);
    const auto index = parse(with_members(members, members.size()), 1 << 20);
    if (!index) CHECK(index.error().code == ErrorCode::corrupt);
  }
}

}  // namespace
}  // namespace czip::tool
