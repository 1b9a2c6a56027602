// Attachments: that readers skip them, that they are found from the end, and that the mark hides.
#include "czip/codec/v2/attachment.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/recovery.hpp"
#include "support/bytes.hpp"
#include "support/fast_tests.hpp"
#include "support/memory_file.hpp"
#include "support/sample_text.hpp"
#include "support/v2_files.hpp"
#include "v2/container/attachment_header.hpp"

namespace czip::v2 {
namespace {

using test::Bytes;
using test::decode_v2;
using test::encoded_v2;
using test::joined;
using test::MemoryFile;
using test::random_bytes;
using test::to_bytes;
using test::words;

// Counts the bytes that are read of a file.
class CountingSource final : public RandomAccessSource {
 public:
  explicit CountingSource(const Bytes& bytes) : source_(bytes) {}
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) override {
    const auto n = source_.read_at(offset, buffer);
    if (n) read_ += *n;
    return n;
  }
  Result<std::uint64_t> size() override { return source_.size(); }
  [[nodiscard]] std::uint64_t read() const { return read_; }

 private:
  MemorySource source_;
  std::uint64_t read_ = 0;
};

constexpr AttachmentKind kOtherKind{'T', 'E', 'S', 'T'};

Bytes attachment(const Bytes& content, AttachmentKind kind = kIndexAttachment) {
  MemorySink sink;
  const auto size = write_attachment(kind, content, sink);
  REQUIRE(size.has_value());
  CHECK(*size == sink.bytes().size());
  return sink.bytes();
}

Bytes mark() {
  const auto bytes = hiding_mark();
  return {bytes.begin(), bytes.end()};
}

std::optional<AttachmentPlace> last_of(const Bytes& file, AttachmentKind kind = kIndexAttachment) {
  MemorySource source(file);
  const auto place = find_attachment(source, kind, file.size());
  REQUIRE(place.has_value());
  return *place;
}

Bytes content_of(const Bytes& file, const AttachmentPlace& place) {
  MemorySource source(file);
  const auto content = read_attachment(source, place);
  REQUIRE(content.has_value());
  return *content;
}

TEST_CASE("an attachment is its header, its content and its header again") {
  const Bytes bytes = attachment(to_bytes("content"));
  REQUIRE(bytes.size() == 36 + 7 + 36);
  CHECK(Bytes(bytes.begin(), bytes.begin() + 8) == Bytes{0xfc, 'A', 'T', 1, 'I', 'N', 'D', 'X'});
  CHECK(bytes[8] == 7);
  CHECK(std::all_of(bytes.begin() + 9, bytes.begin() + 16, [](auto byte) { return byte == 0; }));
  CHECK(Bytes(bytes.begin() + 36, bytes.begin() + 43) == to_bytes("content"));
  CHECK(bytes[43 + 3] == 2);
  CHECK(std::equal(bytes.begin() + 4, bytes.begin() + 32, bytes.begin() + 43 + 4));
}

TEST_CASE("readers skip attachments and see damage to them") {
  const Bytes text = words(3000);
  const Bytes frame = encoded_v2(text);
  const Bytes added = attachment(random_bytes(200, 1));
  const Bytes file = joined({frame, added, frame, attachment({}, kOtherKind)});
  const auto read = decode_v2(file);
  REQUIRE(read.status.has_value());
  CHECK(read.text == joined({text, text}));
  CHECK(read.report.trailing.attachment_bytes == added.size() + 72);
  CHECK_FALSE(read.report.trailing.attachment_damaged);
  for (std::size_t i = 0; i < added.size(); ++i) {
    CAPTURE(i);
    Bytes damaged = file;
    damaged[frame.size() + i] ^= 0x10;
    const auto seen = decode_v2(damaged);
    if (i < 2) continue;  // what begins there may be anything
    REQUIRE(seen.status.has_value());
    CHECK(seen.text == joined({text, text}));
    CHECK(seen.report.trailing.attachment_damaged);
  }
  // Cut anywhere, the text before it is whole.
  for (std::size_t i = 2; i < added.size(); i += test::full_or_fast(1U, 9U)) {
    const auto cut =
        decode_v2(joined({frame, Bytes(added.begin(), added.begin() + static_cast<long>(i))}));
    REQUIRE(cut.status.has_value());
    CHECK(cut.text == text);
    CHECK(cut.report.trailing.attachment_damaged);
  }
}

TEST_CASE("an attachment is found from the end, through what else stands there") {
  const Bytes frame = encoded_v2(words(3000));
  for (std::uint64_t seed = 0; seed < test::full_or_fast(400U, 40U); ++seed) {
    // Among so many, some headers end with a zero, which is no padding.
    const Bytes content = random_bytes(20, seed);
    const Bytes file = joined({frame, attachment(content)});
    for (const Bytes& more :
         {Bytes(), Bytes(1), Bytes(1000), attachment(to_bytes("x"), kOtherKind)}) {
      const Bytes whole = joined({file, more});
      const auto place = last_of(whole);
      REQUIRE(place.has_value());
      CHECK(place->begin == frame.size());
      CHECK(place->end == file.size());
      CHECK(content_of(whole, *place) == content);
    }
  }
  MemoryFile recovered(joined({frame, attachment(to_bytes("a")), attachment(to_bytes("b"))}));
  REQUIRE(append_recovery(recovered, 5).has_value());
  CHECK(content_of(recovered.bytes, last_of(recovered.bytes).value()) == to_bytes("b"));
  CHECK_FALSE(last_of(recovered.bytes, kOtherKind).has_value());
  CHECK_FALSE(last_of(frame).has_value());
  CHECK_FALSE(last_of({}).has_value());
  // Bytes between the file's end and the attachment that are none of these end the search.
  CHECK_FALSE(last_of(joined({frame, attachment(to_bytes("a")), to_bytes("x")})).has_value());
}

TEST_CASE("looking through short attachments reads little more than they are long") {
  Bytes file = encoded_v2(words(3000));
  for (int i = 0; i < 2000; ++i) {
    const Bytes added = attachment({}, kOtherKind);
    file.insert(file.end(), added.begin(), added.end());
  }
  CountingSource source(file);
  const auto place = find_attachment(source, kIndexAttachment, file.size());
  REQUIRE(place.has_value());
  CHECK_FALSE(place->has_value());
  CHECK(source.read() < 20 * file.size());
}

TEST_CASE("content that is not that of the header is refused") {
  Bytes file = joined({encoded_v2(words(3000)), attachment(to_bytes("content"))});
  file[file.size() - 36 - 3] ^= 1;
  const auto place = last_of(file);
  REQUIRE(place.has_value());
  MemorySource source(file);
  const auto content = read_attachment(source, *place);
  REQUIRE_FALSE(content.has_value());
  CHECK(content.error().code == ErrorCode::corrupt);
}

TEST_CASE("a mark hides what follows, until zeros take its place") {
  const Bytes text = words(3000);
  const Bytes frame = encoded_v2(text);
  Bytes file = joined({frame, Bytes(100), mark(), frame, attachment({})});
  auto read = decode_v2(file);
  REQUIRE(read.status.has_value());
  CHECK(read.text == text);
  CHECK(read.report.trailing.hidden_offset == frame.size() + 100);
  MemorySource source(file);
  const auto info = inspect(source);
  REQUIRE(info.has_value());
  CHECK(info->frames == 1);
  CHECK(info->trailing.hidden_offset == frame.size() + 100);

  std::fill_n(file.begin() + static_cast<long>(frame.size()) + 100, kHidingMarkBytes, 0);
  read = decode_v2(file);
  REQUIRE(read.status.has_value());
  CHECK(read.text == joined({text, text}));
  CHECK_FALSE(read.report.trailing.hidden_offset.has_value());
}

TEST_CASE("only a header at the beginning, with zeros for length and hash, is the mark") {
  const Bytes text = words(3000);
  const Bytes frame = encoded_v2(text);
  const auto header = [](const AttachmentHeader& fields) {
    const auto bytes = serialize(fields);
    return Bytes(bytes.begin(), bytes.end());
  };
  REQUIRE(header({.kind = kHidingKind}) == mark());
  // What has another length or hash begins an attachment, of which only the header is there.
  const Bytes longer = header({.kind = kHidingKind, .content_bytes = 1});
  const Bytes hashed = header({.kind = kHidingKind, .content_hash = {.high = 0, .low = 1}});
  const Bytes at_end = header({.at_end = true, .kind = kHidingKind});
  for (const Bytes& other : {longer, hashed, at_end}) {
    const auto read = decode_v2(joined({frame, other, frame}));
    REQUIRE(read.status.has_value());
    CHECK_FALSE(read.report.trailing.hidden_offset.has_value());
    CHECK((read.report.trailing.attachment_damaged || read.report.trailing.garbage_offset));
  }
  // A whole attachment of that kind is one as any other.
  const Bytes whole = attachment(to_bytes("content"), kHidingKind);
  const auto read = decode_v2(joined({frame, whole, frame}));
  REQUIRE(read.status.has_value());
  CHECK(read.text == joined({text, text}));
  CHECK_FALSE(read.report.trailing.attachment_damaged);
  const auto place = last_of(joined({frame, whole}), kHidingKind);
  REQUIRE(place.has_value());
  CHECK(place->begin == frame.size());
  // No attachment begins with the mark.
  CHECK_FALSE(last_of(joined({frame, mark(), at_end}), kHidingKind).has_value());
}

}  // namespace
}  // namespace czip::v2
