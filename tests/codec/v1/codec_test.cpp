// CZIPv1 files of a seeded model: whatever goes in comes out, every machine makes the same file,
// and errors of the streams are passed on.
#include "czip/codec/v1/codec.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <new>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/little_endian.hpp"
#include "czip/base/pipeline.hpp"
#include "czip/codec/v1/context.hpp"
#include "support/error_style.hpp"
#include "support/troubled_streams.hpp"
#include "support/v1_seeded_model.hpp"
#include "support/v2_files.hpp"

namespace czip::v1 {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes to_bytes(std::string_view text) { return {text.begin(), text.end()}; }

Model load(const test::SeededModelOptions& options) {
  Result<Model> model = load_model(test::make_seeded_model(options));
  REQUIRE_MESSAGE(model.has_value(), (model ? "" : model.error().message));
  return std::move(*model);
}

const Model& seeded_model() {
  static const Model model = load({});
  return model;
}

const Model& tiny_model() {
  static const Model model = load(test::tiny_model_options());
  return model;
}

Bytes encoded(const Model& model, const Bytes& text, const EncodeOptions& options) {
  MemorySink sink;
  const Result<CodingReport> report = encode(model, text, sink, options);
  REQUIRE_MESSAGE(report.has_value(), (report ? "" : report.error().message));
  CHECK(report->file_bytes == sink.bytes().size());
  CHECK(report->text_bytes == text.size());
  return sink.bytes();
}

Bytes decoded(const Model& model, const Bytes& file, const DecodeOptions& options = {}) {
  MemorySource source(file);
  MemorySink sink;
  const Result<CodingReport> report = decode(model, source, sink, options);
  REQUIRE_MESSAGE(report.has_value(), (report ? "" : report.error().message));
  CHECK(report->file_bytes == file.size());
  CHECK(report->text_bytes == sink.bytes().size());
  return sink.bytes();
}

EncodeOptions level_options(int level, OuterCodec outer = OuterCodec::zstd) {
  EncodeOptions options;
  options.level = level;
  options.outer = outer;
  return options;
}

// Words that make tokens of one and of several bytes.
Bytes prose(std::size_t size) {
  constexpr std::string_view kWords[] = {"the ", "of ", "caf\xc3\xa9 ", "and\n", "in ", "2026 "};
  std::mt19937 random(3);
  std::string text;
  while (text.size() < size) text += kWords[random() % std::size(kWords)];
  return to_bytes(std::string_view(text).substr(0, size));
}

}  // namespace

TEST_CASE("any bytes round-trip at every level with both outer codecs") {
  const std::vector<Bytes> texts{{},
                                 {0},
                                 to_bytes("a"),
                                 to_bytes("<|bos|> literal <|eos|>"),
                                 prose(3000),
                                 test::random_bytes(1500, 1),
                                 Bytes(2000, 0xff),
                                 to_bytes("\xc3")};
  for (const Bytes& text : texts)
    for (int level = kMinLevel; level <= kMaxLevel; ++level)
      for (const OuterCodec outer : {OuterCodec::zstd, OuterCodec::brotli}) {
        CAPTURE(text.size());
        CAPTURE(level);
        CHECK(decoded(seeded_model(), encoded(seeded_model(), text, level_options(level, outer))) ==
              text);
      }
}

TEST_CASE("texts around the ends of chunks and batches round-trip") {
  for (const std::size_t tokens : {1U, 63U, 64U, 65U, 127U, 128U, 129U, 191U, 192U, 193U, 640U}) {
    // Bytes that no pair merges: a token each.
    const Bytes text(tokens, 0x01);
    EncodeOptions options = level_options(1);
    CodingReport report;
    const Result<Bytes> payload = encode_payload(tiny_model(), text, options, &report);
    REQUIRE(payload.has_value());
    CAPTURE(tokens);
    CHECK(report.tokens == tokens);
    CHECK(report.chunks == (tokens + 63) / 64);
    CHECK(report.payload_bytes == payload->size());
    CHECK(load_le<std::uint16_t>(&(*payload)[8]) == (tokens - 1) % 64 + 1);
    CHECK(decoded(tiny_model(), encoded(tiny_model(), text, options)) == text);
  }
}

// Checks that with `options` the file, and what it decodes to, are those of one thread at the best
// SIMD level.
void check_same_file(const Bytes& text, const EncodeOptions& options) {
  EncodeOptions one_thread = level_options(*options.level);
  one_thread.threads = 1;
  const Bytes expected = encoded(seeded_model(), text, one_thread);
  CHECK(encoded(seeded_model(), text, options) == expected);
  DecodeOptions decode_options;
  decode_options.threads = options.threads;
  decode_options.simd = options.simd;
  CHECK(decoded(seeded_model(), expected, decode_options) == text);
}

