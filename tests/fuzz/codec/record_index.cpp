// Record files: the first byte says whether the rest is an index behind a frame, the content of an
// index, or a text. Any of them gives records or an error, in bounded memory.
#include "v2/records/record_index.hpp"

#include "czip/codec/v2/attachment.hpp"
#include "czip/codec/v2/record_file.hpp"
#include "fuzz/fuzz.hpp"
#include "support/results.hpp"
#include "support/v2_files.hpp"

namespace {

using namespace czip;
using namespace czip::test;

v2::ModelFinder finder() {
  return
      [](const v2::ModelReference& wanted) { return v2::matching_model(tiny_model_v2(), wanted); };
}

void read_all(const Bytes& file) {
  MemorySource in(file);
  const auto records = v2::RecordFile::open(in);
  if (!records) return;
  insist(records->file_end() <= file.size(), "a file ends within its bytes");
  for (std::uint64_t n = 1; n <= std::min<std::uint64_t>(records->records(), 3); ++n) {
    NullSink out;
    (void)records->read(finder(), in, n, n, out, {.threads = 1}).has_value();
  }
  if (records->check(finder(), in, {.threads = 1}) && records->records() > 0) {
    NullSink out;
    insist(records->read(finder(), in, 1, records->records(), out, {.threads = 1}).has_value(),
           "what was checked can be read");
  }
}

// A frame, and behind it an attachment with any content.
Bytes with_index(const Bytes& content) {
  MemorySink file;
  insist(file.write(encoded_v2(to_bytes("one\n\"two\nthree\""))));
  insist(v2::write_attachment(v2::kRecordAttachment, content, file).has_value(), "it is written");
  return std::move(file).take();
}

void round_trip(const Bytes& text, v2::RecordSeparation separation) {
  MemorySource source(text);
  MemorySink sink;
  const auto report = v2::write_records(
      tiny_model_v2(), source, sink,
      {.separation = separation, .frame_text = 64, .encoding = {.level = 1, .threads = 1}});
  insist(report.has_value(), "any text is written");
  MemorySource in(sink.bytes());
  const auto records = v2::RecordFile::open(in);
  insist(records && records->records() == report->records, "the records are counted");
  insist(records->check(finder(), in, {.threads = 1}).has_value(), "the index is right");
  MemorySink back;
  for (std::uint64_t n = 1; n <= records->records(); ++n)
    insist(records->read(finder(), in, n, n, back, {.threads = 1}).has_value(), "each is read");
  insist(back.bytes() == text, "the records are the text");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 2'000) return 0;
  const Bytes rest(data + 1, data + size);
  switch (data[0] % 4) {
    case 0: {
      const auto index = v2::parse_record_index(rest);
      if (index) insist(v2::serialize(*index) == rest, "an index is written as it was read");
      break;
    }
    case 1:
      read_all(with_index(rest));
      break;
    case 2:
      read_all(rest);
      break;
    default:
      round_trip(rest, static_cast<v2::RecordSeparation>(1 + data[0] / 4 % 4));
  }
  return 0;
}
