// Tokenizers in the metadata of GGUF files: what each kind becomes, and fields that lie.
#include "czip/import/tokenizer/gguf.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "czip/import/gguf/reader.hpp"
#include "czip/tokenizer/llm/tokenizer.hpp"
#include "import/gguf_builder.hpp"
#include "import/tokenizer/bytes_of_tokens.hpp"
#include "support/refusals.hpp"

namespace czip::test {
namespace {

using namespace czip::importer;
using enum gguf::ValueType;
using Strings = std::vector<std::string>;
using Numbers = std::vector<std::uint32_t>;
using Ids = std::vector<TokenId>;

Bytes texts(std::string_view key, const Strings& elements) {
  Bytes bytes;
  for (const std::string& element : elements) bytes = joined({bytes, gguf_string(element)});
  return gguf_array(key, string, elements.size(), bytes);
}

Bytes types(const std::vector<std::int32_t>& elements) {
  Bytes bytes;
  for (const std::int32_t element : elements) bytes = joined({bytes, le(element)});
  return gguf_array("tokenizer.ggml.token_type", i32, elements.size(), bytes);
}

// The bits of small integers as floats.
Bytes scores(const std::vector<int>& elements) {
  Bytes bytes;
  for (const int element : elements)
    bytes = joined({bytes, le(std::bit_cast<std::uint32_t>(static_cast<float>(element)))});
  return gguf_array("tokenizer.ggml.scores", f32, elements.size(), bytes);
}

Bytes model(std::string_view name) { return gguf_pair("tokenizer.ggml.model", name); }
Bytes pre(std::string_view name) { return gguf_pair("tokenizer.ggml.pre", name); }
Bytes tokens(const Strings& elements) { return texts("tokenizer.ggml.tokens", elements); }
Bytes merges(const Strings& elements) { return texts("tokenizer.ggml.merges", elements); }

Result<llm::Description> read(const std::vector<Bytes>& pairs) {
  const Bytes bytes = gguf_file(pairs, {});
  const auto file = gguf::File::parse(bytes);
  REQUIRE_MESSAGE(file.has_value(), file.error().message);
  return gguf::read_tokenizer(file->metadata());
}

llm::Description description_of(const std::vector<Bytes>& pairs) {
  auto description = read(pairs);
  REQUIRE_MESSAGE(description.has_value(), description.error().message);
  return *std::move(description);
}

llm::Settings settings_of(const llm::Description& description) {
  return llm::Settings::parse(description.config).value();
}

void check_refused(const std::vector<Bytes>& pairs, ErrorCode code, const std::string& message) {
  check_refusal(read(pairs), code, message);
}

const Strings kSentencePieces{"<unk>",
                              "<s>",
                              "</s>",
                              "<0x41>",
                              "<0x0a>",
                              "A",
                              "\xe2\x96\x81",
                              "\xe2\x96\x81"
                              "A",
                              "x y",
                              "unused",
                              "user"};
const std::vector<std::int32_t> kSentencePieceTypes{2, 3, 3, 6, 6, 1, 1, 1, 1, 5, 4};
const std::vector<int> kSentencePieceScores{0, 0, 0, 0, 0, -3, -1, -2, -1, -9, -4};

std::vector<Bytes> sentence_pieces() {
  return {model("llama"), tokens(kSentencePieces), types(kSentencePieceTypes),
          scores(kSentencePieceScores), gguf_pair("tokenizer.ggml.bos_token_id", 1U)};
}

TEST_CASE("gguf tokenizer: llama") {
  const llm::Description description = description_of(sentence_pieces());
  CHECK(bytes_of(description) == Strings{"", "", "", "", "\n", "A", " ", " A", "", "", "user"});
  CHECK(description.order == Numbers{0, 0, 0, 0, 0, 3, 1, 2, 1, 5, 4});
  CHECK(description.merges.empty());
  const llm::Settings settings = settings_of(description);
  CHECK(settings.vocabulary_size == 11);
  CHECK(settings.start == llm::Start::characters);
  CHECK(settings.merging == llm::Merging::tokens);
  CHECK(settings.splitting == llm::Splitting::none);
  CHECK(settings.first_token == TokenId{1});
}

// All 256 bytes as GPT-2 writes them, in the order of the bytes.
Strings byte_characters() {
  Strings all;
  unsigned next = 0x100;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const bool itself = (byte >= '!' && byte <= '~') || (byte >= 0xa1 && byte != 0xad);
    const unsigned point = itself ? byte : next++;
    std::string text;
    if (point < 0x80) {
      text += static_cast<char>(point);
    } else {
      text += static_cast<char>(0xc0 | point >> 6);
      text += static_cast<char>(0x80 | (point & 0x3f));
    }
    all.push_back(text);
  }
  return all;
}

Strings byte_characters_and(const Strings& others) {
  Strings all = byte_characters();
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

// Space is U+0120.
const Strings kMerged{
    "\xc4\xa0"
    "a",
    "ab",
    "\xc4\xa0"
    "ab",
    "unreached", "<|end|>"};

std::vector<Bytes> byte_pairs(std::string_view pre_name) {
  return {model("gpt2"), pre(pre_name), tokens(byte_characters_and(kMerged)),
          merges({"a b", "\xc4\xa0 ab", "\xc4\xa0 a", "a b"}),
          gguf_pair("tokenizer.ggml.eos_token_id", 260U)};
}

TEST_CASE("gguf tokenizer: gpt2") {
  const llm::Description description = description_of(byte_pairs("gpt-2"));
  const Strings bytes = bytes_of(description);
  REQUIRE(bytes.size() == 261);
  for (std::size_t byte = 0; byte < 256; ++byte)
    CHECK(bytes[byte] == std::string(1, static_cast<char>(byte)));
  CHECK(Strings(bytes.begin() + 256, bytes.end()) == Strings{" a", "ab", " ab", "", ""});
  CHECK(description.merges == Numbers{'a', 'b', ' ', 257, ' ', 'a'});
  CHECK(description.order.empty());
  const llm::Settings settings = settings_of(description);
  CHECK(settings.start == llm::Start::bytes);
  CHECK(settings.merging == llm::Merging::pairs);
  CHECK(settings.splitting == llm::Splitting::gpt2);
  CHECK_FALSE(settings.whole_pieces);
  CHECK(settings.first_token == TokenId{260});

  const auto tokenizer = llm::Tokenizer::create(description);
  REQUIRE(tokenizer.has_value());
  Ids ids;
  const std::string text = "ab ab a<|end|>";
  REQUIRE(tokenizer->encode(to_bytes(text), ids).has_value());
  CHECK(ids == Ids{257, 258, 256, '<', '|', 'e', 'n', 'd', '|', '>'});
}

TEST_CASE("gguf tokenizer: ways of splitting") {
  const auto splitting = [](std::string_view name) {
    return settings_of(description_of(byte_pairs(name))).splitting;
  };
  CHECK(splitting("llama-bpe") == llm::Splitting::llama3);
  CHECK(splitting("qwen2") == llm::Splitting::qwen2);
  CHECK(splitting("smollm") == llm::Splitting::smollm);
  CHECK(splitting("default") == llm::Splitting::llama_cpp);
  std::vector<Bytes> pairs = byte_pairs("");
  pairs.erase(pairs.begin() + 1);
  CHECK(settings_of(description_of(pairs)).splitting == llm::Splitting::llama_cpp);
  // With whole pieces, a token that no merge gives may come; special ones are told by their type.
  const llm::Description llama3 = description_of(byte_pairs("llama-bpe"));
  CHECK(settings_of(llama3).whole_pieces);
  CHECK(bytes_of(llama3)[259] == "unreached");
}

TEST_CASE("gguf tokenizer: bytes without a token are given to ids without bytes") {
  Strings texts = byte_characters_and({"one", "two", "three", "four"});
  texts[0xc0] = "five";
  texts[0xff] = "six";
  std::vector<Bytes> pairs{model("gpt2"), pre("gpt-2"), tokens(texts), merges({}),
                           gguf_pair("tokenizer.ggml.bos_token_id", 259U)};
  const Strings bytes = bytes_of(description_of(pairs));
  CHECK(Strings(bytes.begin() + 256, bytes.end()) == Strings{"", "\xff", "\xc0", ""});
  CHECK(bytes[0xc0].empty());
  CHECK(bytes[0xff].empty());
  CHECK(llm::Tokenizer::create(description_of(pairs)).has_value());

  // Ids that are not enough stay as they are, and the tokenizer is refused.
  texts.resize(256);
  for (std::size_t byte = 0; byte < 3; ++byte) texts[byte] = std::string(byte + 2, 'a');
  pairs = {model("gpt2"), pre("gpt-2"), tokens(texts), merges({}),
           gguf_pair("tokenizer.ggml.bos_token_id", 0U)};
  const auto refused = llm::Tokenizer::create(description_of(pairs));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message ==
        "the tokenizer has no token for the byte 0x00, so it cannot hold every text");
}

TEST_CASE("gguf tokenizer: gemma4") {
  const llm::Description description =
      description_of({model("gemma4"),
                      tokens({"a", "\xe2\x96\x81",
                              "\xe2\x96\x81"
                              "a",
                              "aa", "\xc3\xa9", "<0x61>"}),
                      types({1, 1, 1, 1, 1, 6}), merges({"\xe2\x96\x81 a"})});
  CHECK(bytes_of(description) == Strings{"a", " ", " a", "", "\xc3\xa9", ""});
  CHECK(description.merges == Numbers{1, 0});
  CHECK(settings_of(description).splitting == llm::Splitting::lines);
  CHECK(settings_of(description).start == llm::Start::characters);
}

TEST_CASE("gguf tokenizer: kinds and splittings that are not known") {
  check_refused({model("bert")}, ErrorCode::unsupported,
                "the tokenizer is of the kind 'bert'; those that can be read are 'llama', 'gpt2' "
                "and 'gemma4'");
  check_refused({}, ErrorCode::corrupt, "metadata 'tokenizer.ggml.model' is missing");
  check_refused({gguf_pair("tokenizer.ggml.model", 1U)}, ErrorCode::corrupt,
                "metadata 'tokenizer.ggml.model' is an integer, expected a string");
  check_refused(byte_pairs("falcon"), ErrorCode::unsupported,
                "metadata 'tokenizer.ggml.pre' is 'falcon', a way of splitting text that czip does "
                "not know; 'gpt-2', 'llama-bpe', 'qwen2', 'smollm' and 'default' are some that it "
                "does");
}

// The sample with one pair in the place of another.
std::vector<Bytes> with(std::vector<Bytes> pairs, std::size_t place, const Bytes& pair) {
  pairs[place] = pair;
  return pairs;
}

TEST_CASE("gguf tokenizer: tokens, types, scores and first token that lie") {
  const std::vector<Bytes> pairs = sentence_pieces();
  check_refused(with(pairs, 1, tokens({})), ErrorCode::corrupt,
                "metadata 'tokenizer.ggml.tokens' has 0 elements, expected 1");
  check_refused(with(pairs, 1, gguf_pair("other", 1U)), ErrorCode::corrupt,
                "metadata 'tokenizer.ggml.tokens' is missing");
  check_refused(with(pairs, 1, tokens({"a", "b", "a"})), ErrorCode::corrupt,
                "metadata 'tokenizer.ggml.token_type' has 11 elements, expected 3");
  check_refused(with(with(pairs, 1, tokens({"a", "b", "a"})), 2, types({1, 1, 1})),
                ErrorCode::corrupt, "the tokens 0 and 2 are both 'a'");
  check_refused(with(pairs, 2, types({1, 1})), ErrorCode::corrupt,
                "metadata 'tokenizer.ggml.token_type' has 2 elements, expected 11");
  check_refused(with(pairs, 3, scores({1, 1})), ErrorCode::corrupt,
                "metadata 'tokenizer.ggml.scores' has 2 elements, expected 11");
  check_refused(with(pairs, 3, gguf_pair("other", 1U)), ErrorCode::corrupt,
                "metadata 'tokenizer.ggml.scores' is missing");
  check_refused(with(pairs, 3, gguf_array("tokenizer.ggml.scores", f32, 1, le(0x7fc00000U))),
                ErrorCode::corrupt,
                "metadata 'tokenizer.ggml.scores': element 0 is infinite or not a number");
  check_refused(with(pairs, 4, gguf_pair("tokenizer.ggml.bos_token_id", 11U)), ErrorCode::corrupt,
                "metadata 'tokenizer.ggml.bos_token_id' is 11, expected 0 to 10");
  check_refused({model("llama"), tokens({std::string(1025, 'a')})}, ErrorCode::unsupported,
                "token 0 has 1025 bytes; at most 1024 are possible");
}

TEST_CASE("gguf tokenizer: merges that lie") {
  const std::vector<Bytes> pairs = byte_pairs("gpt-2");
  check_refused(with(pairs, 3, merges({"a"})), ErrorCode::corrupt,
                "metadata 'tokenizer.ggml.merges' has 'a', expected two texts with a space between "
                "them");
  check_refused(with(pairs, 3, merges({"a "})), ErrorCode::corrupt,
                "metadata 'tokenizer.ggml.merges' has 'a ', expected two texts with a space "
                "between them");
  check_refused(with(pairs, 3, merges({" a"})), ErrorCode::corrupt,
                "metadata 'tokenizer.ggml.merges' has ' a', expected two texts with a space "
                "between them");
  check_refused(with(pairs, 3, merges({"a bb"})), ErrorCode::corrupt,
                "there is a merge of 'a' and 'bb', but no token 'bb'");
  check_refused(with(pairs, 3, merges({"b a"})), ErrorCode::corrupt,
                "there is a merge of 'b' and 'a', but no token 'ba'");
  check_refused(with(pairs, 3, gguf_pair("tokenizer.ggml.merges", "a b")), ErrorCode::corrupt,
                "metadata 'tokenizer.ggml.merges' is a string, expected an array");
}

}  // namespace
}  // namespace czip::test