TEST_CASE("SIMD levels do not change the file, nor what it decodes to") {
  for (const int level : {1, 5}) {
    const Bytes text = prose(level == 1 ? 1500 : 4000);
    EncodeOptions options = level_options(level);
    options.threads = 1;
    for (const SimdLevel simd : supported_simd_levels()) {
      CAPTURE(simd_level_name(simd));
      options.simd = simd;
      check_same_file(text, options);
    }
  }
}

TEST_CASE("threads do not change the file, nor what it decodes to") {
  for (const int level : {1, 5}) {
    const Bytes text = prose(level == 1 ? 1500 : 4000);
    EncodeOptions options = level_options(level);
    for (unsigned threads = 2; threads <= 4; ++threads) {
      CAPTURE(threads);
      options.threads = threads;
      check_same_file(text, options);
    }
  }
}

TEST_CASE("each dialect reads its own files") {
  const Bytes text = prose(4000);
  for (const Dialect dialect : kDialects) {
    EncodeOptions options = level_options(5);
    options.dialect = dialect;
    DecodeOptions decode_options;
    decode_options.dialect = dialect;
    CAPTURE(dialect_name(dialect));
    CHECK(decoded(seeded_model(), encoded(seeded_model(), text, options), decode_options) == text);
  }
}

TEST_CASE("the headers hold what the format says") {
  EncodeOptions options = level_options(2);
  options.model_path_hash = 0x12345678;
  const Bytes text = prose(1000);
  const Bytes file = encoded(seeded_model(), text, options);
  const Result<Bytes> payload = encode_payload(seeded_model(), text, options);
  REQUIRE(payload.has_value());
  const auto chunks = load_le<std::uint32_t>(&(*payload)[4]);
  CHECK(std::string_view(reinterpret_cast<const char*>(file.data()), 6) == kMagic);
  CHECK(file[6] == 0);
  CHECK(file[7] == 0);
  CHECK(load_le<std::uint32_t>(&file[8]) == text.size());
  CHECK(load_le<std::uint32_t>(&file[12]) == 12 + 2 * chunks);
  CHECK(load_le<std::uint32_t>(payload->data()) == 0x12345678);
  CHECK((*payload)[10] == 0);
  CHECK((*payload)[11] == 7);

  MemorySource source(file);
  const Result<FileInfo> info = inspect(source);
  REQUIRE(info.has_value());
  CHECK(info->outer == OuterCodec::zstd);
  CHECK(info->text_bytes == text.size());
  CHECK(info->file_bytes == file.size());
  CHECK(info->payload_bytes == payload->size());
  CHECK(info->model_path_hash == 0x12345678);
  CHECK(info->chunks == chunks);
  CHECK(info->context_log2 == 7);
}

TEST_CASE("without a level the model's own context is used") {
  CodingReport report;
  REQUIRE(encode_payload(tiny_model(), to_bytes("text"), {}, &report).has_value());
  CHECK(report.context_log2 == 6);
  REQUIRE(encode_payload(seeded_model(), to_bytes("text"), {}, &report).has_value());
  CHECK(report.context_log2 == 10);
}

TEST_CASE("levels that do not exist, or that the model is too short for, are refused by number") {
  for (const int level : {-1, 0, 6, 100}) {
    const auto result = encode_payload(seeded_model(), to_bytes("x"), level_options(level));
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == ErrorCode::invalid_argument);
    CHECK(result.error().message.find("level " + std::to_string(level)) != std::string::npos);
  }
  const auto result = encode_payload(tiny_model(), to_bytes("x"), level_options(2));
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().message == "level 2 needs 128 positions, but the model has 64");
}

TEST_CASE("a file with longer chunks than the model has positions is another model's") {
  const Bytes file = encoded(seeded_model(), prose(1000), level_options(5));
  MemorySource source(file);
  NullSink sink;
  const Result<CodingReport> result = decode(tiny_model(), source, sink, {});
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == ErrorCode::model_mismatch);
  CHECK(test::is_well_styled(result.error().message));
}

TEST_CASE("another model's file is refused") {
  test::SeededModelOptions other;
  other.seed = 2;
  const Model model = load(other);
  const Bytes file = encoded(seeded_model(), prose(5000), level_options(1));
  MemorySource source(file);
  NullSink sink;
  const Result<CodingReport> result = decode(model, source, sink, {});
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().message.find("made with another model") != std::string::npos);
  CHECK(test::is_well_styled(result.error().message));
}

