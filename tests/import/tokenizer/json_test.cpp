// tokenizer.json: what each kind becomes, and what is refused by name.
#include "czip/import/tokenizer/json.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "import/tokenizer/bytes_of_tokens.hpp"
#include "support/refusals.hpp"

namespace czip::test {
namespace {

using namespace czip::importer;
using Strings = std::vector<std::string>;
using Numbers = std::vector<std::uint32_t>;

// A file with these values; a normalizer or pre-tokenizer may be null.
struct Parts {
  std::string added = "[]";
  std::string normalizer = "null";
  std::string pre_tokenizer = R"({"type": "ByteLevel", "add_prefix_space": false})";
  std::string model = R"("type": "BPE")";
  std::string vocabulary = R"({"a": 0, "b": 1, "ab": 2, "Ġ": 3, "Ġab": 4, "<|end|>": 5, "z": 6})";
  std::string merges = R"(["a b", "Ġ ab"])";

  [[nodiscard]] std::string text() const {
    return R"({"version": "1.0", "truncation": null, "added_tokens": )" + added +
           R"(, "normalizer": )" + normalizer + R"(, "pre_tokenizer": )" + pre_tokenizer +
           R"(, "model": {)" + model + R"(, "vocab": )" + vocabulary + R"(, "merges": )" + merges +
           "}}";
  }
};

constexpr TokenizerFacts kFacts{.vocabulary_size = 8, .first_token = 5};

llm::Description description_of(const Parts& parts) {
  auto description = parse_tokenizer_json(parts.text(), kFacts);
  REQUIRE_MESSAGE(description.has_value(), description.error().message);
  return *std::move(description);
}

llm::Settings settings_of(const Parts& parts) {
  return llm::Settings::parse(description_of(parts).config).value();
}

void check_refused(const Parts& parts, ErrorCode code, const std::string& message) {
  check_refusal(parse_tokenizer_json(parts.text(), kFacts), code, "tokenizer.json: " + message);
}

TEST_CASE("tokenizer.json: on bytes") {
  Parts parts;
  parts.added = R"([{"id": 5, "content": "<|end|>", "special": true},
                    {"id": 7, "content": "more", "special": false}])";
  const llm::Description description = description_of(parts);
  CHECK(bytes_of(description) == Strings{"a", "b", "ab", " ", " ab", "", "z", ""});
  CHECK(description.merges == Numbers{0, 1, 3, 2});
  const llm::Settings settings = settings_of(parts);
  CHECK(settings.vocabulary_size == 8);
  CHECK(settings.first_token == TokenId{5});
  CHECK(settings.start == llm::Start::bytes);
  CHECK(settings.splitting == llm::Splitting::gpt2);
  CHECK_FALSE(settings.whole_pieces);
  parts.merges = R"([["a", "b"], ["Ġ", "ab"]])";
  CHECK(description_of(parts) == description);
  parts.model = R"("dropout": null)";
  CHECK(description_of(parts) == description);
}

TEST_CASE("tokenizer.json: on characters") {
  Parts parts;
  parts.normalizer = R"({"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"},
                         {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]})";
  parts.pre_tokenizer = "null";
  parts.vocabulary =
      R"({"<unk>": 0, "<0x61>": 1, "<0x62>": 2, "a": 3, "▁": 4, "▁a": 5, "é": 6, "aa": 7})";
  parts.merges = R"(["▁ a"])";
  parts.added = R"([{"id": 0, "content": "<unk>", "special": true}])";
  const llm::Description description = description_of(parts);
  CHECK(bytes_of(description) == Strings{"", "", "b", "a", " ", " a", "é", ""});
  CHECK(description.merges == Numbers{4, 3});
  CHECK(settings_of(parts).start == llm::Start::characters);
  CHECK(settings_of(parts).splitting == llm::Splitting::none);
  parts.normalizer = "null";
  parts.pre_tokenizer = R"({"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first"})";
  CHECK(description_of(parts) == description);
}

