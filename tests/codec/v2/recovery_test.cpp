// Recovery records: what they mend, and that they are what other programs compute.
#include "czip/codec/v2/recovery.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "support/sample_text.hpp"
#include "support/v2_files.hpp"
#include "v2/container/gf256.hpp"
#include "v2/container/recovery_record.hpp"

namespace czip::v2 {
namespace {

using test::Bytes;
using test::decode_v2;
using test::encoded_v2;
using test::joined;
using test::random_bytes;
using test::words;

class MemoryFile final : public RandomAccessFile {
 public:
  MemoryFile() = default;
  explicit MemoryFile(Bytes content) : bytes(std::move(content)) {}
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) override {
    return MemorySource(bytes).read_at(offset, buffer);
  }
  Result<std::uint64_t> size() override { return bytes.size(); }
  Status write_at(std::uint64_t offset, std::span<const std::uint8_t> part) override {
    const auto begin = static_cast<std::size_t>(offset);
    bytes.resize(std::max(bytes.size(), begin + part.size()));
    std::ranges::copy(part, bytes.begin() + static_cast<std::ptrdiff_t>(begin));
    return {};
  }
  Bytes bytes;
};

Bytes with_recovery(const Bytes& file, unsigned percent) {
  MemoryFile store(file);
  const auto added = append_recovery(store, percent);
  REQUIRE(added.has_value());
  CHECK(store.bytes.size() == file.size() + *added);
  return store.bytes;
}

struct Mended {
  MendReport report;
  Bytes bytes;
};

Mended mended(const Bytes& file) {
  MemorySource source(file);
  MemoryFile out;
  const auto report = mend(source, out);
  REQUIRE(report.has_value());
  return {*report, out.bytes};
}

bool mends(const Bytes& damaged, const Bytes& whole) {
  const Mended result = mended(damaged);
  return result.report.unmended_bytes == 0 && result.bytes == whole;
}

Bytes with_burst(Bytes file, std::size_t begin, std::size_t size) {
  for (std::size_t i = begin; i < std::min(file.size(), begin + size); ++i) file[i] ^= 0x5a;
  return file;
}

}  // namespace

TEST_CASE("the field has the products and inverses of 0x11d") {
  CHECK(gf_multiply(2, 0x80) == 0x1d);
  CHECK(gf_multiply(0, 7) == 0);
  CHECK(gf_multiply(0x53, 0xca) == 0x8f);  // by hand: the carry-less product 0x3f7e mod 0x11d
  for (unsigned a = 1; a < 256; ++a)
    CHECK(gf_multiply(static_cast<std::uint8_t>(a), gf_inverse(static_cast<std::uint8_t>(a))) == 1);
}

TEST_CASE("a burst of the percentage is mended wherever it is") {
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{500}, std::size_t{14000}, std::size_t{1200000}}) {
    const Bytes file = random_bytes(size, 7);
    for (const unsigned percent : {1u, 5u, 30u, 100u}) {
      const Bytes whole = with_recovery(file, percent);
      const std::size_t burst = std::max<std::size_t>(size * percent / 100, 1);
      CHECK(mended(whole).report.damaged_bytes == 0);
      const std::size_t steps = size > 100000 ? 3 : 9;
      for (std::size_t i = 0; i <= steps; ++i) {
        CAPTURE(size);
        CAPTURE(percent);
        CAPTURE(i);
        // Up to the file's end; a burst over the beginning of the record takes less of the data.
        const std::size_t begin = (whole.size() - 1) * i / steps;
        CHECK(mends(with_burst(whole, begin, burst), whole));
      }
      if (percent < 100) {
        const Mended more = mended(with_burst(whole, 0, size));
        CHECK((more.report.unmended_bytes > 0 || more.bytes == whole));
      }
    }
  }
}

TEST_CASE("damage in pieces is mended, in data and record") {
  const Bytes file = random_bytes(300000, 8);
  const Bytes whole = with_recovery(file, 5);
  std::mt19937 random(3);
  for (int round = 0; round < 10; ++round) {
    Bytes damaged = whole;
    for (int i = 0; i < 6; ++i) damaged = with_burst(damaged, random() % whole.size(), 200);
    CHECK(mends(damaged, whole));
  }
}