TEST_CASE("a chunk that needs more than 16 bits of length is refused") {
  // A softmax so sharp that every token but the expected one has the least weight, and costs 16
  // bits: just enough in the longest chunk that the format knows.
  test::SeededModelOptions options = test::tiny_model_options();
  options.positions = 32768;
  options.context_log2 = 15;
  test::SafetensorsContent content = test::make_seeded_content(options);
  std::erase_if(content.tensors, [](const test::TensorContent& tensor) {
    return tensor.name == "softmax.coef_q24";
  });
  content.tensors.push_back(test::make_scalar<std::uint32_t>("softmax.coef_q24", 0xffffffff));
  const Result<Model> model = load_model(test::write_safetensors(content));
  REQUIRE_MESSAGE(model.has_value(), (model ? "" : model.error().message));
  const auto result = encode_payload(*model, Bytes(32768, 0x01), {});
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == ErrorCode::unsupported);
  CHECK(result.error().message.find("at most 65535") != std::string::npos);
  CHECK(test::is_well_styled(result.error().message));
}

TEST_CASE("a full disk stops encoding and decoding with the sink's own error") {
  const Bytes text = prose(20000);
  for (const OuterCodec outer : {OuterCodec::zstd, OuterCodec::brotli}) {
    const Bytes file = encoded(tiny_model(), text, level_options(1, outer));
    for (const std::size_t capacity : {std::size_t{0}, std::size_t{20}, file.size() - 1}) {
      test::FullDisk sink(capacity);
      const Result<CodingReport> result = encode(tiny_model(), text, sink, level_options(1, outer));
      REQUIRE_FALSE(result.has_value());
      CHECK(result.error().code == ErrorCode::io);
      CHECK(result.error().message == "disk full");
    }
    test::FullDisk sink(text.size() - 1);
    MemorySource source(file);
    const Result<CodingReport> result = decode(tiny_model(), source, sink, {});
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().message == "disk full");
  }
}

TEST_CASE("a failing source stops decoding with its own error, at any byte") {
  for (const OuterCodec outer : {OuterCodec::zstd, OuterCodec::brotli}) {
    const Bytes file = encoded(tiny_model(), prose(300), level_options(1, outer));
    for (std::size_t fail_at = 0; fail_at < file.size(); ++fail_at) {
      test::Pipe source(file, fail_at, 7);
      NullSink sink;
      const Result<CodingReport> result = decode(tiny_model(), source, sink, {});
      REQUIRE_FALSE(result.has_value());
      CHECK(result.error().code == ErrorCode::io);
      test::Pipe inspected(file, fail_at, 7);
      CHECK_FALSE(inspect(inspected).has_value());
    }
  }
}

TEST_CASE(
    "a source that gives few bytes and cannot rewind is enough for files of the default dialect") {
  for (const Bytes& text : {prose(700), test::random_bytes(700, 9)}) {
    const Bytes file = encoded(tiny_model(), text, level_options(1));
    test::Pipe source(file, file.size() + 1, 7);
    MemorySink sink;
    const Result<CodingReport> result = decode(tiny_model(), source, sink, {});
    REQUIRE_MESSAGE(result.has_value(), (result ? "" : result.error().message));
    CHECK(sink.bytes() == text);
  }
}

TEST_CASE("progress grows to the text's length, and never shrinks when a dialect is tried again") {
  const Bytes text = prose(8000);
  std::uint64_t last = 0;
  bool grows = true;
  const Progress progress = [&](std::uint64_t done) {
    grows = grows && done >= last;
    last = done;
    return true;
  };
  EncodeOptions options = level_options(1);
  options.progress = progress;
  const Bytes file = encoded(tiny_model(), text, options);
  CHECK(grows);
  CHECK(last == text.size());

  last = 0;
  DecodeOptions decode_options;
  decode_options.progress = progress;
  CHECK(decoded(tiny_model(), file, decode_options) == text);
  CHECK(grows);
  CHECK(last == text.size());
}

TEST_CASE("a progress callback that returns false cancels encoding and decoding") {
  const Bytes text = prose(8000);
  const Bytes file = encoded(tiny_model(), text, level_options(1));
  for (const unsigned threads : {1U, 3U}) {
    int calls = 0;
    const Progress second = [&](std::uint64_t) { return ++calls < 2; };
    const Progress first = [&](std::uint64_t) { return ++calls < 1; };
    EncodeOptions options = level_options(1);
    options.threads = threads;
    options.progress = second;
    MemorySink out;
    const Result<CodingReport> coded = encode(tiny_model(), text, out, options);
    REQUIRE_FALSE(coded.has_value());
    CHECK(coded.error().code == ErrorCode::cancelled);
    CHECK(calls == 2);  // and never again

    for (const std::optional<Dialect> dialect : {std::optional<Dialect>(), {Dialect::rust}}) {
      calls = 0;
      MemorySource source(file);
      MemorySink sink;
      const Result<CodingReport> result = decode(
          tiny_model(), source, sink, {.dialect = dialect, .threads = threads, .progress = first});
      REQUIRE_FALSE(result.has_value());
      CHECK(result.error().code == ErrorCode::cancelled);
      CHECK(result.error().message == "cancelled by the caller");
      CHECK(calls == 1);
    }
  }
}

