// Proves a compression made elsewhere: the text, coded here, gives the payload of the file.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v1/codec.hpp"
#include "io/streams.hpp"
#include "v1/payload.hpp"
#include "verify/checks.hpp"

namespace czip::tool {
namespace {

Check failure(std::string name, std::string text) {
  return {std::move(name), Verdict::failure, std::move(text)};
}

std::vector<v1::Dialect> candidates(std::optional<v1::Dialect> dialect) {
  if (dialect) return {*dialect};
  return {v1::kDialects.begin(), v1::kDialects.end()};
}

struct Comparison {
  std::vector<v1::Dialect> equal;
  // The dialect that agrees the longest, and where it differs.
  v1::Dialect nearest = v1::Dialect::rust;
  std::optional<PayloadDifference> difference;
  std::string fault;
};

Comparison compare(const v1::Model& model, std::span<const std::uint8_t> payload,
                   std::span<const std::uint8_t> text, std::optional<v1::Dialect> dialect,
                   v1::EncodeOptions options) {
  Comparison comparison;
  for (const v1::Dialect candidate : candidates(dialect)) {
    options.dialect = candidate;
    const auto expected = v1::encode_payload(model, text, options);
    if (!expected) {
      comparison.fault = expected.error().message;
      return comparison;
    }
    const auto difference = compare_payloads(*expected, payload);
    if (!difference) {
      comparison.equal.push_back(candidate);
    } else if (!comparison.difference || difference->chunk > comparison.difference->chunk) {
      comparison.nearest = candidate;
      comparison.difference = difference;
    }
  }
  return comparison;
}

Check report(const Comparison& comparison) {
  Check check{.name = "payload"};
  if (!comparison.fault.empty()) return failure(check.name, comparison.fault);
  if (comparison.equal.empty())
    return failure(check.name, "is not that of the text: " + comparison.difference->what +
                                   " differs (nearest dialect: " +
                                   std::string(v1::dialect_name(comparison.nearest)) + ")");
  std::string names;
  check.values["dialects"] = nlohmann::ordered_json::array();
  for (const v1::Dialect dialect : comparison.equal) {
    names += (names.empty() ? "" : ", ") + std::string(v1::dialect_name(dialect));
    check.values["dialects"].push_back(v1::dialect_name(dialect));
  }
  check.text = "is that of the text, byte for byte, in dialect " + names;
  return check;
}

Check check_decoding(const v1::Model& model, std::span<const std::uint8_t> file,
                     std::span<const std::uint8_t> text, v1::Dialect dialect,
                     const v1::EncodeOptions& options) {
  v1::DecodeOptions decode;
  decode.threads = options.threads;
  decode.simd = options.simd;
  decode.dialect = dialect;
  MemorySource source(file);
  CompareSink sink(text);
  const auto decoded = v1::decode(model, source, sink, decode);
  if (!decoded) return failure("decoding", decoded.error().message);
  if (!sink.equal())
    return failure("decoding", "the text differs from byte " + grouped(sink.first_difference()));
  return {"decoding", Verdict::ok, "gives the text back, " + grouped(text.size()) + " bytes"};
}

}  // namespace

Check check_size(std::uint64_t text, std::uint64_t file) {
  const double bits = text == 0 ? 0 : 8 * static_cast<double>(file) / static_cast<double>(text);
  return {"size",
          Verdict::ok,
          format("%s bytes of text in %s, %.2f %%, %.3f bits per byte", grouped(text).c_str(),
                 grouped(file).c_str(), percent(file, text), bits),
          {{"text_bytes", text}, {"file_bytes", file}, {"bits_per_byte", bits}}};
}

Checks check_against(const v1::Model& model, std::span<const std::uint8_t> file,
                     std::span<const std::uint8_t> text, std::optional<v1::Dialect> dialect,
                     const v1::EncodeOptions& options) {
  MemorySource source(file);
  const auto info = v1::inspect(source);
  if (!info) return {failure("file", info.error().message)};
  Checks checks{{"file", Verdict::ok,
                 format("CZIPv1, outer codec %s, %s tokens in %s chunks of up to %llu",
                        std::string(v1::outer_codec_name(info->outer)).c_str(),
                        grouped(info->tokens).c_str(), grouped(info->chunks).c_str(),
                        static_cast<unsigned long long>(std::uint64_t{1} << info->context_log2))}};
  MemorySource again(file);
  const auto payload = v1::read_payload(again);
  if (!payload) return {failure("file", payload.error().message)};
  const auto level = level_of(*info, model.network.context_log2);
  if (!level) return {failure("file", level.error().message)};

  v1::EncodeOptions with_level = options;
  with_level.level = *level;
  const Comparison comparison = compare(model, *payload, text, dialect, with_level);
  checks.push_back(report(comparison));
  const v1::Dialect used = comparison.equal.empty() ? comparison.nearest : comparison.equal.front();
  checks.push_back(check_decoding(model, file, text, used, options));
  checks.push_back(check_size(text.size(), file.size()));
  return checks;
}

}  // namespace czip::tool
