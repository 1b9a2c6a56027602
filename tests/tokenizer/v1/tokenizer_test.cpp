// The tokenizer through its public header: the reference's tokens, any bytes, any way of asking,
// and hostile tokenizers.
#include "czip/tokenizer/v1/tokenizer.hpp"

#include <doctest/doctest.h>
#include <zstd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace czip::v1 {
namespace {

using nlohmann::json;

constexpr const char* kWordPattern = "'(?:[sdmt]|ll)|\\p{L}+| ?\\p{L}+|\\p{N}{1,3}|\\s+(?!\\S)|\\s";

std::filesystem::path shared_dir() { return CZIP_SHARED_DIR; }

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The tokenizer of the public model v001_eng, or nothing if the model is not here.
std::string shared_tokenizer_json() {
  const std::string model = read_file(shared_dir() / "models" / "v001_eng.czm");
  if (model.size() < 8) return {};
  std::size_t header_size = 0;
  for (std::size_t i = 8; i-- > 0;) {
    header_size = header_size << 8 | static_cast<unsigned char>(model[i]);
  }
  const json header = json::parse(model.substr(8, header_size));
  const auto offsets =
      header.at("tokenizer.data").at("data_offsets").get<std::vector<std::size_t>>();
  const std::string packed = model.substr(8 + header_size + offsets[0], offsets[1] - offsets[0]);
  std::string text(std::size_t{16} << 20, '\0');
  const std::size_t size = ZSTD_decompress(text.data(), text.size(), packed.data(), packed.size());
  REQUIRE(ZSTD_isError(size) == 0);
  text.resize(size);
  return text;
}

// Bytes as the tokenizer JSON spells them: a code point for each.
std::string spelled(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    if (value < 0x80) {
      text += byte;
    } else {
      text += static_cast<char>(0xC0 | value >> 6);
      text += static_cast<char>(0x80 | (value & 0x3F));
    }
  }
  return text;
}

// 256 bytes, `merges` from id 256 on, then <|bos|> and <|eos|>.
json small_tokenizer(const std::vector<std::string>& merges,
                     const std::string& pattern = kWordPattern) {
  json ranks = json::object();
  for (int byte = 0; byte < 256; ++byte) {
    ranks[spelled(std::string(1, static_cast<char>(byte)))] = byte;
  }
  int id = 256;
  for (const std::string& bytes : merges) ranks[spelled(bytes)] = id++;
  return {{"name", "test"},
          {"pat_str", pattern},
          {"mergeable_ranks", std::move(ranks)},
          {"special_tokens", {{"<|bos|>", id}, {"<|eos|>", id + 1}}},
          {"explicit_n_vocab", id + 2}};
}

Tokenizer load(const json& description) {
  Result<Tokenizer> tokenizer = Tokenizer::from_json(description.dump());
  if (!tokenizer) FAIL(tokenizer.error().message);
  return std::move(*tokenizer);
}

// The error of a tokenizer that must not load.
Error refusal(const std::string& text) {
  const Result<Tokenizer> tokenizer = Tokenizer::from_json(text);
  REQUIRE(!tokenizer.has_value());
  CHECK(tokenizer.error().message.find('\n') == std::string::npos);
  return tokenizer.error();
}

bool mentions(const Error& error, std::string_view word) {
  CAPTURE(error.message);
  return error.message.find(word) != std::string::npos;
}

std::vector<TokenId> encode(const Tokenizer& tokenizer, std::string_view text) {
  Result<std::vector<TokenId>> tokens = tokenizer.encode(text);
  if (!tokens) FAIL(tokens.error().message);
  return std::move(*tokens);
}

bool round_trips(const Tokenizer& tokenizer, std::string_view text) {
  std::string decoded;
  return tokenizer.decode(encode(tokenizer, text), decoded).has_value() && decoded == text;
}

