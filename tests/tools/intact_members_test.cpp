// Which members of a damaged tar count as intact.
#include "archive/intact_members.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "archive/tar_format.hpp"
#include "support/bytes.hpp"
#include "support/sample_text.hpp"

namespace czip::tool {
namespace {

using test::Bytes;
using test::joined;
using test::random_bytes;
using test::to_bytes;

std::string octal(std::uint64_t number, std::size_t digits) {
  std::string text;
  for (; digits > 0; --digits, number /= 8)
    text.insert(text.begin(), static_cast<char>('0' + number % 8));
  return text;
}

Bytes member(const std::string& name, const Bytes& content, char type = tar::kFile) {
  tar::Block header{};
  const auto put = [&](tar::Field field, std::string_view text) {
    std::ranges::copy(text, header.begin() + static_cast<std::ptrdiff_t>(field.offset));
  };
  put(tar::kName, name);
  put(tar::kMode, "0000644");
  put(tar::kSize, octal(content.size(), 11));
  put(tar::kModified, "00000000000");
  put(tar::kMagic, tar::kMagicText);
  header[tar::kType.offset] = static_cast<std::uint8_t>(type);
  put(tar::kChecksum, octal(tar::checksum(header), 7));
  return joined(
      {Bytes(header.begin(), header.end()), content, Bytes(tar::padding(content.size()))});
}

Bytes records(const std::string& text) { return member("records", to_bytes(text), 'x'); }

TarMembers found(const Bytes& tar, const std::vector<v2::LostText>& lost) {
  MemorySource source(tar);
  auto members = find_members(source, lost);
  REQUIRE(members.has_value());
  return std::move(*members);
}

v2::LostText cut_at(std::uint64_t offset) {
  return {.length = std::nullopt, .output_offset = offset};
}
v2::LostText hole(std::uint64_t begin, std::uint64_t end) {
  return {.length = end - begin, .output_offset = begin, .filled = true};
}

std::vector<std::uint64_t> begins(const TarMembers& members) {
  std::vector<std::uint64_t> offsets;
  for (const v2::FileRange& range : members.intact) offsets.push_back(range.begin);
  return offsets;
}

using Offsets = std::vector<std::uint64_t>;
using Names = std::vector<std::string>;

class CountingSource final : public RandomAccessSource {
 public:
  explicit CountingSource(const Bytes& bytes) : source_(bytes) {}
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) override {
    ++calls;
    auto count = source_.read_at(offset, buffer);
    read += count.value_or(0);
    return count;
  }
  Result<std::uint64_t> size() override { return source_.size(); }

  std::uint64_t calls = 0;
  std::uint64_t read = 0;

 private:
  MemorySource source_;
};

// A hole of zeros between two pieces.
class HoledSource final : public RandomAccessSource {
 public:
  HoledSource(const Bytes& before, std::uint64_t hole, const Bytes& after)
      : before_(&before), hole_(hole), after_(&after) {}
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) override {
    ++calls;
    std::size_t count = 0;
    for (std::uint8_t& byte : buffer) {
      if (offset == before_->size() + hole_ + after_->size()) break;
      const std::uint64_t behind = before_->size() + hole_;
      byte = offset < before_->size() ? (*before_)[static_cast<std::size_t>(offset)]
             : offset < behind        ? std::uint8_t{0}
                                      : (*after_)[static_cast<std::size_t>(offset - behind)];
      ++offset;
      ++count;
    }
    return count;
  }
  Result<std::uint64_t> size() override { return before_->size() + hole_ + after_->size(); }
  std::uint64_t calls = 0;

 private:
  const Bytes* before_;
  std::uint64_t hole_;
  const Bytes* after_;
};

const Bytes kEnd(2 * tar::kBlock);

}  // namespace

TEST_CASE("what was left out damages the member that it is inside of, and no other") {
  const Bytes a = member("a", random_bytes(1000, 1));
  const Bytes b = member("b", random_bytes(3000, 2));
  const Bytes c = member("c", random_bytes(2000, 3));
  const Bytes tar = joined({a, b, c, kEnd});
  const std::uint64_t b_at = a.size();
  const std::uint64_t c_at = b_at + b.size();
  CHECK(begins(found(tar, {})) == Offsets{0, b_at, c_at});
  // Inside of b.
  for (const std::uint64_t place : {b_at + 1, b_at + 512, c_at - 512}) {
    CAPTURE(place);
    const TarMembers members = found(tar, {cut_at(place)});
    CHECK(begins(members) == Offsets{0, c_at});
    if (place >= b_at + 512) CHECK(members.damaged == Names{"b"});
  }
  // Just before c, where its records may have been.
  CHECK(found(tar, {cut_at(c_at - 1)}).damaged == Names{"b", "c"});
  // Between a and b: a is whole, but records of b may have been there.
  const TarMembers between = found(tar, {cut_at(b_at)});
  CHECK(begins(between) == Offsets{0, c_at});
  CHECK(between.damaged == Names{"b"});
  CHECK(begins(found(tar, {cut_at(0)})) == Offsets{b_at, c_at});
  CHECK(begins(found(tar, {cut_at(tar.size())})) == Offsets{0, b_at, c_at});
  // With b's text left out, nothing stands on a multiple of 512 any more.
  const Bytes shifted = joined({a, Bytes(b.begin(), b.begin() + 700), c, kEnd});
  CHECK(found(shifted, {cut_at(b_at + 700)}).damaged == Names{"b", "c"});
  const Bytes more =
      joined({a, Bytes(b.begin(), b.begin() + 700), Bytes(b.end() - 611, b.end()), c, kEnd});
  const TarMembers resumed = found(more, {cut_at(b_at + 700)});
  CHECK(begins(resumed) == Offsets{0, b_at + 700 + 611});
  CHECK(resumed.damaged == Names{"b"});
}

