// Models of czip.h: from every place, in both formats, shared by reference.
#include "czip/codec/v1/model.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include "codec/c_api/api.hpp"
#include "czip/codec/default_model.hpp"
#include "support/results.hpp"
#include "support/sample_text.hpp"
#include "support/v2_files.hpp"

namespace czip::c_api {
namespace {

using test::Bytes;
using test::conformance_path;
using test::ModelObject;
using test::read_file;

ModelObject copied(const Bytes& file) {
  czip_model* model = nullptr;
  REQUIRE(czip_model_copy(&model, file.data(), file.size(), nullptr, 0) == CZIP_OK);
  return ModelObject(model);
}

czip_status refused(const Bytes& file, const char* tokenizer = nullptr, std::size_t size = 0) {
  czip_model* model = reinterpret_cast<czip_model*>(std::uintptr_t{1});
  const czip_status status = czip_model_copy(&model, file.data(), file.size(), tokenizer, size);
  CHECK(model == nullptr);
  CHECK(test::is_well_styled(czip_last_error()));
  return status;
}

TEST_CASE("the built-in model is one object, which states what it is") {
  czip_model* model = nullptr;
  if (default_model().empty()) {
    CHECK(czip_model_builtin(&model) == CZIP_ERROR_UNSUPPORTED);
    return;
  }
  REQUIRE(czip_model_builtin(&model) == CZIP_OK);
  const ModelObject first(model);
  REQUIRE(czip_model_builtin(&model) == CZIP_OK);
  const ModelObject second(model);
  CHECK(first == second);
  CHECK(czip_model_format(model) == 2);
  CHECK(std::string(czip_model_hash(model)).size() == 32);
  CHECK(std::string(czip_model_name(model)) != "");
  CHECK(std::string(czip_model_license(model)) != "");
  CHECK(czip_model_has_network(model) == 1);
  CHECK(czip_model_has_language_model(model) == 0);
}

TEST_CASE("a file, a copy and borrowed bytes give the same model") {
  const Bytes file = read_file(conformance_path("v2/tiny.czm"));
  const ModelObject opened = test::open_model("v2/tiny.czm");
  Bytes changing = file;
  const ModelObject copy = copied(changing);
  changing.assign(changing.size(), 0);
  czip_model* borrowed = nullptr;
  REQUIRE(czip_model_borrow(&borrowed, file.data(), file.size(), nullptr, 0) == CZIP_OK);
  const ModelObject owner(borrowed);
  for (const czip_model* const model : {opened.get(), copy.get(), owner.get()}) {
    CHECK(czip_model_format(model) == 2);
    CHECK(czip_model_hash(model) == to_hex(test::tiny_model_v2().hash()));
    CHECK(czip_model_name(model) == test::tiny_model_v2().description().name);
    CHECK(czip_model_license(model) == test::tiny_model_v2().description().license);
    CHECK(czip_model_has_network(model) == 0);
    CHECK(czip_model_has_language_model(model) == 0);
  }
}

TEST_CASE("a model with networks says so") {
  CHECK(czip_model_has_network(test::open_model("v2/networks.czm").get()) == 1);
  CHECK(czip_model_has_language_model(test::open_model("v2/language.czm").get()) == 1);
}

TEST_CASE("a model of CZIPv1 takes a tokenizer of its own") {
  const Bytes file = read_file(conformance_path("v1/seeded.czm"));
  const auto model = test::value_of(v1::load_model(file));
  const ModelObject opened = test::open_model("v1/seeded.czm");
  CHECK(czip_model_format(opened.get()) == 1);
  CHECK(czip_model_hash(opened.get()) == to_hex(model.hash));
  CHECK(czip_model_has_network(opened.get()) == 1);
  CHECK(czip_model_has_language_model(opened.get()) == 0);

  const std::string json = test::value_of(v1::embedded_tokenizer_json(model.network));
  czip_model* other = nullptr;
  REQUIRE(czip_model_borrow(&other, file.data(), file.size(), json.data(), json.size()) == CZIP_OK);
  const ModelObject from_memory(other);
  CHECK(czip_model_hash(other) == to_hex(model.hash));
  const auto path =
      std::filesystem::temp_directory_path() /
      ("czip_c_api_tokenizer_" +
       std::to_string(std::hash<std::thread::id>()(std::this_thread::get_id())) + ".json");
  REQUIRE(test::write_file(path, test::to_bytes(json)));
  CHECK(czip_model_open(&other, conformance_path("v1/seeded.czm").c_str(), path.c_str()) ==
        CZIP_OK);
  const ModelObject from_file(other);
  std::filesystem::remove(path);

  CHECK(refused(file, "{}", 2) != CZIP_OK);
  CHECK(refused(read_file(conformance_path("v2/tiny.czm")), json.data(), json.size()) ==
        CZIP_ERROR_INVALID_ARGUMENT);
}

TEST_CASE("what is no model is refused, and nothing is given") {
  CHECK(refused({}) == CZIP_ERROR_INVALID_ARGUMENT);  // a vector without bytes is a null pointer
  CHECK(refused({0}) == CZIP_ERROR_TRUNCATED);
  CHECK(refused(test::random_bytes(1000, 1)) == CZIP_ERROR_CORRUPT);
  Bytes file = read_file(conformance_path("v2/tiny.czm"));
  file.back() ^= 1;
  CHECK(refused(file) == CZIP_ERROR_CORRUPT);
  file.resize(file.size() / 2);
  CHECK(refused(file) != CZIP_OK);

  czip_model* model = nullptr;
  CHECK(czip_model_open(&model, "/no/such/model.czm", nullptr) == CZIP_ERROR_IO);
  CHECK(std::string(czip_last_error()) == "'/no/such/model.czm': no such file");
  CHECK(czip_model_open(&model, CZIP_CONFORMANCE_DIR, nullptr) == CZIP_ERROR_IO);
  CHECK(czip_model_open(&model, "/dev/zero", nullptr) == CZIP_ERROR_IO);
  CHECK(model == nullptr);
}

TEST_CASE("null pointers are refused, or are nothing") {
  czip_model* model = nullptr;
  CHECK(czip_model_builtin(nullptr) == CZIP_ERROR_INVALID_ARGUMENT);
  CHECK(czip_model_open(nullptr, "x", nullptr) == CZIP_ERROR_INVALID_ARGUMENT);
  CHECK(czip_model_open(&model, nullptr, nullptr) == CZIP_ERROR_INVALID_ARGUMENT);
  CHECK(std::string(czip_last_error()) == "path is null");
  CHECK(czip_model_copy(nullptr, "x", 1, nullptr, 0) == CZIP_ERROR_INVALID_ARGUMENT);
  CHECK(czip_model_borrow(&model, nullptr, 1, nullptr, 0) == CZIP_ERROR_INVALID_ARGUMENT);
  CHECK(czip_model_retain(nullptr) == nullptr);
  czip_model_release(nullptr);
  CHECK(czip_model_format(nullptr) == 0);
  CHECK(std::string(czip_model_hash(nullptr)).empty());
  CHECK(std::string(czip_model_name(nullptr)).empty());
  CHECK(std::string(czip_model_license(nullptr)).empty());
  CHECK(czip_model_has_network(nullptr) == 0);
  CHECK(czip_model_has_language_model(nullptr) == 0);
}

TEST_CASE("a context keeps its model when all others have released it") {
  const Bytes text = test::words(2000);
  auto context = test::compress_context();
  auto reader = test::decompress_context();
  const auto file = test::compress(context.get(), text);
  REQUIRE(file.status == CZIP_OK);
  CHECK(test::decompress(reader.get(), file.bytes, text.size()).bytes == text);
}

TEST_CASE("two threads with one model give the same file as one") {
  const Bytes text = test::to_bytes(test::english_text(50'000));
  const ModelObject model = test::open_model("v2/networks.czm");
  const auto code = [&](Bytes& file) {
    const test::CompressContext context(czip_cctx_create());
    czip_cctx_set_model(context.get(), model.get());
    czip_cctx_set(context.get(), CZIP_C_LEVEL, 7);
    for (int i = 0; i < 2; ++i) file = test::compress(context.get(), text).bytes;
  };
  std::array<Bytes, 3> files;
  std::thread first([&] { code(files[0]); });
  std::thread second([&] { code(files[1]); });
  first.join();
  second.join();
  code(files[2]);
  CHECK(!files[0].empty());
  CHECK(files[0] == files[2]);
  CHECK(files[1] == files[2]);
}

}  // namespace
}  // namespace czip::c_api