std::vector<TokenId> stream_in_steps(const Tokenizer& tokenizer, std::string_view text,
                                     std::size_t step) {
  TokenStream stream(tokenizer, text);
  std::vector<TokenId> tokens;
  std::size_t bytes = 0;
  for (;;) {
    const Result<std::size_t> count = stream.next(step, tokens);
    REQUIRE(count.has_value());
    REQUIRE(*count <= step);
    if (*count == 0) break;
    for (std::size_t i = tokens.size() - *count; i < tokens.size(); ++i) {
      bytes += tokenizer.token_bytes(tokens[i]).size();
    }
    REQUIRE(stream.bytes_consumed() == bytes);
  }
  CHECK(bytes == text.size());
  return tokens;
}

std::string random_bytes(std::mt19937& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random() & 0xFF);
  return bytes;
}

TEST_CASE("the tokens of every golden input are those of the reference") {
  const std::string description = shared_tokenizer_json();
  if (description.empty()) {
    MESSAGE("skipped: no model in " << shared_dir().string());
    return;
  }
  const Result<Tokenizer> tokenizer = Tokenizer::from_json(description);
  REQUIRE(tokenizer.has_value());
  const std::filesystem::path golden = shared_dir() / "golden";
  const json manifest = json::parse(read_file(golden / "manifest.json"));
  std::size_t compared = 0;
  for (const json& golden_case : manifest.at("cases")) {
    const auto name = golden_case.at("name").get<std::string>();
    CAPTURE(name);
    const std::string text = read_file(golden / golden_case.at("input").get<std::string>());
    CHECK(round_trips(*tokenizer, text));
    if (!golden_case.at("valid").get<bool>()) continue;
    const json expected = json::parse(read_file(golden / "tokens" / (name + ".json")));
    CHECK(encode(*tokenizer, text) == expected.get<std::vector<TokenId>>());
    ++compared;
  }
  CHECK(compared > 40);
}

TEST_CASE("bytes that are not UTF-8 become tokens of one byte and text around them is matched") {
  const Tokenizer tokenizer = load(small_tokenizer({"ab", "abab"}));
  CHECK(encode(tokenizer,
               "abab\xff\xe2\x82"
               "abab") == std::vector<TokenId>{257, 0xff, 0xe2, 0x82, 257});
  CHECK(encode(tokenizer, "\xed\xa0\x80") == std::vector<TokenId>{0xed, 0xa0, 0x80});
}