TEST_CASE("zeros in place of text damage what they are inside of") {
  const Bytes a = member("a", random_bytes(1000, 1));
  const Bytes long_name = records("17 path=dir/name\n");
  const Bytes b = member("b", random_bytes(3000, 2));
  const Bytes tar = joined({a, long_name, b, member("c", {}), kEnd});
  const std::uint64_t c_at = a.size() + long_name.size() + b.size();
  CHECK(begins(found(tar, {})) == Offsets{0, a.size(), c_at});
  const auto with_hole = [&](std::uint64_t begin, std::uint64_t end) {
    Bytes holed = tar;
    std::fill(holed.begin() + static_cast<std::ptrdiff_t>(begin),
              holed.begin() + static_cast<std::ptrdiff_t>(end), std::uint8_t{0});
    return found(holed, {hole(begin, end)});
  };
  CHECK(begins(with_hole(600, 700)) == Offsets{a.size(), c_at});
  // The header of the records, or all of them: the member has lost its name.
  CHECK(with_hole(a.size(), a.size() + 512).damaged == Names{"b"});
  CHECK(with_hole(a.size(), a.size() + 1024).damaged == Names{"b"});
  CHECK(begins(with_hole(a.size() + 1024, a.size() + 1100)) == Offsets{0, c_at});
  // The header before says where the next one is.
  CHECK(begins(with_hole(c_at - 100, c_at)) == Offsets{0, c_at});
}

TEST_CASE("what the reader of archives refuses is damaged, and what follows is found") {
  const Bytes a = member("a", to_bytes("x"));
  const Bytes tar = joined({member("all", to_bytes("19 comment=anything\n"), 'g'), a,
                            member("pipe", {}, '6'), member("device", random_bytes(700, 1), '3'),
                            records("17 path=dir/name\n"), member("b", to_bytes("y")), kEnd});
  const TarMembers members = found(tar, {});
  CHECK(members.intact.size() == 2);
  CHECK(members.damaged == Names{"all", "pipe", "device"});
}

TEST_CASE("reading is in proportion to the tar, whatever it holds") {
  const auto calls_of = [](const Bytes& tar, const std::vector<v2::LostText>& lost) {
    CountingSource source(tar);
    REQUIRE(find_members(source, lost).has_value());
    CHECK(source.read < (std::uint64_t{80} << 20) + 20 * tar.size());
    return source.calls;
  };
  // Behind a loss, each byte may begin a header.
  const Bytes noise = random_bytes(1 << 20, 1);
  CHECK(calls_of(noise, {cut_at(0)}) < noise.size() / 1000);
  // Many losses in a large tar.
  std::vector<v2::LostText> lost;
  for (std::uint64_t i = 0; i < 20'000; ++i) lost.push_back(hole(50 * i + 1, 50 * i + 2));
  CHECK(calls_of(noise, lost) < noise.size() / 10);
  // Each header claims long records.
  Bytes claims;
  const Bytes claim = member("x", Bytes(tar::kMaxExtended), 'x');
  while (claims.size() < 1 << 20) claims.insert(claims.end(), claim.begin(), claim.begin() + 512);
  CHECK(calls_of(claims, {cut_at(0)}) < claims.size() / 4);
}

TEST_CASE("holes are not read, however long they are") {
  constexpr std::uint64_t kHole = std::uint64_t{1} << 40;
  const Bytes a = member("a", random_bytes(1000, 1));
  const Bytes b = member("b", random_bytes(1000, 2));
  const Bytes c = member("c", random_bytes(1000, 3));
  for (const std::uint64_t begins_early : {std::uint64_t{0}, std::uint64_t{700}}) {
    const Bytes before(a.begin(), a.end() - static_cast<std::ptrdiff_t>(begins_early));
    const Bytes after = joined({Bytes(512, 1), b, c, kEnd});
    HoledSource source(before, kHole, after);
    const auto members = find_members(source, {hole(before.size(), before.size() + kHole)});
    REQUIRE(members.has_value());
    CHECK(members->intact.size() == (begins_early == 0 ? 3 : 2));
    CHECK(source.calls < 100);
  }
}

}  // namespace czip::tool
