// Decompressing by czip.h: every stored file, whole and in parts; models that are found or not;
// damage, limits and inspection.
#include <doctest/doctest.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "codec/c_api/api.hpp"
#include "czip/codec/v2/codec.hpp"
#include "support/sample_text.hpp"
#include "support/v2_conformance_vectors.hpp"
#include "support/v2_files.hpp"

namespace czip::c_api {
namespace {

using test::Bytes;
using test::conformance_path;
using test::decompress;
using test::decompress_context;
using test::decompress_stream;
using test::ModelObject;
using test::read_file;

Bytes stored(const std::string& name) { return read_file(conformance_path(name)); }

void check_decodes(czip_dctx* context, const Bytes& file, const Bytes& text) {
  std::uint64_t text_bytes = 0;
  CHECK(czip_text_size(file.data(), file.size(), &text_bytes) == CZIP_OK);
  CHECK(text_bytes == text.size());
  const auto whole = decompress(context, file, text.size());
  CHECK_MESSAGE(whole.status == CZIP_OK, whole.message);
  CHECK(whole.bytes == text);
  CHECK(decompress_stream(context, file, 1000, 1000).bytes == text);
  if (!text.empty())
    CHECK(decompress(context, file, text.size() - 1).status == CZIP_ERROR_DST_TOO_SMALL);
}

czip_info inspected(const Bytes& file) {
  czip_info info{};
  info.struct_size = sizeof(info);
  REQUIRE(czip_inspect_memory(file.data(), file.size(), &info) == CZIP_OK);
  CHECK(info.struct_size == sizeof(info));
  return info;
}

TEST_CASE("the stored files of CZIPv2 decode to their texts") {
  const auto context = decompress_context();
  for (const test::StoredFileV2& file : test::stored_files_v2()) {
    CAPTURE(file.name);
    check_decodes(context.get(), stored(file.name), file.text);
  }
  for (const test::RandomModelFilesV2& made :
       {test::network_files_v2(), test::language_model_files_v2(),
        test::language_prior_files_v2()}) {
    REQUIRE(czip_dctx_add_model(context.get(), test::open_model(made.model).get()) == CZIP_OK);
    for (const test::RandomModelFileV2& file : made.files) {
      CAPTURE(file.name);
      check_decodes(context.get(), stored(file.name), file.text);
    }
  }
}

TEST_CASE("the stored files of CZIPv1 decode to their texts") {
  const auto context = decompress_context("v1/seeded.czm");
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(conformance_path("v1"))) {
    if (entry.path().extension() != ".czip") continue;
    ++files;
    CAPTURE(entry.path().string());
    const Bytes file = read_file(entry.path());
    check_decodes(context.get(), file, stored("v1/" + entry.path().stem().stem().string()));
    const czip_info info = inspected(file);
    CHECK(info.format == 1);
    CHECK(info.level >= 1);
    CHECK(info.level <= 5);
    CHECK(info.file_bytes == file.size());
    CHECK(info.frames == 1);
    CHECK(info.needs_model == (info.text_bytes != 0 ? 1 : 0));
    CHECK(std::string(info.model_hash).empty());
  }
  CHECK(files >= 8);
}

TEST_CASE("a model that is not there is an error which names it") {
  const Bytes file = test::encoded_v2(test::words(500));
  const std::string hash = to_hex(test::tiny_model_v2().hash());
  const auto context = decompress_context(nullptr);
  auto outcome = decompress(context.get(), file, 500);
  CHECK(outcome.status == CZIP_ERROR_MODEL_MISMATCH);
  CHECK(outcome.message.find(hash.substr(0, 6)) != std::string::npos);
  REQUIRE(czip_dctx_add_model(context.get(), test::open_model("v2/networks.czm").get()) == CZIP_OK);
  CHECK(decompress(context.get(), file, 500).status == CZIP_ERROR_MODEL_MISMATCH);
  REQUIRE(czip_dctx_add_model(context.get(), test::open_model("v2/tiny.czm").get()) == CZIP_OK);
  CHECK(decompress(context.get(), file, 500).bytes == test::words(500));
  REQUIRE(czip_dctx_reset(context.get(), CZIP_RESET_ALL) == CZIP_OK);
  CHECK(decompress(context.get(), file, 500).status == CZIP_ERROR_MODEL_MISMATCH);
  CHECK(decompress(context.get(), stored("v1/english.txt.zstd.czip"), 500).status ==
        CZIP_ERROR_MODEL_MISMATCH);
}

struct Finder {
  std::vector<std::string> asked{};
  const char* model = nullptr;  // in conformance/
  czip_status status = CZIP_OK;
};

czip_status find(void* user, const char* digits, czip_model** model) {
  auto& finder = *static_cast<Finder*>(user);
  finder.asked.emplace_back(digits);
  if (finder.model != nullptr) *model = test::open_model(finder.model).release();
  return finder.status;
}

TEST_CASE("a finder is asked once for what the context does not have") {
  const std::string hash = to_hex(test::tiny_model_v2().hash());
  const Bytes text = test::words(70'000);
  const Bytes full = test::encoded_v2(text);
  const Bytes compact = test::encoded_v2(test::words(500));
  Finder finder{.model = "v2/tiny.czm"};
  const auto context = decompress_context(nullptr);
  REQUIRE(czip_dctx_set_finder(context.get(), find, &finder) == CZIP_OK);
  CHECK(decompress(context.get(), full, text.size()).bytes == text);
  CHECK(finder.asked == std::vector{hash});
  CHECK(decompress_stream(context.get(), compact, 10, 10).bytes == test::words(500));
  CHECK(finder.asked.size() == 1);  // it has been found
  REQUIRE(czip_dctx_reset(context.get(), CZIP_RESET_ALL) == CZIP_OK);
  REQUIRE(czip_dctx_set_finder(context.get(), find, &finder) == CZIP_OK);
  CHECK(decompress(context.get(), compact, 500).bytes == test::words(500));
  CHECK(finder.asked.back() == hash.substr(0, 6));
}

TEST_CASE("a finder may know none, give a wrong one, or fail") {
  const Bytes file = test::encoded_v2(test::words(500));
  const auto context = decompress_context(nullptr);
  for (const auto& [finder, status] :
       {std::pair{Finder{}, CZIP_ERROR_MODEL_MISMATCH},
        {Finder{.model = "v2/networks.czm"}, CZIP_ERROR_MODEL_MISMATCH},
        {Finder{.model = "v1/seeded.czm"}, CZIP_ERROR_MODEL_MISMATCH},
        {Finder{.status = CZIP_ERROR_CANCELLED}, CZIP_ERROR_CANCELLED},
        {Finder{.model = "v2/tiny.czm", .status = CZIP_ERROR_IO}, CZIP_ERROR_IO},
        {Finder{.status = 12345}, CZIP_ERROR_IO}}) {
    Finder asked = finder;
    REQUIRE(czip_dctx_set_finder(context.get(), find, &asked) == CZIP_OK);
    CHECK(decompress(context.get(), file, 500).status == status);
    CHECK(asked.asked.size() == 1);
  }
}

TEST_CASE("parameters of decompressing hold, and others are refused") {
  const Bytes text = test::words(100'000);
  const Bytes file = test::encoded_v2(text);
  const auto context = decompress_context();
  for (const int parameter : {0, 4, -1})
    CHECK(czip_dctx_set(context.get(), parameter, 1) == CZIP_ERROR_INVALID_ARGUMENT);
  for (const int parameter : {CZIP_D_THREADS, CZIP_D_MEMORY_LIMIT, CZIP_D_MAX_OUTPUT})
    CHECK(czip_dctx_set(context.get(), parameter, -1) == CZIP_ERROR_INVALID_ARGUMENT);
  CHECK(czip_dctx_set(context.get(), CZIP_D_THREADS, 257) == CZIP_ERROR_INVALID_ARGUMENT);
  REQUIRE(czip_dctx_set(context.get(), CZIP_D_MAX_OUTPUT, 99'999) == CZIP_OK);
  CHECK(decompress(context.get(), file, text.size()).status == CZIP_ERROR_OVER_LIMIT);
  REQUIRE(czip_dctx_set(context.get(), CZIP_D_MAX_OUTPUT, 0) == CZIP_OK);
  REQUIRE(czip_dctx_set(context.get(), CZIP_D_MEMORY_LIMIT, 1000) == CZIP_OK);
  CHECK(decompress(context.get(), file, text.size()).status == CZIP_ERROR_OVER_LIMIT);
  REQUIRE(czip_dctx_set(context.get(), CZIP_D_MEMORY_LIMIT, 0) == CZIP_OK);
  CHECK(decompress(context.get(), file, text.size()).bytes == text);
  const auto cancel = [](void*, std::uint64_t) { return 0; };
  REQUIRE(czip_dctx_set_progress(context.get(), cancel, nullptr) == CZIP_OK);
  CHECK(decompress(context.get(), file, text.size()).status == CZIP_ERROR_CANCELLED);
}

TEST_CASE("a changed bit and a cut are refused") {
  const Bytes text = test::words(600);
  const Bytes file = test::encoded_v2(text);
  const auto context = decompress_context();
  for (std::size_t i = 0; i < file.size(); ++i) {
    Bytes damaged = file;
    damaged[i] ^= static_cast<std::uint8_t>(1 << i % 8);
    const auto outcome = decompress(context.get(), damaged, 2000);
    CHECK(outcome.status != CZIP_OK);
    CHECK(outcome.status != CZIP_ERROR_INTERNAL);
    CHECK(outcome.bytes.empty());
    damaged = file;
    damaged.resize(i);
    CHECK(decompress(context.get(), damaged, 2000).status == CZIP_ERROR_TRUNCATED);
  }
}

TEST_CASE("null pointers are refused") {
  const auto context = decompress_context();
  const Bytes file = test::encoded_v2(test::words(50));
  char byte = 0;
  std::size_t written = 7;
  std::uint64_t size = 7;
  czip_info info{};
  const auto invalid = CZIP_ERROR_INVALID_ARGUMENT;
  CHECK(czip_dctx_decompress(nullptr, &byte, 1, &written, file.data(), 9) == invalid);
  CHECK(written == 0);
  CHECK(czip_dctx_decompress(context.get(), nullptr, 1, &written, file.data(), 9) == invalid);
  CHECK(czip_dctx_decompress(context.get(), &byte, 1, nullptr, file.data(), 9) == invalid);
  CHECK(czip_dctx_decompress(context.get(), &byte, 1, &written, nullptr, 9) == invalid);
  CHECK(czip_decompress(&byte, 1, nullptr, file.data(), 9) == invalid);
  CHECK(czip_decompress(&byte, 1, &written, nullptr, 9) == invalid);
  CHECK(czip_decompress(&byte, 1, &written, nullptr, 0) == CZIP_ERROR_TRUNCATED);
  CHECK(czip_text_size(file.data(), 9, nullptr) == invalid);
  CHECK(czip_text_size(nullptr, 9, &size) == invalid);
  CHECK(size == 0);
  CHECK(czip_dctx_set(nullptr, CZIP_D_THREADS, 1) == invalid);
  CHECK(czip_dctx_reset(nullptr, CZIP_RESET_ALL) == invalid);
  CHECK(czip_dctx_reset(context.get(), -1) == invalid);
  CHECK(czip_dctx_add_model(context.get(), nullptr) == invalid);
  CHECK(czip_dctx_add_model(nullptr, nullptr) == invalid);
  CHECK(czip_dctx_set_finder(nullptr, nullptr, nullptr) == invalid);
  CHECK(czip_dctx_set_progress(nullptr, nullptr, nullptr) == invalid);
  CHECK(czip_dctx_set_executor(nullptr, nullptr, nullptr) == invalid);
  CHECK(czip_inspect(nullptr, &info) == invalid);
  CHECK(czip_inspect_memory(file.data(), file.size(), nullptr) == invalid);
  const czip_source empty{};
  CHECK(czip_inspect(&empty, &info) == invalid);
  CHECK(czip_dctx_range(context.get(), &empty, 0, 1, &byte, 1, &written) == invalid);
  CHECK(czip_dctx_range(nullptr, &empty, 0, 1, &byte, 1, &written) == invalid);
  CHECK(czip_dctx_range_memory(context.get(), file.data(), 9, 0, 1, &byte, 1, nullptr) == invalid);
  czip_dctx_free(nullptr);
}

// A file that is read by callbacks, a few bytes at a time.
struct Reader {
  Bytes file;
  czip_status status = CZIP_OK;
  std::size_t lie = 0;  // added to what was read
  int reads = 0;
};

czip_status read_at(void* user, std::uint64_t offset, void* buffer, std::size_t size,
                    std::size_t* count) {
  auto& reader = *static_cast<Reader*>(user);
  ++reader.reads;
  if (reader.status != CZIP_OK) return reader.status;
  *count = offset < reader.file.size()
               ? std::min({size, std::size_t{100},
                           reader.file.size() - static_cast<std::size_t>(offset)})
               : 0;
  if (*count != 0) std::memcpy(buffer, reader.file.data() + offset, *count);
  *count += reader.lie;
  return CZIP_OK;
}

czip_status size_of(void* user, std::uint64_t* size) {
  *size = static_cast<const Reader*>(user)->file.size();
  return CZIP_OK;
}

TEST_CASE("ranges are the parts of the text, from memory and by callbacks") {
  const Bytes text = test::words(50'000);
  Reader reader{.file = test::small_block_frame(text, {.block_bytes = 4096})};
  const czip_source source{&reader, read_at, size_of};
  const auto context = decompress_context();
  for (const auto& [start, length] : {std::pair<std::size_t, std::size_t>{0, 10},
                                      {4090, 10},
                                      {20'000, 9000},
                                      {49'990, 100},
                                      {50'000, 5},
                                      {0, 50'000},
                                      {7, 0}}) {
    const std::size_t end = std::min(text.size(), start + length);
    const Bytes expected(text.begin() + static_cast<std::ptrdiff_t>(start),
                         text.begin() + static_cast<std::ptrdiff_t>(end));
    Bytes part(length);
    std::size_t written = 0;
    CHECK(czip_dctx_range(context.get(), &source, start, length, part.data(), part.size(),
                          &written) == CZIP_OK);
    part.resize(written);
    CHECK(part == expected);
    part.assign(length, 0);
    CHECK(czip_dctx_range_memory(context.get(), reader.file.data(), reader.file.size(), start,
                                 length, part.data(), part.size(), &written) == CZIP_OK);
    part.resize(written);
    CHECK(part == expected);
  }
  std::size_t written = 0;
  Bytes small(9);
  const auto range = [&](std::uint64_t start, std::uint64_t length) {
    return czip_dctx_range(context.get(), &source, start, length, small.data(), small.size(),
                           &written);
  };
  CHECK(range(100, 10) == CZIP_ERROR_DST_TOO_SMALL);
  CHECK(range(50'001, 1) == CZIP_ERROR_INVALID_ARGUMENT);
  CHECK(range(49'999, std::numeric_limits<std::uint64_t>::max()) == CZIP_OK);
  CHECK(written == 1);
  reader.status = CZIP_ERROR_CANCELLED;
  CHECK(range(0, 1) == CZIP_ERROR_CANCELLED);
  reader.status = 77;
  CHECK(range(0, 1) == CZIP_ERROR_IO);
  reader.status = CZIP_OK;
  reader.lie = 1 << 20;
  CHECK(range(0, 1) == CZIP_ERROR_INVALID_ARGUMENT);
  const Bytes v1_file = stored("v1/english.txt.zstd.czip");
  CHECK(czip_dctx_range_memory(context.get(), v1_file.data(), v1_file.size(), 0, 1, small.data(),
                               small.size(), &written) == CZIP_ERROR_UNSUPPORTED);
}

TEST_CASE("a range of frames of two models needs only its own") {
  const Bytes first = test::words(500);
  const Bytes second = test::to_bytes(test::english_text(600));
  const auto other = test::compress_context("v2/networks.czm");
  const Bytes file =
      test::joined({test::encoded_v2(first), test::compress(other.get(), second).bytes});
  const auto context = decompress_context();
  Bytes part(500);
  std::size_t written = 0;
  CHECK(czip_dctx_range_memory(context.get(), file.data(), file.size(), 0, 500, part.data(), 500,
                               &written) == CZIP_OK);
  CHECK(part == first);
  CHECK(czip_dctx_range_memory(context.get(), file.data(), file.size(), 400, 200, part.data(), 500,
                               &written) == CZIP_ERROR_MODEL_MISMATCH);
  REQUIRE(czip_dctx_add_model(context.get(), test::open_model("v2/networks.czm").get()) == CZIP_OK);
  CHECK(czip_dctx_range_memory(context.get(), file.data(), file.size(), 400, 200, part.data(), 500,
                               &written) == CZIP_OK);
  CHECK(written == 200);
  const czip_info info = inspected(file);
  CHECK(info.frames == 2);
  CHECK(info.needs_model == 1);
  CHECK(info.more_models == 1);
  CHECK(info.model_hash == to_hex(test::tiny_model_v2().hash()).substr(0, 6));
}

// Zeros and what is not of the format are behind the file.
void check_file_end(const Bytes& file) {
  for (const std::size_t zeros : {0U, 1U, 10U, 5000U}) {
    for (const std::size_t junk : {0U, 1U, 8U, 5000U}) {
      CAPTURE(zeros);
      CAPTURE(junk);
      Bytes longer = file;
      longer.insert(longer.end(), zeros, 0);
      longer.insert(longer.end(), junk, 'x');
      CHECK(inspected(longer).file_bytes == file.size());
    }
  }
}

TEST_CASE("inspection tells where a file ends") {
  check_file_end(test::encoded_v2(test::words(100)));
  check_file_end(test::encoded_v2(test::words(100'000), {.level = 1}));
  check_file_end(stored("v1/english.txt.brotli.czip"));
  check_file_end(stored("v1/english.txt.zstd.czip"));
}

TEST_CASE("inspection says what a file is") {
  const Bytes text = test::words(100'000);
  const Bytes full =
      test::encoded_v2(text, {.level = 4, .threads = 1, .block_bytes = 65536, .archive = true});
  czip_info info = inspected(full);
  CHECK(info.format == 2);
  CHECK(info.level == 4);
  CHECK(info.is_archive == 1);
  CHECK(info.needs_model == 1);
  CHECK(info.text_bytes == text.size());
  CHECK(info.file_bytes == full.size());
  CHECK(info.frames == 1);
  CHECK(info.blocks == 2);
  CHECK(info.model_hash == to_hex(test::tiny_model_v2().hash()));
  CHECK(info.more_models == 0);

  info = inspected(test::encoded_v2(test::random_bytes(50, 1)));
  CHECK(info.level == 0);
  CHECK(info.is_archive == 0);
  CHECK(info.needs_model == 0);
  CHECK(std::string(info.model_hash).empty());
  CHECK(inspected(test::joined({test::encoded_v2(text), test::encoded_v2(test::words(99))}))
            .more_models == 0);

  Reader reader{.file = full};
  const czip_source source{&reader, read_at, size_of};
  czip_info other{};
  other.struct_size = sizeof(other);
  REQUIRE(czip_inspect(&source, &other) == CZIP_OK);
  CHECK(other.text_bytes == text.size());
  CHECK(reader.reads < 20);  // headers only
}

TEST_CASE("a struct of an earlier czip.h is refused, and of a later one filled with zeros") {
  const Bytes file = test::encoded_v2(test::words(100));
  struct Later {
    czip_info info;
    std::uint64_t more;
  } later{};
  later.more = 7;
  later.info.struct_size = sizeof(later);
  CHECK(czip_inspect_memory(file.data(), file.size(), &later.info) == CZIP_OK);
  CHECK(later.info.text_bytes == 100);
  CHECK(later.info.struct_size == sizeof(later));
  CHECK(later.more == 0);
  later.info.struct_size = sizeof(czip_info) - 1;
  CHECK(czip_inspect_memory(file.data(), file.size(), &later.info) == CZIP_ERROR_INVALID_ARGUMENT);
  later.info.struct_size = 0;
  CHECK(czip_inspect_memory(file.data(), file.size(), &later.info) == CZIP_ERROR_INVALID_ARGUMENT);
}

TEST_CASE("a damaged file cannot be inspected, and nothing is said of it") {
  czip_info info{};
  info.struct_size = sizeof(info);
  info.text_bytes = 7;
  const Bytes text = test::to_bytes("a text");
  CHECK(czip_inspect_memory(text.data(), text.size(), &info) == CZIP_ERROR_CORRUPT);
  CHECK(info.text_bytes == 0);
  Bytes file = test::encoded_v2(test::words(70'000));
  file.resize(file.size() / 2);
  CHECK(czip_inspect_memory(file.data(), file.size(), &info) == CZIP_ERROR_TRUNCATED);
  std::uint64_t size = 7;
  CHECK(czip_text_size(file.data(), file.size(), &size) == CZIP_ERROR_TRUNCATED);
  CHECK(size == 0);
}

}  // namespace
}  // namespace czip::c_api
