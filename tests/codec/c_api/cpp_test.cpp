// czip.hpp: texts come back, errors are exceptions, objects move.
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "czip.hpp"
#include "support/files.hpp"
#include "support/sample_text.hpp"

namespace {

czip::Model tiny() { return czip::Model::open(std::string(CZIP_CONFORMANCE_DIR) + "/v2/tiny.czm"); }

template <class Function>
czip_status thrown_by(const Function& function) {
  try {
    function();
  } catch (const czip::Exception& exception) {
    CHECK(std::string_view(exception.what()) == czip_last_error());
    return exception.status();
  }
  return CZIP_OK;
}

}  // namespace

TEST_CASE("five lines compress and restore a text") {
  const std::string text = czip::test::english_text(3000);
  const std::string file = czip::compress(text);
  CHECK(file.size() < text.size());
  CHECK(czip::decompress(file) == text);
  CHECK(czip::compress(text, 1) == czip::Compressor(1).compress(text));
  CHECK(czip::inspect(file).text_bytes == text.size());
  CHECK(czip::decompress(czip::compress("")).empty());
}

TEST_CASE("objects move, and a model is shared by its copies") {
  const czip::Model model = tiny();
  czip::Model copy = model;
  CHECK(copy.get() == model.get());
  copy = czip::Model::open(std::string(CZIP_CONFORMANCE_DIR) + "/v2/networks.czm");
  CHECK(copy.has_network());
  CHECK(copy.hash() != model.hash());
  CHECK(model.format() == 2);
  CHECK(!model.name().empty());
  CHECK(!model.has_language_model());
  const auto bytes = czip::test::read_file(std::string(CZIP_CONFORMANCE_DIR) + "/v2/tiny.czm");
  CHECK(czip::Model::copy(std::span(bytes)).hash() == model.hash());
  CHECK(czip::Model::borrow({bytes.data(), bytes.size()}).hash() == model.hash());

  czip::Compressor first(3);
  first.set_model(model);
  czip::Compressor compressor = std::move(first);
  const std::string text = czip::test::code_text(5000);
  const std::string file = compressor.compress(text);
  CHECK(thrown_by([&] { (void)czip::decompress(file); }) == CZIP_ERROR_MODEL_MISMATCH);
  czip::Decompressor decompressor;
  decompressor.add_model(model);
  CHECK(decompressor.decompress(file) == text);
  CHECK(decompressor.range(file, 1000, 50) == text.substr(1000, 50));
  CHECK(decompressor.range(file, 4990, 50) == text.substr(4990));
}

TEST_CASE("streams hand on their parts") {
  czip::Compressor compressor;
  compressor.set_model(tiny());
  czip::Decompressor decompressor;
  decompressor.add_model(tiny());
  std::string file;
  std::string text;
  std::string back;
  const auto to_file = [&](std::string_view part) {
    decompressor.write(part, [&](std::string_view piece) { back += piece; });
    file += part;
  };
  for (int i = 0; i < 20; ++i) {
    const std::string line = czip::test::log_text(300, static_cast<std::uint64_t>(i) + 1);
    text += line;
    compressor.write(line, to_file);
    if (i % 5 == 0) {
      compressor.flush(to_file);
      CHECK(back == text);
    }
  }
  compressor.finish(to_file);
  decompressor.finish([&](std::string_view piece) { back += piece; });
  CHECK(back == text);
  CHECK(decompressor.decompress(file) == text);
}

TEST_CASE("errors are exceptions with the status") {
  CHECK(thrown_by([] { (void)czip::decompress("a text"); }) == CZIP_ERROR_CORRUPT);
  CHECK(thrown_by([] { (void)czip::Compressor(77); }) == CZIP_ERROR_INVALID_ARGUMENT);
  CHECK(thrown_by([] { (void)czip::Model::open("/no/such/file"); }) == CZIP_ERROR_IO);
  CHECK(thrown_by([] { (void)czip::inspect(""); }) == CZIP_ERROR_TRUNCATED);
  czip::Decompressor decompressor;
  decompressor.set(CZIP_D_MAX_OUTPUT, 10);
  const std::string file = czip::compress(czip::test::english_text(1000), 1);
  CHECK(thrown_by([&] { (void)decompressor.decompress(file); }) == CZIP_ERROR_OVER_LIMIT);
  decompressor.set(CZIP_D_MAX_OUTPUT, 1000);  // throws unless the context is reset
}
