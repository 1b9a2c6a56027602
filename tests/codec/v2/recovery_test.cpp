// Recovery records: what they mend, and that they are what other programs compute.
#include "czip/codec/v2/recovery.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "support/fast_tests.hpp"
#include "support/memory_file.hpp"
#include "support/sample_text.hpp"
#include "support/v2_files.hpp"
#include "v2/container/gf256.hpp"
#include "v2/container/recovery_record.hpp"
#include "v2/container/recovery_writer.hpp"

namespace czip::v2 {
namespace {

using test::Bytes;
using test::decode_v2;
using test::encoded_v2;
using test::joined;
using test::MemoryFile;
using test::random_bytes;
using test::small_block_frame;
using test::words;

Progress follow(std::vector<std::uint64_t>& told) {
  return [&told](std::uint64_t bytes) {
    told.push_back(bytes);
    return true;
  };
}

// Progress grows, in several steps for a file that is not tiny, to `bytes`.
void check_told(const std::vector<std::uint64_t>& told, std::uint64_t bytes) {
  REQUIRE_FALSE(told.empty());
  CHECK(std::ranges::is_sorted(told));
  CHECK(told.back() == bytes);
  if (bytes > 1'000) CHECK(told.size() > 3);
}

Bytes with_recovery(const Bytes& file, unsigned percent) {
  MemoryFile store(file);
  std::vector<std::uint64_t> told;
  const auto added = append_recovery(store, percent, follow(told));
  REQUIRE(added.has_value());
  check_told(told, file.size());
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
  std::vector<std::uint64_t> told;
  const auto report = mend(source, out, {.progress = follow(told)});
  REQUIRE(report.has_value());
  CHECK(std::ranges::is_sorted(told));
  if (report->records == 1 && file.size() > 4'000) CHECK(told.size() > 3);
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
  for (const std::size_t size : {std::size_t{1}, std::size_t{500}, std::size_t{14000},
                                 test::full_or_fast(std::size_t{1200000}, std::size_t{200000})}) {
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

TEST_CASE("what is mended has the hash that the record states") {
  // The record of another file, which says that it is this one's.
  const Bytes file = random_bytes(50000, 11);
  const Bytes other = with_burst(file, 20000, 900);
  Bytes forged = with_recovery(other, 5);
  std::ranges::copy(file, forged.begin());
  CHECK(mended(forged).report.unmended_bytes == 0);
  const std::span bytes(forged);
  for (const std::size_t at : {file.size(), forged.size() - kRecoveryHeaderBytes}) {
    auto header = parse_recovery_header(bytes.subspan(at));
    REQUIRE(header.has_value());
    MemorySource source(file);
    header->covered_hash = hash_of(source, 0, file.size()).value();
    std::ranges::copy(serialize(*header), forged.begin() + static_cast<std::ptrdiff_t>(at));
  }
  const Mended result = mended(forged);
  CHECK(result.report.unmended_bytes == file.size());
  CHECK(result.bytes == forged);
}

TEST_CASE("a record of a file within the text mends nothing") {
  for (const std::size_t size : {std::size_t{20000}, std::size_t{100000}}) {
    const Bytes inner = with_recovery(encoded_v2(random_bytes(size, 12)), 10);
    // One block, and several through which the inner file's records go.
    for (const Bytes& outer : {encoded_v2(inner), small_block_frame(inner)}) {
      for (const std::size_t at : {std::size_t{60}, size / 2, outer.size() - 30}) {
        CAPTURE(at);
        const Mended result = mended(with_burst(outer, at, 8));
        CHECK(result.report.records == 0);
      }
      const Bytes whole = with_recovery(outer, 5);
      CHECK(mends(with_burst(whole, size / 2, size / 30), whole));
    }
  }
}

TEST_CASE("frames before those that a record covers are kept") {
  const Bytes b = encoded_v2(random_bytes(90000, 13));
  for (const Bytes& a : {encoded_v2(words(60)), encoded_v2(random_bytes(70000, 14)), b}) {
    const Bytes whole = joined({a, with_recovery(b, 5)});
    CHECK_FALSE(mended(whole).report.changed);
    CHECK(mends(with_burst(whole, a.size() + 300, 2000), whole));
    // Where they are damaged, the record does not help, and nothing is lost.
    const Bytes damaged = with_burst(whole, 0, 40);
    const Bytes& kept = mended(damaged).bytes;
    CHECK((kept == damaged || a[0] != damaged[0]));
  }
}

TEST_CASE("whether anything changed is told, also outside the shards") {
  const Bytes file = random_bytes(30000, 15);
  const Bytes whole = with_recovery(file, 5);
  CHECK_FALSE(mended(whole).report.changed);
  for (const std::size_t at : {file.size() + 60, whole.size() - 20}) {
    const Mended result = mended(with_burst(whole, at, 4));
    CHECK(result.report.changed);
    CHECK(result.bytes == whole);
  }
  const Mended longer = mended(joined({Bytes(50, 'x'), whole}));
  CHECK(longer.report.damaged_bytes == 50);
  CHECK(longer.bytes == whole);
}

TEST_CASE("records claim no more than the file justifies") {
  RecoveryHeader header{.data_shards = 1, .parity_shards = 254, .shard_bytes = 16};
  for (const std::uint64_t covered : {std::uint64_t{1}, std::uint64_t{1} << 48}) {
    for (const std::uint32_t shard : {16u, 1u << 20, 1u << 28}) {
      header.covered_bytes = covered;
      header.shard_bytes = shard;
      Bytes file;
      for (int i = 0; i < 500; ++i) {
        file.push_back('x');
        for (const bool end : {false, true}) {
          header.at_end = end;
          const auto bytes = serialize(header);
          file.insert(file.end(), bytes.begin(), bytes.end());
        }
      }
      CHECK(mended(file).bytes.size() <= 3 * file.size());
    }
  }
  const Bytes whole = with_recovery(random_bytes(100000, 16), 5);
  MemorySource source(whole);
  MemoryFile out;
  CHECK(mend(source, out, {.memory_limit = 1 << 20}).error().code == ErrorCode::over_limit);
  CHECK(out.bytes.empty());
  CHECK(mend(source, out, {.memory_limit = 64 << 20}).has_value());
}

TEST_CASE("without a record nothing is mended") {
  const Mended result = mended(random_bytes(5000, 4));
  CHECK(result.report.records == 0);
  CHECK(result.bytes.empty());
}

TEST_CASE("readers skip a record and see damage to it") {
  const Bytes text = words(3000);
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
  for (std::size_t i = file.size(); i < whole.size(); i += test::full_or_fast(7U, 53U)) {
    CAPTURE(i);
    const auto damaged = decode_v2(with_burst(whole, i, 1));
    if (!damaged.status) continue;
    CHECK(damaged.text == text);
    CHECK((damaged.report.trailing.recovery_damaged ||
           damaged.report.trailing.garbage_offset == file.size()));
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(i));
    const auto shorter = decode_v2(cut);
    if (i > file.size() + 1) CHECK(shorter.report.trailing.recovery_damaged);
    MemorySource cut_source(cut);
    const auto cut_info = inspect(cut_source);
    if (!cut_info || i < file.size() + 2) continue;
    CHECK(cut_info->file_bytes == cut.size());
    CHECK(cut_info->trailing.recovery_bytes <= cut.size() - file.size());
    CHECK(cut_info->trailing.recovery_damaged);
  }
}

TEST_CASE("frames behind a damaged record are read") {
  const Bytes text = words(30000);
  const Bytes file = encoded_v2(text);
  const Bytes whole = with_recovery(file, 5);
  const std::size_t end = whole.size() - kRecoveryHeaderBytes;
  for (const std::size_t at : {file.size() + 2, file.size() + 30, file.size() + 300, end + 9}) {
    CAPTURE(at);
    const Bytes row = joined({with_burst(whole, at, 1), whole, Bytes(10)});
    const auto read = decode_v2(row);
    CAPTURE(read.status ? "" : read.status.error().message);
    REQUIRE(read.status.has_value());
    CHECK(read.text == joined({text, text}));
    CHECK(read.report.trailing.recovery_damaged);
    CHECK_FALSE(read.report.trailing.garbage_offset.has_value());
    CHECK(read.report.trailing.recovery_bytes == 2 * (whole.size() - file.size()));
    MemorySource source(row);
    const auto info = inspect(source);
    REQUIRE(info.has_value());
    CHECK(info->frames == 2);
    CHECK(info->file_bytes == row.size());
  }
  // Without either header nobody can tell where it ends.
  const auto lost =
      decode_v2(joined({with_burst(with_burst(whole, end, 9), file.size() + 9, 9), file}));
  CHECK(lost.text == text);
  CHECK(lost.report.trailing.garbage_offset == file.size());
}

TEST_CASE("every single bit of a small file with its record is mended") {
  const Bytes whole = with_recovery(encoded_v2(words(40)), 100);
  for (std::size_t i = 0; i < whole.size(); i += test::full_or_fast(1U, 7U)) {
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