std::string split_and_bytes(std::string_view pattern) {
  return R"({"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": ")" +
         std::string(pattern) +
         R"("}, "behavior": "Isolated", "invert": false}, {"type": "ByteLevel", "use_regex": false}]})";
}

TEST_CASE("tokenizer.json: ways of splitting") {
  Parts parts;
  parts.normalizer = R"({"type": "NFC"})";
  parts.pre_tokenizer =
      split_and_bytes(R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|)"
                      R"( ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+)");
  parts.model = R"("type": "BPE", "ignore_merges": true)";
  CHECK(settings_of(parts).splitting == llm::Splitting::llama3);
  CHECK(settings_of(parts).whole_pieces);
  parts.pre_tokenizer =
      split_and_bytes(R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|)"
                      R"( ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+)");
  CHECK(settings_of(parts).splitting == llm::Splitting::qwen2);
  parts.pre_tokenizer = R"({"type": "Sequence", "pretokenizers": [{"type": "Digits",
      "individual_digits": true}, {"type": "ByteLevel", "use_regex": true}]})";
  CHECK(settings_of(parts).splitting == llm::Splitting::smollm);
}

TEST_CASE("tokenizer.json: normalizers and pre-tokenizers that are not known") {
  Parts parts;
  parts.normalizer = R"({"type": "Lowercase"})";
  check_refused(parts, ErrorCode::unsupported,
                "'normalizer' is 'Lowercase', which czip does not know");
  parts.normalizer = R"({"type": "Replace", "pattern": {"String": "a"}, "content": "b"})";
  check_refused(parts, ErrorCode::unsupported,
                "'normalizer' is 'Replace a by b', which czip does not know");
  parts.normalizer = "null";
  parts.pre_tokenizer = split_and_bytes("x+");
  check_refused(parts, ErrorCode::unsupported,
                "'pre_tokenizer.pretokenizers.0' is 'x+', which czip does not know");
  parts.pre_tokenizer = R"({"type": "BertPreTokenizer"})";
  check_refused(parts, ErrorCode::unsupported,
                "'pre_tokenizer' is 'BertPreTokenizer', which czip does not know");
  parts.pre_tokenizer = R"({"type": "Digits", "individual_digits": true})";
  check_refused(parts, ErrorCode::unsupported,
                "'pre_tokenizer' splits text, but has no 'ByteLevel'; czip does not know that");
  parts.pre_tokenizer = R"({"type": "Digits"})";
  check_refused(parts, ErrorCode::unsupported,
                "'pre_tokenizer' is 'Digits in groups', which czip does not know");
  parts.pre_tokenizer = R"({"type": "Metaspace", "replacement": "_"})";
  check_refused(parts, ErrorCode::unsupported, "'pre_tokenizer' is '_', which czip does not know");
}

TEST_CASE("tokenizer.json: models that are not known") {
  Parts parts;
  parts.model = R"("type": "Unigram")";
  check_refused(parts, ErrorCode::unsupported,
                "the model is of the type 'Unigram'; only 'BPE' can be read");
  parts.model = R"("type": "BPE", "end_of_word_suffix": "</w>")";
  check_refused(parts, ErrorCode::unsupported,
                "'model.end_of_word_suffix' is '</w>', which czip does not know");
}

TEST_CASE("tokenizer.json: ids and merges that lie") {
  Parts parts;
  parts.vocabulary = R"({"a": 8})";
  check_refused(parts, ErrorCode::corrupt, "'model.vocab.a' is 8, expected an integer from 0 to 7");
  parts.vocabulary = R"({"a": "b"})";
  check_refused(parts, ErrorCode::corrupt,
                "'model.vocab.a' is the string 'b', expected an integer from 0 to 7");
  parts = {};
  parts.merges = R"(["ab"])";
  check_refused(parts, ErrorCode::corrupt,
                "'model.merges.0' is 'ab', expected two texts with a space between them");
  parts.merges = R"([["a", 1]])";
  check_refused(parts, ErrorCode::corrupt, "'model.merges.0.1' is 1, expected a string");
}

}  // namespace
}  // namespace czip::test
