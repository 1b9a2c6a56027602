// Compares with files, payloads, logits and frequencies that the public reference made; see
// golden/README.md in CZIP_SHARED_DIR. Where that folder is absent, the tests are skipped.
#include <doctest/doctest.h>
#include <xxhash.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "czip/base/little_endian.hpp"
#include "czip/codec/v1/codec.hpp"
#include "czip/engine/v1/output_distribution.hpp"
#include "support/skip.hpp"
#include "v1/container.hpp"
#include "v1/outer_codec.hpp"

namespace czip::v1 {
namespace {

using nlohmann::json;
using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kContextOffset = 11;  // in a payload
constexpr std::uint32_t kRows = 64;

std::filesystem::path shared_dir() { return CZIP_SHARED_DIR; }
std::filesystem::path golden_dir() { return shared_dir() / "golden"; }

bool golden_missing() {
  if (std::filesystem::exists(golden_dir() / "manifest.json")) return false;
  test::skip("no golden files in " + golden_dir().string());
  return true;
}

Bytes read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE_MESSAGE(file.good(), path.string());
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

const json& manifest() {
  static const json parsed = json::parse(std::ifstream(golden_dir() / "manifest.json"));
  return parsed;
}

// "v000" or "v001".
const Model& public_model(const std::string& name) {
  static std::map<std::string, Model> models;
  if (const auto found = models.find(name); found != models.end()) return found->second;
  Result<Model> model = load_model(read_file(shared_dir() / "models" / (name + "_eng.czm")));
  REQUIRE_MESSAGE(model.has_value(), (model ? "" : model.error().message));
  return models.emplace(name, std::move(*model)).first->second;
}

EncodeOptions options_of(const json& config) {
  EncodeOptions options;
  if (!config.at("level").is_null()) options.level = config.at("level").get<int>();
  options.model_path_hash = config.at("model_id_hash").get<std::uint32_t>();
  return options;
}

// v000's files hold 0 for a context of 64 tokens, as their revision wrote it; czip writes 6.
Bytes golden_payload(const json& config) {
  Bytes payload = read_file(golden_dir() / config.at("payload").get<std::string>());
  if (payload.at(kContextOffset) == 0) payload[kContextOffset] = 6;
  return payload;
}

// Calls `check` for every case and configuration of the manifest.
void for_each_golden(const std::function<void(const json& golden, const json& config)>& check) {
  for (const json& golden : manifest().at("cases")) {
    if (!golden.contains("configs")) continue;
    for (const json& config : golden.at("configs")) {
      CAPTURE(golden.at("name").get<std::string>());
      CAPTURE(config.at("model").get<std::string>());
      CAPTURE(config.at("level").dump());
      check(golden, config);
    }
  }
}

Bytes input_of(const json& golden) {
  return read_file(golden_dir() / golden.at("input").get<std::string>());
}

// What is inside the outer codec.
Bytes payload_of(const Bytes& file) {
  MemorySource source{std::span<const std::uint8_t>(file).subspan(kFileHeaderBytes)};
  auto decoder = create_outer_decoder(static_cast<OuterCodec>(file.at(7)), source);
  REQUIRE(decoder.has_value());
  Bytes payload(std::size_t{1} << 20);
  const Result<std::size_t> size = (*decoder)->read(payload);
  REQUIRE(size.has_value());
  payload.resize(*size);
  return payload;
}

void check_decodes(const Model& model, const Bytes& file, const Bytes& text,
                   const DecodeOptions& options = {}, Dialect dialect = Dialect::rust) {
  MemorySource source(file);
  MemorySink sink;
  const Result<CodingReport> report = decode(model, source, sink, options);
  REQUIRE_MESSAGE(report.has_value(), (report ? "" : report.error().message));
  CHECK(sink.bytes() == text);
  CHECK(report->dialect == dialect);
  CHECK(report->file_bytes == file.size());
}

// Little-endian logits.
Bytes logit_bytes(std::span<const std::int32_t> logits) {
  Bytes bytes(4 * logits.size());
  for (std::size_t i = 0; i < logits.size(); ++i) store_le(&bytes[4 * i], logits[i]);
  return bytes;
}

// Little-endian inclusive cumulative frequencies.
Bytes cumulative_bytes(std::span<const std::int32_t> logits, OutputDistribution& distribution) {
  Bytes bytes(4 * logits.size());
  distribution.assign(logits);
  for (std::uint32_t i = 0; i < logits.size(); ++i)
    store_le(&bytes[4 * i], distribution.range(i).high);
  return bytes;
}

// Runs the network over the tokens as the format cuts them into chunks.
void for_each_position(const Model& model, SimdLevel simd, std::uint32_t context,
                       const std::vector<TokenId>& tokens,
                       const std::function<void(std::size_t, std::span<const std::int32_t>,
                                                OutputDistribution&)>& visit) {
  Result<Network> transformer = Network::create(model.network, simd, Dialect::rust);
  REQUIRE(transformer.has_value());
  Result<InferenceState> state =
      InferenceState::create(*transformer, {.sequences = 1, .context = context, .rows = kRows});
  REQUIRE(state.has_value());
  Result<OutputDistribution> distribution = OutputDistribution::create(*transformer);
  REQUIRE(distribution.has_value());
  // Every context is a multiple of the rows, so no call crosses a chunk's end.
  for (std::size_t begin = 0; begin < tokens.size(); begin += kRows) {
    if (begin % context == 0) state->reset(0);
    std::vector<InputRow> rows;
    for (std::size_t i = begin; i < std::min<std::size_t>(begin + kRows, tokens.size()); ++i)
      rows.push_back({0, i % context == 0 ? model.first_token : tokens[i - 1]});
    state->forward(rows);
    for (std::size_t r = 0; r < rows.size(); ++r) visit(begin + r, state->logits(r), *distribution);
  }
}

std::uint64_t xxh64(const Bytes& bytes) { return XXH64(bytes.data(), bytes.size(), 0); }

// The golden hashes in config[key], or nothing where the golden files have none.
std::vector<std::uint64_t> golden_hashes(const json& config, const char* key) {
  if (!config.contains(key)) return {};
  const Bytes bytes = read_file(golden_dir() / config.at(key).get<std::string>());
  std::vector<std::uint64_t> hashes(bytes.size() / 8);
  for (std::size_t i = 0; i < hashes.size(); ++i) hashes[i] = load_le<std::uint64_t>(&bytes[8 * i]);
  return hashes;
}

// The first position whose logits or frequencies differ from the reference's. -1: none does, or the
// golden files have none, as for the largest inputs at the middle levels.
std::int64_t first_difference(const json& golden, const json& config, SimdLevel simd) {
  const auto tokens =
      json::parse(std::ifstream(golden_dir() / golden.at("tokens").get<std::string>()))
          .get<std::vector<TokenId>>();
  const std::vector<std::uint64_t> logit_hashes = golden_hashes(config, "logits_xxh64");
  const std::vector<std::uint64_t> cumulative_hashes = golden_hashes(config, "cumfreq_xxh64");
  if (!config.contains("logits_xxh64")) return -1;
  REQUIRE(logit_hashes.size() == tokens.size());
  const std::string payload = config.at("payload").get<std::string>();
  const std::string stem = payload.substr(0, payload.size() - std::string("payload.bin").size());
  std::map<std::size_t, Bytes> dumps;
  for (const std::size_t p : {0U, 1U, 63U, 64U, 1023U, 1024U}) {
    const auto dump = golden_dir() / (stem + "pos" + std::to_string(p) + ".full.bin");
    if (std::filesystem::exists(dump)) dumps[p] = read_file(dump);
  }

  std::int64_t difference = -1;
  for_each_position(
      public_model(config.at("model").get<std::string>()), simd,
      config.at("context").get<std::uint32_t>(), tokens,
      [&](std::size_t p, std::span<const std::int32_t> logits, OutputDistribution& distribution) {
        Bytes bytes = logit_bytes(logits);
        bool same = xxh64(bytes) == logit_hashes[p];
        if (!cumulative_hashes.empty() || dumps.contains(p)) {
          const Bytes cumulative = cumulative_bytes(logits, distribution);
          same = same && (cumulative_hashes.empty() || xxh64(cumulative) == cumulative_hashes[p]);
          bytes.insert(bytes.end(), cumulative.begin(), cumulative.end());
          same = same && (!dumps.contains(p) || bytes == dumps[p]);
        }
        if (!same && difference < 0) difference = static_cast<std::int64_t>(p);
      });
  return difference;
}

}  // namespace

TEST_CASE("every golden payload is written byte for byte") {
  if (golden_missing()) return;
  for_each_golden([](const json& golden, const json& config) {
    const Result<Bytes> payload = encode_payload(
        public_model(config.at("model").get<std::string>()), input_of(golden), options_of(config));
    REQUIRE_MESSAGE(payload.has_value(), (payload ? "" : payload.error().message));
    CHECK(*payload == golden_payload(config));
  });
}

TEST_CASE("every golden file is read, with both outer codecs") {
  if (golden_missing()) return;
  for_each_golden([](const json& golden, const json& config) {
    const Model& model = public_model(config.at("model").get<std::string>());
    const Bytes text = input_of(golden);
    for (const char* key : {"czip_zstd", "czip_brotli"})
      check_decodes(model, read_file(golden_dir() / config.at(key).get<std::string>()), text);
  });
}

TEST_CASE("logits and frequencies are the reference's at every position") {
  if (golden_missing()) return;
  for_each_golden([](const json& golden, const json& config) {
    CHECK(first_difference(golden, config, best_simd_level()) == -1);
  });
}

TEST_CASE("every SIMD level gives the reference's logits, payloads and texts") {
  if (golden_missing()) return;
  const std::set<std::string> subset{"05_two_nul_text.txt", "08_gpl3_2k.txt", "14_emoji.txt",
                                     "60_overflow_stars_1200.txt"};
  for_each_golden([&](const json& golden, const json& config) {
    const std::string name = golden.at("name").get<std::string>();
    // The longest chunks, and the model that has the shortest only.
    const bool wanted = config.at("level").is_null() || config.at("level").get<int>() == kMaxLevel;
    if (!wanted || !subset.contains(name)) return;
    const Model& model = public_model(config.at("model").get<std::string>());
    const Bytes text = input_of(golden);
    for (const SimdLevel simd : supported_simd_levels()) {
      CAPTURE(simd_level_name(simd));
      CHECK(first_difference(golden, config, simd) == -1);
      EncodeOptions encode_options = options_of(config);
      encode_options.simd = simd;
      const Result<Bytes> payload = encode_payload(model, text, encode_options);
      REQUIRE(payload.has_value());
      CHECK(*payload == golden_payload(config));
      DecodeOptions decode_options;
      decode_options.simd = simd;
      check_decodes(model, read_file(golden_dir() / config.at("czip_zstd").get<std::string>()),
                    text, decode_options);
    }
  });
}

TEST_CASE("files of the other dialects are recognised, and written again byte for byte") {
  if (golden_missing()) return;
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(golden_dir() / "dialects")) {
    // NAME.DIALECT.LEVEL.czip
    const std::string name = entry.path().filename().string();
    CAPTURE(name);
    const std::size_t dot = name.find('.');
    const std::size_t second = name.find('.', dot + 1);
    const std::optional<Dialect> dialect = parse_dialect(name.substr(dot + 1, second - dot - 1));
    REQUIRE(dialect.has_value());
    const int level = name.at(second + 2) - '0';
    const Bytes file = read_file(entry.path());
    const Bytes text = read_file(golden_dir() / "inputs" / (name.substr(0, dot) + ".txt"));
    const Model& model = public_model("v001");
    check_decodes(model, file, text, {}, *dialect);

    DecodeOptions decode_options;
    decode_options.dialect = dialect;
    check_decodes(model, file, text, decode_options, *dialect);

    const Bytes expected = payload_of(file);
    EncodeOptions options;
    options.level = level;
    options.dialect = *dialect;
    options.model_path_hash = load_le<std::uint32_t>(expected.data());
    const Result<Bytes> payload = encode_payload(model, text, options);
    REQUIRE(payload.has_value());
    CHECK(*payload == expected);
    ++files;
  }
  CHECK(files == 5);
}

TEST_CASE("inputs that the reference refuses, not being UTF-8, round-trip") {
  if (golden_missing()) return;
  for (const json& golden : manifest().at("cases")) {
    if (golden.at("valid").get<bool>()) continue;
    const Bytes text = input_of(golden);
    CAPTURE(golden.at("name").get<std::string>());
    for (int level = kMinLevel; level <= kMaxLevel; ++level) {
      EncodeOptions options;
      options.level = level;
      MemorySink file;
      REQUIRE(encode(public_model("v001"), text, file, options).has_value());
      check_decodes(public_model("v001"), file.bytes(), text);
    }
  }
}

TEST_CASE("a file of one public model is refused with the other") {
  if (golden_missing()) return;
  const Bytes file =
      read_file(golden_dir() / "v000" / "default" / "10_english_100k.txt.brotli.czip");
  MemorySource source(file);
  NullSink sink;
  const Result<CodingReport> report = decode(public_model("v001"), source, sink, {});
  REQUIRE_FALSE(report.has_value());
  CHECK(report.error().message.find("made with another model") != std::string::npos);
}

}  // namespace czip::v1
