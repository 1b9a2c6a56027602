// Record files: every kind of separator, records by number, appending, and damage.
#include "czip/codec/v2/record_file.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "support/refusals.hpp"
#include "support/results.hpp"
#include "support/v2_files.hpp"
#include "v2/records/record_index.hpp"

namespace czip::v2 {
namespace {

using test::Bytes;
using test::tiny_model_v2;
using Separation = RecordSeparation;

struct Written {
  Bytes file;
  RecordFileReport report;
};

RecordFileOptions options_of(Separation separation, std::uint32_t frame_text = 1024) {
  return {
      .separation = separation, .frame_text = frame_text, .encoding = {.level = 1, .threads = 1}};
}

Written written(const Bytes& text, const RecordFileOptions& options,
                const RecordFileEnd& before = {}) {
  MemorySource source(text);
  MemorySink file;
  Written result;
  result.report = test::value_of(write_records(tiny_model_v2(), source, file, options, before));
  result.file = std::move(file).take();
  CHECK(result.report.coding.file_bytes == result.file.size());
  CHECK(result.report.coding.text_bytes == text.size() + (before.open ? 1 : 0));
  return result;
}

ModelFinder finder() {
  return [](const ModelReference& wanted) { return matching_model(tiny_model_v2(), wanted); };
}

Result<RecordFile> opened(const Bytes& file) {
  MemorySource in(file);
  return RecordFile::open(in);
}

Result<Bytes> read(const RecordFile& records, const Bytes& file, std::uint64_t first,
                   std::uint64_t last) {
  MemorySource in(file);
  MemorySink out;
  CZIP_TRY_ASSIGN(const auto report, records.read(finder(), in, first, last, out, {.threads = 1}));
  CHECK(report.text_bytes == out.bytes().size());
  return std::move(out).take();
}

Status checked(const RecordFile& records, const Bytes& file) {
  MemorySource in(file);
  return records.check(finder(), in, {.threads = 1});
}

// The records of a text, each with its separator.
std::vector<Bytes> split(const Bytes& text, Separation separation) {
  std::vector<Bytes> records;
  bool quoted = false;
  bool open = false;
  for (const std::uint8_t byte : text) {
    if (!open) records.emplace_back();
    records.back().push_back(byte);
    if (separation == Separation::csv && byte == '"') quoted = !quoted;
    open = byte != (separation == Separation::nul ? 0 : '\n') || quoted;
  }
  return records;
}

// Every record, and some ranges, are those of the text.
void check_records(const Bytes& file, const Bytes& text, Separation separation) {
  const auto outcome = test::decode_v2(file);
  CHECK(outcome.status.has_value());
  CHECK(outcome.text == text);
  const auto records = test::value_of(opened(file));
  const std::vector<Bytes> expected = split(text, separation);
  REQUIRE(records.records() == expected.size());
  CHECK(records.separation() == separation);
  CHECK(checked(records, file).has_value());
  const std::size_t step = expected.size() > 200 ? 7 : 1;
  for (std::size_t i = 0; i < expected.size(); i += step)
    CHECK(test::value_of(read(records, file, i + 1, i + 1)) == expected[i]);
  if (expected.empty()) return;
  CHECK(test::value_of(read(records, file, 1, expected.size())) == text);
  const std::size_t middle = expected.size() / 2;
  Bytes rest;
  for (std::size_t i = middle; i < expected.size(); ++i)
    rest.insert(rest.end(), expected[i].begin(), expected[i].end());
  CHECK(test::value_of(read(records, file, middle + 1, expected.size())) == rest);
}

std::string replaced(std::string text, char from, char to) {
  std::ranges::replace(text, from, to);
  return text;
}

}  // namespace

TEST_CASE("the index of records has these bytes, computed by hand") {
  const RecordIndex index{.separation = Separation::csv,
                          .end = RecordState::inside,
                          .frames = {{.ended = 3, .bytes = 100, .state = RecordState::begin},
                                     {.ended = 0, .bytes = 300, .state = RecordState::inside},
                                     {.ended = 40, .bytes = 5, .state = RecordState::quoted}}};
  // 3 * 4; 100; 1; 300 = 44 + 2 * 128; 40 * 4 + 2 = 34 + 1 * 128; 5
  const Bytes bytes{1, 4, 1, 3, 12, 100, 1, 0xac, 2, 0xa2, 1, 5};
  CHECK(serialize(index) == bytes);
  const auto parsed = parse_record_index(bytes);
  REQUIRE(parsed.has_value());
  CHECK(parsed->separation == index.separation);
  CHECK(parsed->end == index.end);
  CHECK(parsed->frames == index.frames);
}

TEST_CASE("an index that is not as one is written is refused") {
  const auto refused = [](const Bytes& bytes) {
    const auto parsed = parse_record_index(bytes);
    REQUIRE(!parsed.has_value());
    return parsed.error().code;
  };
  CHECK(refused({2, 1, 0, 1, 4, 5}) == ErrorCode::unsupported);
  for (const Bytes& bytes :
       std::vector<Bytes>{{},
                          {1},
                          {1, 1, 0},
                          {1, 1, 0, 0},        // no frame
                          {1, 0, 0, 1, 4, 5},  // separations
                          {1, 5, 0, 1, 4, 5},
                          {1, 1, 2, 1, 4, 5},  // quoted lines
                          {1, 1, 0, 1, 6, 5},
                          {1, 4, 3, 1, 4, 5},  // no state
                          {1, 4, 0, 1, 7, 5},
                          {1, 1, 0, 1, 4, 0},        // an empty frame
                          {1, 1, 0, 1, 0x84, 0, 5},  // a number too long
                          {1, 1, 0, 1, 4},           // cut
                          {1, 1, 0, 2, 4, 5},
                          {1, 1, 0, 1, 4, 0x85},
                          {1, 1, 0, 1, 4, 5, 6},  // longer
                          {1, 1, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 5}})
    CHECK(refused(bytes) == ErrorCode::corrupt);
  CHECK(parse_record_index(Bytes{1, 1, 0, 1, 4, 5}).has_value());
}

TEST_CASE("records of every kind come back by their numbers") {
  for (const std::uint32_t frame_text : {64U, 1024U, 65535U}) {
    const std::string log = test::log_text(9'000);
    for (const Separation separation : {Separation::lines, Separation::jsonl, Separation::csv}) {
      const Bytes text = test::to_bytes(log);
      check_records(written(text, options_of(separation, frame_text)).file, text, separation);
    }
    const Bytes zeros = test::to_bytes(replaced(log, '\n', '\0'));
    check_records(written(zeros, options_of(Separation::nul, frame_text)).file, zeros,
                  Separation::nul);
  }
}

TEST_CASE("empty texts, empty records, CRLF and a last record without a separator come back") {
  using namespace std::string_literals;
  for (const std::string& text :
       {""s, "\n"s, "\n\n\n"s, "a"s, "a\n"s, "a\nb"s, "\r\n\r\nx\r\n"s, "\0\0\n\0a"s, "\"\n"s,
        "a,\"b\nc\"\"\n\"\nd\n"s, "\"open\nrow\n"s})
    for (const Separation separation :
         {Separation::lines, Separation::nul, Separation::jsonl, Separation::csv}) {
      CAPTURE(text);
      const Bytes bytes = test::to_bytes(text);
      check_records(written(bytes, options_of(separation)).file, bytes, separation);
    }
}

TEST_CASE("a record that is longer than frames is divided, also between quotes") {
  const std::string small = "short,1\n";
  std::string huge = test::english_text(70'000);
  std::ranges::replace(huge, '\n', ' ');
  // More than the 1 MiB of a piece.
  const std::string longest(std::size_t{1'200'000}, 'x');
  for (const std::string& middle : {huge + "\n", longest + "\n", "\"" + longest + "\n\"\n"})
    for (const std::string& end : {small, std::string(), huge}) {
      const Bytes text = test::to_bytes(small + small + middle + middle + end);
      check_records(written(text, options_of(Separation::csv)).file, text, Separation::csv);
      if (end == small)
        check_records(written(text, options_of(Separation::lines)).file, text, Separation::lines);
    }
}

TEST_CASE("records are appended behind records, open ones and hidden data, again and again") {
  for (const Separation separation : {Separation::lines, Separation::csv}) {
    Bytes file;
    Bytes text;
    RecordFileEnd end;
    std::uint64_t records = 0;
    for (const std::string& part : {std::string("one\ntwo"), std::string(), std::string("three\n"),
                                    test::csv_text(5'000), std::string("last")}) {
      const Bytes added = test::to_bytes(part);
      const Written one = written(added, options_of(separation), end);
      if (end.open) text.push_back('\n');
      text.insert(text.end(), added.begin(), added.end());
      file.insert(file.end(), one.file.begin(), one.file.end());
      records += one.report.records;
      check_records(file, text, separation);
      const auto now = test::value_of(opened(file));
      CHECK(now.records() == records);
      CHECK(now.file_end() == file.size());
      end = now.ends();
      // What a writer that was interrupted leaves: nothing of it is seen.
      Bytes hidden = file;
      const auto mark = hiding_mark();
      hidden.insert(hidden.end(), mark.begin(), mark.end());
      hidden.insert(hidden.end(), one.file.begin(), one.file.end());
      for (const std::size_t cut : {std::size_t{0}, one.file.size() / 2}) {
        const Bytes left(hidden.begin(), hidden.end() - static_cast<std::ptrdiff_t>(cut));
        const auto seen = test::value_of(opened(left));
        CHECK(seen.records() == records);
        CHECK(seen.file_end() == file.size());
        CHECK(checked(seen, left).has_value());
      }
      file.insert(file.end(), mark.size(), 0);  // once committed
    }
  }
}

TEST_CASE("a row that is open between quotes takes no other one") {
  MemorySource text(Bytes{});
  MemorySink out;
  test::check_refusal(write_records(tiny_model_v2(), text, out, options_of(Separation::csv),
                                    {.open = true, .quoted = true}),
                      ErrorCode::invalid_argument,
                      "the last row is open between quotes, and nothing can be appended to it");
}

TEST_CASE("errors of reading name what is wrong") {
  const Bytes text = test::to_bytes("a\nb\nc\n");
  const Bytes file = written(text, options_of(Separation::lines)).file;
  const auto records = test::value_of(opened(file));
  test::check_refusal(read(records, file, 4, 4), ErrorCode::invalid_argument,
                      "has 3 records; there is none of number 4");
  test::check_refusal(read(records, file, 0, 2), ErrorCode::invalid_argument,
                      "has 3 records; there is none of number 0");
  test::check_refusal(read(records, file, 2, 9), ErrorCode::invalid_argument,
                      "has 3 records; there is none of number 9");
  const Bytes plain = test::encoded_v2(text);
  test::check_refusal(opened(plain), ErrorCode::unsupported,
                      "has no index of records, or a damaged one; its text may be whole (czip -d)");
  test::check_refusal(opened(test::joined({plain, file})), ErrorCode::corrupt,
                      "has no index of records for what stands before byte " +
                          std::to_string(plain.size()) +
                          ", or a damaged one; its text may be whole (czip -d)");
  // Of two files in a row, the records are in a row.
  check_records(test::joined({file, file}), test::joined({text, text}), Separation::lines);
}

TEST_CASE("no flipped bit of a record file gives another record") {
  const Bytes text = test::to_bytes(test::log_text(600));
  const Bytes file = written(text, options_of(Separation::lines, 200)).file;
  const std::vector<Bytes> expected = split(text, Separation::lines);
  std::size_t unreadable = 0;
  for (std::size_t i = 0; i < file.size(); ++i) {
    Bytes damaged = file;
    damaged[i] ^= static_cast<std::uint8_t>(1U << i % 8);
    const auto records = opened(damaged);
    if (!records) {
      ++unreadable;
      continue;
    }
    CHECK(!checked(*records, damaged).has_value());
    for (std::size_t n = 1; n <= records->records(); ++n) {
      const auto record = read(*records, damaged, n, n);
      if (record) CHECK(*record == expected[n - 1]);
    }
  }
  // Those of the index.
  CHECK(unreadable > 72);
  CHECK(unreadable < file.size() / 2);
}

TEST_CASE("an index that counts wrongly is found when records are read and checked") {
  const Bytes text = test::to_bytes("a\nb\nc\n");
  Bytes frame = test::encoded_v2(text);
  for (const auto& wrong : std::vector<RecordIndex>{
           {.frames = {{.ended = 4, .bytes = frame.size()}}},
           {.frames = {{.ended = 2, .bytes = frame.size()}}},
           {.end = RecordState::inside, .frames = {{.ended = 3, .bytes = frame.size()}}}}) {
    MemorySink out;
    test::insist(out.write(frame));
    REQUIRE(write_attachment(kRecordAttachment, serialize(wrong), out).has_value());
    const auto records = test::value_of(opened(out.bytes()));
    CHECK(checked(records, out.bytes()).error().code == ErrorCode::corrupt);
    if (wrong.frames[0].ended == 4)
      CHECK(read(records, out.bytes(), 4, 4).error().code == ErrorCode::corrupt);
  }
}

}  // namespace czip::v2