TEST_CASE("any bytes round-trip") {
  const Tokenizer tokenizer = load(small_tokenizer({"ab", "\xc3\xa9", " \xc3", "<|"}));
  std::mt19937 random(1);
  for (std::size_t size = 0; size < 300; ++size) {
    CHECK(round_trips(tokenizer, random_bytes(random, size)));
  }
  CHECK(round_trips(tokenizer, random_bytes(random, 100'000)));
}

TEST_CASE("the text of a special token becomes its id and ends the text before it") {
  const Tokenizer tokenizer = load(small_tokenizer({"  "}));
  const TokenId bos = tokenizer.special_token("<|bos|>").value();
  const TokenId eos = tokenizer.special_token("<|eos|>").value();
  CHECK(tokenizer.vocabulary_size() == 259);
  CHECK(encode(tokenizer, "<|bos|>a<|bos|><|eos|>") == std::vector<TokenId>{bos, 'a', bos, eos});
  CHECK(encode(tokenizer, "<|bo") == std::vector<TokenId>{'<', '|', 'b', 'o'});
  // Two spaces stay together only where no other character follows.
  CHECK(encode(tokenizer, "  x") == std::vector<TokenId>{' ', ' ', 'x'});
  CHECK(encode(tokenizer, "  <|bos|>") == std::vector<TokenId>{256, bos});
  CHECK(round_trips(tokenizer, "<|bos|>a<|bos|><|eos|><|"));
  CHECK(tokenizer.special_token("<|pad|>").error().code == ErrorCode::invalid_argument);
}

TEST_CASE("a piece that is a token is that token even if merging cannot make it") {
  const Tokenizer tokenizer = load(small_tokenizer({"abc", "bc"}));
  CHECK(encode(tokenizer, "abc") == std::vector<TokenId>{256});
  const Tokenizer unreachable = load(small_tokenizer({"xyz"}));
  CHECK(encode(unreachable, "xyz") == std::vector<TokenId>{256});
  CHECK(encode(unreachable, "xyzx") == std::vector<TokenId>{'x', 'y', 'z', 'x'});
}

TEST_CASE("text that the pattern does not match is kept, as pieces of its own") {
  const Tokenizer tokenizer = load(small_tokenizer({"--", "aa"}, "a+"));
  CHECK(encode(tokenizer, "--aa----aa-") == std::vector<TokenId>{256, 257, 256, 256, 257, '-'});
  CHECK(encode(tokenizer, "--") == std::vector<TokenId>{256});
}

TEST_CASE("a pattern that matches nothing at all neither loops nor loses text") {
  for (const char* pattern : {"a*", "", "()", "(?=a)", "\\b", "$", "x*|y*"}) {
    CAPTURE(pattern);
    const Result<Tokenizer> tokenizer = Tokenizer::from_json(small_tokenizer({}, pattern).dump());
    if (!tokenizer) continue;
    CHECK(encode(*tokenizer, "bab") == std::vector<TokenId>{'b', 'a', 'b'});
    CHECK(round_trips(*tokenizer, "aaxxyy \n"));
  }
}

TEST_CASE("a stream gives the tokens of one call, whatever the steps") {
  const Tokenizer tokenizer = load(small_tokenizer({"ab", "abab", "the", " t", "aa", "aaaa"}));
  std::string text = "the <|bos|>abab ababab\xff the\n\n  the 12345 ab's ";
  text += std::string(30'000, 'a') + " " + std::string(20'000, ' ') + "x<|eos|>";
  const std::vector<TokenId> whole = encode(tokenizer, text);
  for (const std::size_t step : {1U, 2U, 3U, 7U, 64U, 1000U, 5000U, 1'000'000U}) {
    CHECK(stream_in_steps(tokenizer, text, step) == whole);
  }
}

TEST_CASE("a stream of an empty text is finished at once") {
  const Tokenizer tokenizer = load(small_tokenizer({}));
  TokenStream stream(tokenizer, "");
  std::vector<TokenId> tokens;
  CHECK(stream.next(10, tokens).value() == 0);
  CHECK(tokens.empty());
  CHECK(stream.bytes_consumed() == 0);
}

TEST_CASE("megabytes of unbroken letters are merged in a moment") {
  std::vector<std::string> merges;
  for (std::size_t size = 2; size <= 64; size *= 2) merges.emplace_back(size, 'a');
  const Tokenizer tokenizer = load(small_tokenizer(merges));
  const std::string text(2'000'000, 'a');
  const std::vector<TokenId> tokens = encode(tokenizer, text);
  CHECK(tokens == std::vector<TokenId>(2'000'000 / 64, 261));

  std::mt19937 random(2);
  std::string letters(2'000'000, ' ');
  for (char& letter : letters) letter = static_cast<char>('a' + random() % 3);
  CHECK(round_trips(tokenizer, letters));
}

TEST_CASE("megabytes of spaces before a letter are cut before the last space") {
  const Tokenizer tokenizer = load(small_tokenizer({"  ", "    ", " x"}));
  std::vector<TokenId> expected(500'000, 257);
  expected.back() = 256;
  expected.insert(expected.end(), {' ', 256 + 2});
  std::string text(2'000'000, ' ');
  text += 'x';
  // 1,999,999 spaces: 499,999 fours, a two, a one; then the last space with its letter.
  CHECK(encode(tokenizer, text) == expected);
}

TEST_CASE("an id without bytes has none and cannot be decoded") {
  json description = small_tokenizer({});
  description["explicit_n_vocab"] = 300;
  const Tokenizer tokenizer = load(description);
  CHECK(tokenizer.vocabulary_size() == 300);
  CHECK(tokenizer.token_bytes('a') == "a");
  CHECK(tokenizer.token_bytes(299).empty());
  CHECK(tokenizer.token_bytes(0xFFFFFFFF).empty());
  std::string out;
  CHECK(!tokenizer.decode(std::vector<TokenId>{299}, out).has_value());
  CHECK(!tokenizer.decode(std::vector<TokenId>{0xFFFFFFFF}, out).has_value());
}

TEST_CASE("without explicit_n_vocab the ids end after the largest") {
  json description = small_tokenizer({});
  description.erase("explicit_n_vocab");
  CHECK(load(description).vocabulary_size() == 258);
  description["explicit_n_vocab"] = nullptr;
  CHECK(load(description).vocabulary_size() == 258);
}

TEST_CASE("JSON that is broken, of another shape or nested without end is refused") {
  CHECK(mentions(refusal(""), "not valid JSON"));
  CHECK(mentions(refusal("{"), "not valid JSON"));
  CHECK(mentions(refusal("{} x"), "not valid JSON"));
  CHECK(mentions(refusal("{\"pat_str\": \"\xff\"}"), "not valid JSON"));
  CHECK(mentions(refusal("{}"), "pat_str is missing"));
  for (const char* other : {"[]", "1", "-1", "1.5", "null", "\"text\"", "true"}) {
    CHECK(mentions(refusal(other), "wrong type"));
  }
  refusal(std::string(5'000'000, '['));
  refusal("{\"name\":" + std::string(5'000'000, '['));
  std::string objects;
  for (int i = 0; i < 1'000'000; ++i) objects += "{\"a\":";
  refusal(objects);
  const std::string whole = small_tokenizer({"ab"}).dump();
  for (std::size_t size = 0; size < whole.size(); size += 37) refusal(whole.substr(0, size));
}

TEST_CASE("fields that mean nothing to a tokenizer may hold anything") {
  json description = small_tokenizer({"ab"});
  description["name"] = json::array({1, -2, 1.5, nullptr, {{"pat_str", 1}}, "x"});
  CHECK(encode(load(description), "ab") == std::vector<TokenId>{256});
}

TEST_CASE("a field of the wrong type is refused by its name") {
  const std::vector<json> values = {nullptr,       true,           -1, 1.5, "text",
                                    json::array(), json::object(), 7};
  for (const char* field : {"pat_str", "mergeable_ranks", "special_tokens", "explicit_n_vocab"}) {
    for (const json& value : values) {
      json description = small_tokenizer({});
      if (description[field].type_name() == std::string_view(value.type_name())) continue;
      if (value.is_null() && field == std::string_view("explicit_n_vocab")) continue;
      description[field] = value;
      CHECK(mentions(refusal(description.dump()), field));
    }
  }
  for (const char* field : {"mergeable_ranks", "special_tokens"}) {
    for (const json& value : values) {
      if (value.is_number_unsigned() || value == 7) continue;
      json description = small_tokenizer({});
      description[field]["token"] = value;
      CHECK(mentions(refusal(description.dump()), field));
    }
  }
}

TEST_CASE("tokens that contradict each other or the limits are refused") {
  const auto changed = [](auto change) {
    json description = small_tokenizer({"ab"});
    change(description);
    return refusal(description.dump());
  };
  CHECK(mentions(changed([](json& d) { d["mergeable_ranks"].erase("a"); }), "byte 97"));
  CHECK(mentions(changed([](json& d) { d["mergeable_ranks"]["ab"] = 7; }), "id 7"));
  CHECK(mentions(changed([](json& d) { d["mergeable_ranks"]["ab"] = 257; }), "id 257"));
  CHECK(mentions(changed([](json& d) { d["mergeable_ranks"]["ab"] = 5000; }), "number of ids"));
  CHECK(mentions(changed([](json& d) { d["mergeable_ranks"]["ab"] = 1 << 20; }), "2^20"));
  CHECK(
      mentions(changed([](json& d) { d["mergeable_ranks"]["\xe2\x82\xac"] = 256; }), "above 255"));
  CHECK(mentions(changed([](json& d) { d["mergeable_ranks"][""] = 256; }), "empty"));
  CHECK(mentions(changed([](json& d) { d["mergeable_ranks"][std::string(2000, 'a')] = 256; }),
                 "too long"));
  CHECK(mentions(changed([](json& d) { d["special_tokens"][""] = 258; }), "empty"));
  CHECK(mentions(changed([](json& d) { d["special_tokens"]["a"] = 258; }), "special token"));
  CHECK(mentions(changed([](json& d) { d["special_tokens"]["ab"] = 258; }), "special token"));
  CHECK(mentions(changed([](json& d) { d["explicit_n_vocab"] = 0; }), "explicit_n_vocab"));
  CHECK(mentions(changed([](json& d) { d["explicit_n_vocab"] = 258; }), "number of ids"));
  CHECK(mentions(changed([](json& d) { d["explicit_n_vocab"] = (1 << 20) + 1; }), "2^20"));
  CHECK(mentions(changed([](json& d) { d["pat_str"] = "(a"; }), "pat_str"));
  CHECK(mentions(changed([](json& d) { d["pat_str"] = "\\C"; }), "pat_str"));
  CHECK(mentions(changed([](json& d) { d["pat_str"] = std::string(100'000, '('); }), "pat_str"));
}

TEST_CASE("a name given twice is refused") {
  std::string text = small_tokenizer({"ab"}).dump();
  CHECK(mentions(refusal("{\"pat_str\":\"a\"," + text.substr(1)), "pat_str is given twice"));
  const std::string ranks = "\"mergeable_ranks\":{";
  text.insert(text.find(ranks) + ranks.size(), "\"a\":259,");
  const std::string count = "\"explicit_n_vocab\":259";
  text.replace(text.find(count), count.size(), "\"explicit_n_vocab\":260");
  CHECK(mentions(refusal(text), "same bytes"));
}

TEST_CASE("a large vocabulary chosen to be slow is loaded or refused in a moment") {
  // Every token splits at every place.
  std::vector<std::string> merges;
  for (std::size_t size = 2; size <= 1024; ++size) merges.emplace_back(size, 'a');
  const Tokenizer tokenizer = load(small_tokenizer(merges));
  CHECK(round_trips(tokenizer, std::string(300'000, 'a')));
}

TEST_CASE("a pattern that backtracks without bound gives an error that stays") {
  const std::string text = std::string(5000, 'a') + "!";
  for (const char* pattern : {"(a+)+$", "(a|aa)+$", "(?:a|a)*b", "(a*)*b"}) {
    CAPTURE(pattern);
    const Tokenizer tokenizer = load(small_tokenizer({}, pattern));
    TokenStream stream(tokenizer, text);
    std::vector<TokenId> tokens;
    const Result<std::size_t> first = stream.next(10, tokens);
    if (first.has_value()) continue;  // PCRE2 saw through the pattern
    CHECK(first.error().code == ErrorCode::unsupported);
    CHECK(mentions(first.error(), "pat_str"));
    CHECK(tokens.empty());
    CHECK(!stream.next(10, tokens).has_value());
    CHECK(!tokenizer.encode(text).has_value());
  }
}

TEST_CASE("a pattern that moves the beginning of its match loses no text") {
  const Tokenizer tokenizer = load(small_tokenizer({"bb"}, "a\\Kb+"));
  CHECK(encode(tokenizer, "abbabb") == std::vector<TokenId>{'a', 256, 'a', 256});
}

}  // namespace
}  // namespace czip::v1
