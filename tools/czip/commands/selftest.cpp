// czip selftest: every SIMD level of this machine must give the values that every machine gives.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "cli/exit_status.hpp"
#include "cli/json_report.hpp"
#include "cli/session.hpp"
#include "commands/commands.hpp"
#include "commands/selftest_model.hpp"
#include "czip/base/little_endian.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/engine/v1/network.hpp"
#include "czip/engine/v1/output_distribution.hpp"
#include "czip/models/default_model.hpp"
#include "verify/checks.hpp"

namespace czip::tool {
namespace {

using Json = nlohmann::ordered_json;

// The results of the scalar kernels, which read like the specification. All three dialects differ
// with this model.
constexpr std::uint64_t kEngineSignature = 0x63ce941f38ef6ee6;
constexpr std::uint64_t kCodecSignature = 0xfaa521d14083e962;

// The hash of the CZIPv2 file of the same text with models/default.czm, and that model's hash.
constexpr std::uint64_t kFormat2Signature = 0x8d5a8bcb9fbaf6aa;
constexpr std::string_view kDefaultModelHash = "1520e2074e02da1933c9fce65a413377";

constexpr std::uint32_t kSequences = 3;

class Hasher {
 public:
  void add(std::uint32_t value) {
    std::array<std::uint8_t, 4> bytes{};
    store_le(bytes.data(), value);
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  [[nodiscard]] std::uint64_t value() const { return XXH3_64bits(bytes_.data(), bytes_.size()); }

 private:
  std::vector<std::uint8_t> bytes_;
};

// The first sequence repeats one token, so that its attention accumulator passes 2^31; the others
// do not.
std::uint32_t test_token(std::uint32_t sequence, std::uint32_t position, std::uint32_t vocabulary) {
  if (sequence == 0) return 17;
  return (position * position * 7 + position * 31 + sequence * 101) % vocabulary;
}

// Runs all sequences in one batch at even positions and row by row at odd ones: the values must not
// depend on the batch.
Status hash_network(const v1::Weights& network, SimdLevel level, v1::Dialect dialect,
                    Hasher& hasher) {
  CZIP_TRY_ASSIGN(const auto transformer, v1::Network::create(network, level, dialect));
  auto state = v1::InferenceState::create(transformer, {kSequences, network.positions, kSequences});
  CZIP_TRY(state);
  CZIP_TRY_ASSIGN(auto distribution, v1::OutputDistribution::create(transformer));

  const auto take = [&](std::size_t row) {
    const auto logits = state->logits(row);
    for (const std::int32_t logit : logits) hasher.add(static_cast<std::uint32_t>(logit));
    distribution.assign(logits);
    for (std::uint32_t symbol = 0; symbol < network.vocabulary; ++symbol)
      hasher.add(distribution.range(symbol).high);
  };
  for (std::uint32_t position = 0; position < network.positions; ++position) {
    std::vector<v1::InputRow> rows;
    for (std::uint32_t sequence = 0; sequence < kSequences; ++sequence)
      rows.push_back({sequence, test_token(sequence, position, network.vocabulary)});
    if (position % 2 == 0) {
      state->forward(rows);
      for (std::size_t row = 0; row < rows.size(); ++row) take(row);
    } else {
      for (const v1::InputRow& row : rows) {
        state->forward({&row, 1});
        take(0);
      }
    }
  }
  return {};
}

Result<std::uint64_t> engine_signature(const v1::Weights& network, SimdLevel level) {
  Hasher hasher;
  for (const v1::Dialect dialect : v1::kDialects)
    CZIP_TRY(hash_network(network, level, dialect, hasher));
  return hasher.value();
}

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
  std::uint64_t engine = 0;
  std::uint64_t codec = 0;
  std::optional<std::uint64_t> format2 = {};  // nullopt: not tested
  std::string fault = {};
  [[nodiscard]] bool good() const {
    return fault.empty() && engine == kEngineSignature && codec == kCodecSignature &&
           format2.value_or(kFormat2Signature) == kFormat2Signature;
  }
};

LevelResult test_level(const Models& models, SimdLevel level) {
  const v1::Model& model = models.v1;
  LevelResult result{.level = level};
  const auto engine = engine_signature(model.network, level);
  if (!engine) result.fault = engine.error().message;
  if (engine) result.engine = *engine;
  if (models.v2) {
    const auto format2 = format2_signature(*models.v2, level);
    if (!format2) result.fault = format2.error().message;
    result.format2 = format2.value_or(0);
  }
  for (const unsigned threads : {1U, 3U}) {
    const auto codec = codec_signature(model, level, threads);
    if (!codec) {
      result.fault = codec.error().message;
    } else if (threads == 1) {
      result.codec = *codec;
    } else if (*codec != result.codec) {
      result.fault = "one thread and three give different files";
    }
  }
  return result;
}

std::string hex(std::uint64_t value) {
  return format("%016llx", static_cast<unsigned long long>(value));
}

std::string format2_text(const LevelResult& result) {
  return result.format2 ? hex(*result.format2) : "not tested";
}

std::string describe(const LevelResult& result) {
  std::string text =
      format("%-12s  engine %s  codec %s  format 2 %s  ",
             std::string(simd_level_name(result.level)).c_str(), hex(result.engine).c_str(),
             hex(result.codec).c_str(), format2_text(result).c_str());
  if (!result.fault.empty()) return text + "FAILED: " + result.fault + "\n";
  if (result.good()) return text + "ok\n";
  return text + "FAILED: expected engine " + hex(kEngineSignature) + ", codec " +
         hex(kCodecSignature) + " and format 2 " + hex(kFormat2Signature) + "\n";
}

Json to_json(const LevelResult& result) {
  return {{"simd", simd_level_name(result.level)},
          {"engine_signature", hex(result.engine)},
          {"codec_signature", hex(result.codec)},
          {"format2_signature", result.format2 ? Json(hex(*result.format2)) : Json()},
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
  for (const SimdLevel level : supported_simd_levels()) {
    if (session.arguments.simd && level != *session.arguments.simd) continue;
    const LevelResult result = test_level(models, level);
    good = good && result.good();
    report.push_back(to_json(result));
    if (!session.arguments.json && (!session.arguments.quiet || !result.good()))
      session.console.print(describe(result));
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
