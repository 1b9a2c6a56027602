// Damaged and hostile CZIPv1 files: an error, or a text of the promised length, and never anything
// worse.
#include <doctest/doctest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/little_endian.hpp"
#include "czip/codec/v1/codec.hpp"
#include "support/error_style.hpp"
#include "support/skip.hpp"
#include "support/v1_seeded_model.hpp"
#include "v1/container.hpp"
#include "v1/outer_codec.hpp"

namespace czip::v1 {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::array kOuterCodecs{OuterCodec::zstd, OuterCodec::brotli};

Model load(const Bytes& file) {
  Result<Model> model = load_model(file);
  REQUIRE_MESSAGE(model.has_value(), (model ? "" : model.error().message));
  return std::move(*model);
}

const Model& tiny_model() {
  static const Model model = load(test::make_seeded_model(test::tiny_model_options()));
  return model;
}

// Three chunks, the last of 22 tokens.
Bytes sample_text() {
  Bytes text;
  std::mt19937 random(11);
  for (int i = 0; i < 150; ++i) text.push_back(static_cast<std::uint8_t>('a' + random() % 20));
  return text;
}

Bytes sample_file(OuterCodec outer) {
  EncodeOptions options;
  options.outer = outer;
  MemorySink sink;
  REQUIRE(encode(tiny_model(), sample_text(), sink, options).has_value());
  return sink.bytes();
}

// A payload and its file header, which a test may falsify, and the file that they make.
struct Forgery {
  FileHeader header;
  Bytes payload;