TEST_CASE("bytes added or lost at one place are mended") {
  const Bytes file = random_bytes(60000, 9);
  const Bytes whole = with_recovery(file, 5);
  for (const std::size_t at :
       {std::size_t{0}, std::size_t{1000}, std::size_t{59000}, std::size_t{61000}}) {
    CAPTURE(at);
    Bytes longer = whole;
    longer.insert(longer.begin() + static_cast<std::ptrdiff_t>(at), 37, 0xee);
    CHECK(mends(longer, whole));
    Bytes shorter = whole;
    const auto begin = shorter.begin() + static_cast<std::ptrdiff_t>(at);
    shorter.erase(begin, begin + 41);
    CHECK(mends(shorter, whole));
  }
  // Cut at the end: the record.
  CHECK(mends(Bytes(whole.begin(), whole.end() - 2000), whole));
}

TEST_CASE("files in a row are mended each by its record") {
  const Bytes a = with_recovery(random_bytes(5000, 1), 10);
  const Bytes b = with_recovery(random_bytes(7000, 2), 10);
  const Bytes row = joined({a, b, random_bytes(10, 3)});
  CHECK(mends(with_burst(with_burst(row, 100, 400), a.size() + 3000, 500), row));
}

TEST_CASE("without a record nothing is mended") {
  const Mended result = mended(random_bytes(5000, 4));
  CHECK(result.report.records == 0);
  CHECK(result.bytes.empty());
}

TEST_CASE("readers skip a record and see damage to it") {
  const Bytes text = words(30000);
  const Bytes file = encoded_v2(text);
  const Bytes whole = with_recovery(file, 5);
  const auto read = decode_v2(joined({whole, file}));
  CHECK(read.status.has_value());
  CHECK(read.text == joined({text, text}));
  CHECK(read.report.trailing.recovery_bytes == whole.size() - file.size());
  CHECK_FALSE(read.report.trailing.recovery_damaged);
  MemorySource source(whole);
  const auto info = inspect(source);
  REQUIRE(info.has_value());
  CHECK(info->trailing.recovery_bytes == whole.size() - file.size());
  for (std::size_t i = file.size(); i < whole.size(); i += 7) {
    CAPTURE(i);
    const auto damaged = decode_v2(with_burst(whole, i, 1));
    if (!damaged.status) continue;
    CHECK(damaged.text == text);
    CHECK((damaged.report.trailing.recovery_damaged ||
           damaged.report.trailing.garbage_offset == file.size()));
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(i));
    const auto shorter = decode_v2(cut);
    if (i > file.size() + 1) CHECK(shorter.report.trailing.recovery_damaged);
  }
}

TEST_CASE("every single bit of a small file with its record is mended") {
  const Bytes whole = with_recovery(encoded_v2(words(40)), 100);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    CAPTURE(i);
    Bytes damaged = whole;
    damaged[i] ^= 0x20;
    CHECK(mends(damaged, whole));
  }
}

TEST_CASE("any percentage but 1 to 100 is refused") {
  for (const unsigned percent : {0u, 101u}) {
    MemoryFile file(Bytes(10));
    CHECK(append_recovery(file, percent).error().code == ErrorCode::invalid_argument);
  }
  MemoryFile empty;
  CHECK(append_recovery(empty, 5).error().code == ErrorCode::invalid_argument);
}

TEST_CASE("headers that contradict themselves are no records") {
  const RecoveryHeader header = recovery_for(10000, 5);
  REQUIRE(parse_recovery_header(serialize(header)).has_value());
  const auto refused = [&](auto change) {
    RecoveryHeader other = header;
    change(other);
    return !parse_recovery_header(serialize(other)).has_value();
  };
  CHECK(refused([](RecoveryHeader& h) { h.data_shards = 0; }));
  CHECK(refused([](RecoveryHeader& h) { h.parity_shards = 0; }));
  CHECK(refused([](RecoveryHeader& h) { h.data_shards = h.parity_shards = 128; }));
  CHECK(refused([](RecoveryHeader& h) { h.shard_bytes = 8; }));
  CHECK(refused([](RecoveryHeader& h) { h.shard_bytes = 0xffffffff; }));
  CHECK(refused([](RecoveryHeader& h) { h.covered_bytes = 0; }));
  CHECK(refused([](RecoveryHeader& h) { h.covered_bytes = ~std::uint64_t{0}; }));
}

}  // namespace czip::v2
