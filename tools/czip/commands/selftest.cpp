// czip selftest: every SIMD level of this machine must give the values that every machine gives.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "cli/exit_status.hpp"
#include "cli/json_report.hpp"
#include "cli/progress.hpp"
#include "cli/session.hpp"
#include "commands/commands.hpp"
#include "commands/selftest_model.hpp"
#include "czip/codec/default_model.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/signature.hpp"
#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v2/codec.hpp"
#include "verify/checks.hpp"

namespace czip::tool {
namespace {

using Json = nlohmann::ordered_json;

// The hash of the CZIPv1 payload of a built-in text, with the model of selftest_model.hpp: beyond
// the engine signature, it has the tokenizer's pattern.
constexpr std::uint64_t kCodecSignature = 0xa476401c3aef3718;

// The hash of the CZIPv2 file of the same text with models/default.czm, and that model's hash.
constexpr std::uint64_t kFormat2Signature = 0x1ce3f6a1a4d5e9d5;
constexpr std::string_view kDefaultModelHash = "b6102951960cd97f6e6e0ea4a0337003";

// The hash of the payload of a built-in text. Error: the file does not decode to the text.
Result<std::uint64_t> codec_signature(const v1::Model& model, SimdLevel simd, unsigned threads) {
  const std::vector<std::uint8_t> text = sample_bytes();
  v1::EncodeOptions options;
  options.simd = simd;
  options.threads = threads;
  MemorySink file;
  CZIP_TRY(v1::encode(model, text, file, options));
  MemorySource source(file.bytes());
  CZIP_TRY(v1::inspect(source));
  CZIP_TRY(source.rewind());
  CZIP_TRY_ASSIGN(const auto payload, v1::read_payload(source));

  v1::DecodeOptions decode;
  decode.simd = simd;
  decode.threads = threads;
  decode.dialect = options.dialect;
  MemorySink back;
  CZIP_TRY(source.rewind());
  CZIP_TRY(v1::decode(model, source, back, decode));
  if (back.bytes() != text) return fail(ErrorCode::internal, "the text comes back changed");
  return XXH3_64bits(payload.data(), payload.size());
}

Result<std::uint64_t> format2_signature(const v2::Model& model, SimdLevel simd) {
  const std::vector<std::uint8_t> text = sample_bytes();
  v2::EncodeOptions options;
  options.level = v2::kMaxLevel;  // with the network
  options.simd = simd;
  options.verify = true;
  MemorySink file;
  CZIP_TRY(v2::encode(model, text, file, options));
  return XXH3_64bits(file.bytes().data(), file.bytes().size());
}

// The models to test with: one of random weights for CZIPv1, and models/default.czm, unless this
// build has another built-in model or none.
struct Models {
  v1::Model v1;
  std::optional<v2::Model> v2;
};

struct LevelResult {
  SimdLevel level;
  EngineSignature engine = {};
  std::string fault = {};
  [[nodiscard]] bool good() const { return fault.empty() && engine.good(); }
};

std::string hex(std::uint64_t value) {
  return format("%016llx", static_cast<unsigned long long>(value));
}

// What is wrong with a hash of a file; empty: nothing.
std::string file_fault(const std::string& file, const Result<std::uint64_t>& hash,
                       std::uint64_t expected) {
  if (!hash) return file + ": " + hash.error().message;
  if (*hash == expected) return {};
  return file + " has the hash " + hex(*hash) + " instead of " + hex(expected);
}

// The engine, two CZIPv1 files and one CZIPv2 file at each level.
constexpr std::uint64_t kStepsOfLevel = 4;

// The first fault that is found in whole files. Counts `steps` on from the level's first.
std::string files_fault(const Models& models, SimdLevel level, ProgressBar& bar,
                        std::uint64_t steps) {
  for (const unsigned threads : {1U, 3U}) {
    const std::string file = "a CZIPv1 file of " + std::to_string(threads) + " threads";
    std::string fault =
        file_fault(file, codec_signature(models.v1, level, threads), kCodecSignature);
    if (!fault.empty()) return fault;
    bar.update(++steps);
  }
  if (!models.v2) return {};
  return file_fault("a CZIPv2 file", format2_signature(*models.v2, level), kFormat2Signature);
}

// `steps` were done before it.
LevelResult test_level(const Models& models, SimdLevel level, ProgressBar& bar,
                       std::uint64_t steps) {
  LevelResult result{.level = level};
  auto engine = engine_signature(level);
  if (!engine) {
    result.fault = engine.error().message;
    return result;
  }
  result.engine = std::move(*engine);
  bar.update(++steps);
  result.fault = files_fault(models, level, bar, steps);
  return result;
}

std::string describe(const LevelResult& result, bool parts) {
  std::string text =
      format("%-12s  signature %s  ", std::string(simd_level_name(result.level)).c_str(),
             hex(result.engine.value).c_str());
  text += result.good()          ? "ok\n"
          : result.engine.good() ? "FAILED: " + result.fault + "\n"
                                 : "FAILED: expected " + hex(kEngineSignature) +
                                       (result.fault.empty() ? "" : "; ") + result.fault + "\n";
  if (!parts) return text;
  for (const EngineSignature::Part& part : result.engine.parts)
    text += format("  %s  %s\n", hex(part.hash).c_str(), std::string(part.name).c_str());
  return text;
}

Json to_json(const LevelResult& result) {
  Json parts = Json::object();
  for (const EngineSignature::Part& part : result.engine.parts)
    parts[std::string(part.name)] = hex(part.hash);
  return {{"simd", simd_level_name(result.level)},
          {"signature", hex(result.engine.value)},
          {"parts", parts},
          {"good", result.good()},
          {"fault", result.fault}};
}

}  // namespace

ExitStatus run_selftest(Session& session) {
  auto seeded = make_selftest_model();
  if (!seeded) return session.console.error("selftest", seeded.error());
  Models models{std::move(*seeded), std::nullopt};
  if (!default_model().empty()) {
    auto built_in = v2::Model::parse(default_model());
    if (!built_in) return session.console.error("selftest", built_in.error());
    if (to_hex(built_in->hash()) == kDefaultModelHash) models.v2 = std::move(*built_in);
  }
  bool good = true;
  Json report = Json::array();
  const std::size_t levels = session.arguments.simd ? 1 : supported_simd_levels().size();
  ProgressBar bar("selftest", kStepsOfLevel * levels, session.wants_progress(), "steps");
  std::uint64_t steps = 0;
  for (const SimdLevel level : supported_simd_levels()) {
    if (session.arguments.simd && level != *session.arguments.simd) continue;
    const LevelResult result = test_level(models, level, bar, steps);
    steps += kStepsOfLevel;
    bar.update(steps);
    good = good && result.good();
    report.push_back(to_json(result));
    if (!session.arguments.json && (!session.arguments.quiet || !result.good()))
      session.console.print(describe(result, session.arguments.verbose || !result.engine.good()));
  }
  if (session.arguments.json) print_json(session.console, report);
  if (good) return ExitStatus::ok;
  return session.console.error(
      "selftest",
      {ErrorCode::internal,
       "this machine or this build does not compute what it must; files that it writes cannot be "
       "trusted; please report the lines above"});
}

}  // namespace czip::tool