  [[nodiscard]] Bytes file() const {
    MemorySink sink;
    REQUIRE(sink.write(serialize(header)).has_value());
    auto encoder = create_outer_encoder(header.outer, payload.size(), sink);
    REQUIRE(encoder.has_value());
    REQUIRE((*encoder)->write(payload).has_value());
    REQUIRE((*encoder)->finish().has_value());
    return sink.bytes();
  }
};

Forgery honest() {
  const Bytes text = sample_text();
  const Result<Bytes> payload = encode_payload(tiny_model(), text, {});
  REQUIRE(payload.has_value());
  const auto chunks = load_le<std::uint32_t>(&(*payload)[4]);
  return {{.outer = OuterCodec::zstd,
           .text_bytes = static_cast<std::uint32_t>(text.size()),
           .payload_table_end = 12 + 2 * chunks},
          *payload};
}

struct Outcome {
  Status status;
  Bytes text;
  CodingReport report;
};

Outcome try_decode(const Model& model, const Bytes& file) {
  MemorySource source(file);
  MemorySink sink;
  DecodeOptions options;
  options.threads = 1;
  const Result<CodingReport> report = decode(model, source, sink, options);
  if (!report) return {tl::unexpected(report.error()), {}, {}};
  return {{}, sink.bytes(), *report};
}

// Checks for a well-formed error or a text of the promised length. Returns whether it was an error
// or garbage after the text, either of which is told.
bool fails_well(const Bytes& file) {
  const Outcome outcome = try_decode(tiny_model(), file);
  if (outcome.status) {
    CHECK(outcome.text.size() == load_le<std::uint32_t>(&file[8]));
    return outcome.report.trailing.garbage_offset.has_value();
  }
  CHECK_MESSAGE(test::is_well_styled(outcome.status.error().message),
                outcome.status.error().message);
  CHECK(outcome.status.error().code != ErrorCode::internal);
  return true;
}

void check_error(const Bytes& file, ErrorCode code, std::string_view fragment) {
  const Outcome outcome = try_decode(tiny_model(), file);
  REQUIRE_FALSE(outcome.status.has_value());
  CAPTURE(outcome.status.error().message);
  CHECK(outcome.status.error().code == code);
  CHECK(outcome.status.error().message.find(fragment) != std::string::npos);
  CHECK(test::is_well_styled(outcome.status.error().message));
}

struct Lie {
  const char* name;
  std::function<void(Forgery&)> tell;
  ErrorCode code;
  const char* fragment;
};

void set16(Bytes& bytes, std::size_t at, std::uint32_t value) {
  store_le(&bytes[at], static_cast<std::uint16_t>(value));
}
void set32(Bytes& bytes, std::size_t at, std::uint32_t value) { store_le(&bytes[at], value); }

const std::vector<Lie>& lies() {
  static const std::vector<Lie> table{
      {"text one byte longer", [](Forgery& f) { ++f.header.text_bytes; }, ErrorCode::corrupt,
       "the text should have 151 bytes, its chunks make 150"},
      {"text one byte shorter", [](Forgery& f) { --f.header.text_bytes; }, ErrorCode::corrupt,
       "cannot make a text of 149 bytes"},
      {"text of nothing", [](Forgery& f) { f.header.text_bytes = 0; }, ErrorCode::corrupt,
       "cannot make a text of 0 bytes"},
      {"text of 4 GiB", [](Forgery& f) { f.header.text_bytes = 0xffffffff; }, ErrorCode::corrupt,
       "its chunks make 150"},
      {"inner header shorter", [](Forgery& f) { f.header.payload_table_end -= 2; },
       ErrorCode::corrupt, "byte 12: the inner header"},
      {"inner header of 4 GiB", [](Forgery& f) { f.header.payload_table_end = 0xffffffff; },
       ErrorCode::corrupt, "byte 12: the inner header"},
      {"one chunk more", [](Forgery& f) { set32(f.payload, 4, 4); }, ErrorCode::corrupt,
       "byte 12: the inner header"},
      {"no chunks",
       [](Forgery& f) {
         set32(f.payload, 4, 0);
         f.header.payload_table_end = 12;
       },
       ErrorCode::corrupt, "0 chunks with 0 tokens"},
      {"2^32 - 1 chunks", [](Forgery& f) { set32(f.payload, 4, 0xffffffff); }, ErrorCode::corrupt,
       "byte 12: the inner header"},
      {"2^26 chunks, agreed upon",
       [](Forgery& f) {
         set32(f.payload, 4, kMaxChunks);
         f.header.payload_table_end = 12 + 2 * kMaxChunks;
         f.header.text_bytes = 0xffffffff;
         f.payload.resize(16);
       },
       ErrorCode::truncated, "the payload ends at byte 16, inside the chunk lengths"},
      {"more chunks than supported",
       [](Forgery& f) {
         set32(f.payload, 4, kMaxChunks + 1);
         f.header.payload_table_end = 12 + 2 * (kMaxChunks + 1);
         f.header.text_bytes = 0xffffffff;
         set16(f.payload, 8, 1);
         f.payload[11] = 1;
       },
       ErrorCode::unsupported, "67108865 chunks"},
      {"last chunk without tokens", [](Forgery& f) { set16(f.payload, 8, 0); }, ErrorCode::corrupt,
       "the last chunk has 0 tokens"},
      {"last chunk beyond the context", [](Forgery& f) { set16(f.payload, 8, 65); },
       ErrorCode::corrupt, "the last chunk has 65 tokens"},
      {"last chunk one token shorter", [](Forgery& f) { set16(f.payload, 8, 21); },
       ErrorCode::corrupt, "no dialect fits"},
      {"tokenizer 1", [](Forgery& f) { f.payload[10] = 1; }, ErrorCode::unsupported,
       "tokenizer id 1"},
      {"context 2^16", [](Forgery& f) { f.payload[11] = 16; }, ErrorCode::unsupported,
       "2^16 tokens"},
      {"context 2^255", [](Forgery& f) { f.payload[11] = 255; }, ErrorCode::unsupported,
       "2^255 tokens"},
      {"context 2^5",
       [](Forgery& f) {
         f.payload[11] = 5;
         set16(f.payload, 8, 1);
       },
       ErrorCode::corrupt, "no dialect fits"},
      {"a chunk of no bytes", [](Forgery& f) { set16(f.payload, 14, 0); }, ErrorCode::corrupt,
       "chunk 1 has a length of 0 bytes"},
      {"the longest chunk", [](Forgery& f) { set16(f.payload, 12, 65535); }, ErrorCode::truncated,
       "inside a chunk (0 of 3 chunks were complete)"},
      {"a byte moved from one chunk to the next",
       [](Forgery& f) {
         set16(f.payload, 12, load_le<std::uint16_t>(&f.payload[12]) - 1U);
         set16(f.payload, 14, load_le<std::uint16_t>(&f.payload[14]) + 1U);
       },
       ErrorCode::corrupt, "no dialect fits"},
      {"a byte after the last chunk", [](Forgery& f) { f.payload.push_back(0); },
       ErrorCode::corrupt, "the payload goes on after its last chunk"},
      {"a byte missing in the last chunk", [](Forgery& f) { f.payload.pop_back(); },
       ErrorCode::truncated, "inside a chunk (2 of 3 chunks were complete)"},
      {"an empty payload", [](Forgery& f) { f.payload.clear(); }, ErrorCode::truncated,
       "the payload ends at byte 0, inside the inner header"},
  };
  return table;
}

}  // namespace

TEST_CASE("lies in every field are told apart, inside a sound outer stream") {
  for (const Lie& lie : lies())
    for (const OuterCodec outer : kOuterCodecs) {
      CAPTURE(lie.name);
      Forgery forgery = honest();
      forgery.header.outer = outer;
      lie.tell(forgery);
      check_error(forgery.file(), lie.code, lie.fragment);
    }
}

