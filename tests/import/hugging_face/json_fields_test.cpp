#include "czip/import/hugging_face/json_fields.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "support/refusals.hpp"

namespace czip::test {
namespace {

using namespace czip::importer;

constexpr std::string_view kConfig = R"({
  "architectures": ["LlamaForCausalLM"], "hidden_size": 2048, "rms_norm_eps": 1e-05,
  "rope_scaling": {"factor": 8.0, "rope_type": "llama3"}, "rope_theta": 500000.0,
  "tie_word_embeddings": true, "pad_token_id": null, "low": -3, "empty": {}, "list": [[1, 2], []],
  "eos_token_id": [7, 9]
})";

JsonFields config() {
  auto fields = JsonFields::parse(kConfig, "config.json");
  REQUIRE_MESSAGE(fields.has_value(), fields.error().message);
  return *std::move(fields);
}

void check_text_refused(const std::string& text, ErrorCode code, const std::string& message,
                        const JsonLimits& limits = {}) {
  check_refusal(JsonFields::parse(text, "c.json", limits), code, message);
}

TEST_CASE("json fields: nested fields have names with dots") {
  const JsonFields fields = config();
  CHECK(fields.string("architectures.0").value() == "LlamaForCausalLM");
  CHECK(fields.count("hidden_size", 65'536).value() == 2048);
  CHECK(fields.string("rope_scaling.rope_type").value() == "llama3");
  CHECK(fields.count("list.0.1", 9).value() == 2);
  CHECK(fields.count("eos_token_id.1", 9).value() == 9);
  CHECK(fields.boolean_or("tie_word_embeddings", false).value());
  CHECK_FALSE(fields.has("pad_token_id"));
  CHECK_FALSE(fields.has("empty"));
  CHECK_FALSE(fields.has("list"));
  CHECK(fields.all().size() == 12);
}

TEST_CASE("json fields: numbers are exact or of single precision") {
  const JsonFields fields = config();
  CHECK(fields.real("rms_norm_eps").value() == Dyadic{0xa7c5ac, -40});
  CHECK(fields.real("rope_theta").value() == Dyadic{500'000 << 5, -5});
  CHECK(fields.real("rope_scaling.factor").value() == Dyadic{1 << 23, -20});
  CHECK(fields.real("hidden_size").value() == Dyadic{2048, 0});
  CHECK(fields.real("low").value() == Dyadic{-3, 0});
}

TEST_CASE("json fields: what is absent or of another kind") {
  const JsonFields fields = config();
  CHECK(fields.count_or("none", 9, 5).value() == 5);
  CHECK(fields.boolean_or("none", true).value());
  CHECK(fields.string_or("none", "x").value() == "x");
  const auto refused = [](const auto& result, const std::string& message) {
    check_refusal(result, ErrorCode::corrupt, "config.json" + message);
  };
  refused(fields.count("none", 9), " has no field 'none'");
  refused(fields.real("none"), " has no field 'none'");
  refused(fields.count("hidden_size", 9),
          ": 'hidden_size' is 2048, expected an integer from 0 to 9");
  refused(fields.count("low", 9), ": 'low' is -3, expected an integer from 0 to 9");
  refused(fields.count("rope_theta", 9),
          ": 'rope_theta' is '500000.0', expected an integer from 0 to 9");
  refused(fields.string("hidden_size"), ": 'hidden_size' is 2048, expected a string");
  refused(fields.boolean_or("architectures.0", false),
          ": 'architectures.0' is the string 'LlamaForCausalLM', expected true or false");
  refused(fields.real("tie_word_embeddings"),
          ": 'tie_word_embeddings' is true, expected a number of single precision");
  const auto wide = JsonFields::parse(R"({"a": 18446744073709551615, "b": 1e39})", "config.json");
  REQUIRE(wide.has_value());
  CHECK(wide->count("a", UINT64_MAX).value() == UINT64_MAX);
  refused(wide->real("a"), ": 'a' is 18446744073709551615, expected a number of single precision");
  refused(wide->real("b"), ": 'b' is '1e39', expected a number of single precision");
}

TEST_CASE("json fields: what is no JSON object is refused") {
  constexpr ErrorCode kCorrupt = ErrorCode::corrupt;
  check_text_refused("", kCorrupt, "c.json: it is not valid JSON at its byte 1");
  check_text_refused("[]", kCorrupt, "c.json: it is not a JSON object");
  check_text_refused("1", kCorrupt, "c.json: it is not a JSON object");
  check_text_refused("null", kCorrupt, "c.json: it is not a JSON object");
  check_text_refused("{", kCorrupt, "c.json: it is not valid JSON at its byte 2");
  check_text_refused("{} {}", kCorrupt, "c.json: it is not valid JSON at its byte 4");
  check_text_refused(R"({"a": })", kCorrupt, "c.json: it is not valid JSON at its byte 7");
  check_text_refused(R"({"a": 1e999})", kCorrupt, "c.json: it is not valid JSON at its byte 11");
  check_text_refused(std::string("{}\0", 3), kCorrupt, "c.json has a NUL at its byte 2");
  check_text_refused(R"({"a": 1, "a": 2})", kCorrupt, "c.json: 'a' is there twice");
  check_text_refused(R"({"a.b": 1, "a": {"b": 2}})", kCorrupt, "c.json: 'a.b' is there twice");
  check_text_refused("{\"\\n\": 1, \"\\n\": 2}", kCorrupt, "c.json: '\\x0a' is there twice");
}

TEST_CASE("json fields: what exceeds the limits is refused") {
  constexpr ErrorCode kUnsupported = ErrorCode::unsupported;
  const JsonLimits limits{.bytes = 60, .fields = 3, .depth = 2, .name_bytes = 5};
  CHECK(JsonFields::parse(R"({"a": {"b": 1}, "abcde": 2, "f": [1]})", "", limits).has_value());
  check_text_refused(std::string(61, ' '), kUnsupported, "c.json has 61 bytes, more than 60",
                     limits);
  check_text_refused("[" + std::string(50, '['), ErrorCode::corrupt,
                     "c.json: it is not a JSON object", limits);
  check_text_refused(R"({"a": {"b": {"c": 1}}})", kUnsupported,
                     "c.json: 'a.b.' is nested deeper than 2 levels", limits);
  check_text_refused(R"({"a": [1, 2, 3, 4]})", kUnsupported, "c.json: it has more than 3 fields",
                     limits);
  check_text_refused(R"({"abcdef": 1})", kUnsupported,
                     "c.json: the name 'abcdef' has more than 5 bytes", limits);
  check_text_refused(R"({"abc": {"de": 1}})", kUnsupported,
                     "c.json: the name 'abc.de' has more than 5 bytes", limits);
}

}  // namespace
}  // namespace czip::test