TEST_CASE("a context gives the same files and texts call after call, whatever came before") {
  Context context(seeded_model());
  for (const std::size_t size : {600U, 0U, 100U, 1200U, 700U})
    for (const int level : {1, 1, 3})
      for (const unsigned threads : {1U, 3U}) {
        const Dialect dialect = size == 700 ? Dialect::i64 : Dialect::rust;
        EncodeOptions options = level_options(level);
        options.threads = threads;
        options.dialect = dialect;
        const Bytes text = prose(size);
        MemorySink file;
        REQUIRE(context.encode(text, file, options).has_value());
        CHECK(file.bytes() == encoded(seeded_model(), text, options));
        const Result<Bytes> payload = context.encode_payload(text, options);
        REQUIRE(payload.has_value());
        CHECK(*payload == encode_payload(seeded_model(), text, options).value());
        MemorySource source(file.bytes());
        MemorySink sink;
        REQUIRE(context.decode(source, sink, {.dialect = dialect, .threads = threads}).has_value());
        CHECK(sink.bytes() == text);
      }
}

TEST_CASE("a context is good after an error and after being cancelled") {
  Context context(tiny_model());
  const Bytes text = prose(3000);
  const Bytes file = encoded(tiny_model(), text, level_options(1));
  MemorySink sink;
  Bytes damaged = file;
  damaged.pop_back();
  MemorySource bad(damaged);
  CHECK_FALSE(context.decode(bad, sink, {}).has_value());
  MemorySource cancelled(file);
  const Progress never = [](std::uint64_t) { return false; };
  CHECK_FALSE(context.decode(cancelled, sink, {.progress = never}).has_value());
  MemorySource good(file);
  MemorySink whole;
  REQUIRE(context.decode(good, whole, {}).has_value());
  CHECK(whole.bytes() == text);
}

TEST_CASE("the pipeline commits in order and reports the first error in order") {
  for (const unsigned threads : {1U, 2U, 4U, 7U}) {
    int made = 0;
    int committed = 0;
    bool in_order = true;
    PipelineStages<int> stages{.pull = [&](int& task) -> Result<bool> {
                                 task = made++;
                                 return task < 500;
                               },
                               .process = [](unsigned, int& task) -> Status {
                                 if (task == 313) return fail(ErrorCode::corrupt, "313");
                                 if (task == 320) throw std::bad_alloc();
                                 return {};
                               },
                               .commit = [&](int& task) -> Status {
                                 in_order = in_order && task == committed;
                                 ++committed;
                                 return {};
                               }};
    const Status status = run_ordered(threads, stages);
    REQUIRE_FALSE(status.has_value());
    CHECK(status.error().message == "313");
    CHECK(in_order);
    CHECK(committed == 313);
    // Two tasks per thread in flight.
    CHECK(made <= 314 + static_cast<int>(2 * threads));
  }
}

TEST_CASE("memory that runs out inside the pipeline is an error") {
  PipelineStages<int> stages{.pull = [](int&) -> Result<bool> { return true; },
                             .process = [](unsigned, int&) -> Status { throw std::bad_alloc(); },
                             .commit = [](int&) -> Status { return {}; }};
  const Status status = run_ordered(3, stages);
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().code == ErrorCode::out_of_memory);
}

TEST_CASE("a tokenizer that does not fit the network is refused with both sizes") {
  const Bytes file = test::make_seeded_model(test::tiny_model_options());
  const Result<std::string> json = embedded_tokenizer_json(seeded_model().network);
  REQUIRE(json.has_value());
  const Result<Model> model = load_model(file, *json);
  REQUIRE_FALSE(model.has_value());
  CHECK(model.error().code == ErrorCode::model_mismatch);
  CHECK(model.error().message.find(std::to_string(tiny_model().network.vocabulary)) !=
        std::string::npos);
  const Result<std::string> own = embedded_tokenizer_json(tiny_model().network);
  REQUIRE(own.has_value());
  CHECK(load_model(file, *own).has_value());
}

}  // namespace czip::v1