TEST_CASE("the honest file decodes, also with a stored context of 0, and whatever its model hash") {
  Forgery forgery = honest();
  CHECK(try_decode(tiny_model(), forgery.file()).text == sample_text());
  forgery.payload[11] = 0;
  CHECK(try_decode(tiny_model(), forgery.file()).text == sample_text());
  set32(forgery.payload, 0, 0xdeadbeef);
  CHECK(try_decode(tiny_model(), forgery.file()).text == sample_text());
}

TEST_CASE("flags and codecs that are not known are refused by name") {
  Bytes file = sample_file(OuterCodec::zstd);
  file[6] = 1;
  check_error(file, ErrorCode::unsupported, "multi-file archive");
  file[6] = 2;
  check_error(file, ErrorCode::unsupported, "training marker");
  file[6] = 4;
  check_error(file, ErrorCode::unsupported, "unknown");
  file[6] = 0;
  file[7] = 2;
  check_error(file, ErrorCode::unsupported, "outer codec 2");
  file[5] = '2';
  check_error(file, ErrorCode::unsupported, "not CZIPv1");
  file[0] = 'X';
  check_error(file, ErrorCode::corrupt, "not a CZIPv1 file");
}

TEST_CASE("a file cut at any byte is an error") {
  for (const OuterCodec outer : kOuterCodecs) {
    const Bytes file = sample_file(outer);
    for (std::size_t size = 0; size < file.size(); ++size) {
      CAPTURE(size);
      const Bytes cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
      check_error(cut, ErrorCode::truncated, "ends");
      MemorySource source(cut);
      CHECK_FALSE(inspect(source).has_value());
    }
  }
}

TEST_CASE("a file with any bit flipped is an error, or a text of the promised length") {
  for (const OuterCodec outer : kOuterCodecs) {
    const Bytes file = sample_file(outer);
    std::size_t unnoticed = 0;
    for (std::size_t bit = 0; bit < 8 * file.size(); ++bit) {
      CAPTURE(bit);
      Bytes damaged = file;
      damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ (1 << bit % 8));
      if (!fails_well(damaged)) ++unnoticed;
    }
    MESSAGE(outer_codec_name(outer)
            << ": " << unnoticed << " of " << 8 * file.size() << " flipped bits were not noticed");
    // zstd's checksum covers all but one bit of its header, which no decoder looks at. brotli has
    // no checksum, so changes pass in the 32 bits of the model's hash, and where a chunk still
    // happens to end exactly.
    CHECK(unnoticed <= (outer == OuterCodec::zstd ? 1 : 32 + file.size() / 10));
  }
}

TEST_CASE("a flipped bit inside the chunks is noticed mostly, by the chunk's exact end") {
  const Forgery original = honest();
  const std::size_t begin = original.header.payload_table_end;
  std::size_t unnoticed = 0;
  for (std::size_t bit = 8 * begin; bit < 8 * original.payload.size(); ++bit) {
    CAPTURE(bit);
    Forgery forgery = original;
    forgery.payload[bit / 8] = static_cast<std::uint8_t>(forgery.payload[bit / 8] ^ (1 << bit % 8));
    if (!fails_well(forgery.file())) ++unnoticed;
  }
  MESSAGE(unnoticed << " of " << 8 * (original.payload.size() - begin) << " were not noticed");
  CHECK(unnoticed * 5 < 8 * (original.payload.size() - begin));
}

TEST_CASE("random bytes behind a sound header are an error or a text of the promised length") {
  std::mt19937 random(17);
  for (int round = 0; round < 500; ++round) {
    Bytes file = sample_file(round % 2 == 0 ? OuterCodec::zstd : OuterCodec::brotli);
    file.resize(16 + random() % 100);
    for (std::size_t i = 16; i < file.size(); ++i) file[i] = static_cast<std::uint8_t>(random());
    CAPTURE(round);
    fails_well(file);
  }
}

TEST_CASE("what follows the outer stream is told, and the text is given") {
  for (const OuterCodec outer : kOuterCodecs) {
    Bytes file = sample_file(outer);
    const std::size_t size = file.size();
    const Bytes text = try_decode(tiny_model(), file).text;
    const auto trailing = [&] {
      const Outcome outcome = try_decode(tiny_model(), file);
      REQUIRE(outcome.status.has_value());
      CHECK(outcome.text == text);
      MemorySource source(file);
      const auto info = inspect(source);
      REQUIRE(info.has_value());
      CHECK(info->trailing.padding_bytes == outcome.report.trailing.padding_bytes);
      CHECK(info->trailing.garbage_offset == outcome.report.trailing.garbage_offset);
      return outcome.report.trailing;
    };
    file.resize(size + 100'000);
    CHECK(trailing().padding_bytes == 100'000);
    CHECK_FALSE(trailing().garbage_offset.has_value());
    file.resize(size + 300'000, 0xaa);
    CHECK(trailing().padding_bytes == 100'000);
    CHECK(trailing().garbage_offset == size + 100'000);
    file.resize(size);
    file.push_back(0xaa);
    CHECK(trailing().garbage_offset == size);
  }
}

TEST_CASE("a second zstd frame, a skippable one and frames of other formats are refused") {
  const Bytes file = sample_file(OuterCodec::zstd);
  const Bytes frame(file.begin() + 16, file.end());
  Bytes twice = file;
  twice.insert(twice.end(), frame.begin(), frame.end());
  check_error(twice, ErrorCode::corrupt, "goes on with another zstd frame");

  const Bytes skippable{0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0};
  Bytes skipping(file.begin(), file.begin() + 16);
  skipping.insert(skipping.end(), skippable.begin(), skippable.end());
  skipping.insert(skipping.end(), frame.begin(), frame.end());
  check_error(skipping, ErrorCode::corrupt, "is not a zstd frame");
}

TEST_CASE("a zstd window beyond 2^27 bytes is refused before it is allocated") {
  const Bytes file = sample_file(OuterCodec::zstd);
  for (const int window_log : {28, 31, 41}) {
    Bytes forged(file.begin(), file.begin() + 16);
    // Magic, descriptor without content size, window, one empty raw block that is the last.
    const auto window = static_cast<std::uint8_t>((window_log - 10) << 3);
    const Bytes frame{0x28, 0xb5, 0x2f, 0xfd, 0x00, window, 0x01, 0x00, 0x00};
    forged.insert(forged.end(), frame.begin(), frame.end());
    check_error(forged, ErrorCode::unsupported, "window");
  }
}

TEST_CASE("golden: the reference's malformed files give errors of the right kind") {
  struct Expectation {
    const char* file;
    const char* fragment;  // null: the file is sound
  };
  // Besides its namesake, most of these files have one more fault: an inner header of 12 bytes for
  // one chunk.
  const std::vector<Expectation> table{
      {"e_chunkcount_huge", "4294967295 chunks"},
      {"e_codec9", "outer codec 9"},
      {"e_empty_chunk", "byte 12: the inner header is said to take 12 bytes"},
      {"e_flags", "flags 255"},
      {"e_fox_flip", "no dialect fits"},
      {"e_fox_trail", nullptr},
      {"e_fox_trunc", "ends inside its brotli stream"},
      {"e_hash_ulen_wrong", "tokenizer id 77"},
      {"e_last0", "the last chunk has 0 tokens"},
      {"e_last100_log6", "the last chunk has 100 tokens"},
      {"e_last1025", "the last chunk has 1025 tokens"},
      {"e_last65535", "the last chunk has 65535 tokens"},
      {"e_log2_0", "byte 12: the inner header is said to take 12 bytes"},
      {"e_log2_11", "byte 12: the inner header is said to take 12 bytes"},
      {"e_log2_16", "2^16 tokens"},
      {"e_log2_255", "2^255 tokens"},
      {"e_magic", "not CZIPv1"},
      {"e_nobody", "ends inside its zstd frame"},
      {"e_short", "ends after 8 of its header's 16 bytes"},
      {"e_trailing_payload", "byte 12: the inner header is said to take 12 bytes"},
      {"e_trunc_chunk", "byte 12: the inner header is said to take 12 bytes"},
      {"e_zero_chunks", nullptr},
  };
  const std::filesystem::path shared = CZIP_SHARED_DIR;
  const std::filesystem::path folder = shared / "golden" / "malformed";
  if (!std::filesystem::exists(folder)) {
    test::skip("no golden files in " + folder.string());
    return;
  }
  const auto read = [](const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  };
  const Model model = load(read(shared / "models" / "v001_eng.czm"));
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".czip") ++files;
  CHECK(files == table.size());
  for (const Expectation& expected : table) {
    CAPTURE(expected.file);
    const Outcome outcome =
        try_decode(model, read(folder / (std::string(expected.file) + ".czip")));
    REQUIRE(outcome.status.has_value() == (expected.fragment == nullptr));
    if (outcome.status) continue;
    CAPTURE(outcome.status.error().message);
    CHECK(outcome.status.error().message.find(expected.fragment) != std::string::npos);
    CHECK(test::is_well_styled(outcome.status.error().message));
  }
}

}  // namespace czip::v1
