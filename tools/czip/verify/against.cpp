// Proves a compression made elsewhere: the text, coded here, gives the payload of the file.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/progress.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v1/compare.hpp"
#include "io/limited_sink.hpp"
#include "io/streams.hpp"
#include "v1/file_level.hpp"
#include "verify/checks.hpp"

namespace czip::tool {
namespace {

using Bytes = std::span<const std::uint8_t>;

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
  std::optional<v1::PayloadDifference> difference;
};

Result<Comparison> compare(const v1::Model& model, Bytes file, Bytes text,
                           std::optional<v1::Dialect> dialect, v1::EncodeOptions options,
                           bool shown) {
  Comparison comparison;
  for (const v1::Dialect candidate : candidates(dialect)) {
    options.dialect = candidate;
    ProgressBar progress("coding in dialect " + std::string(v1::dialect_name(candidate)),
                         text.size(), shown);
    options.progress = progress.follow();
    MemorySource source(file);
    CZIP_TRY_ASSIGN(auto difference, v1::compare_payload(model, text, source, options));
    if (!difference) {
      comparison.equal.push_back(candidate);
    } else if (!comparison.difference || difference->chunk > comparison.difference->chunk) {
      comparison.nearest = candidate;
      comparison.difference = std::move(difference);
    }
  }
  return comparison;
}

Check report(const Comparison& comparison) {
  Check check{.name = "payload"};
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

Status decode_against(const v1::Model& model, Bytes file, Bytes text, v1::Dialect dialect,
                      const v1::EncodeOptions& options, const VerifyCoding& coding,
                      Checks& checks) {
  v1::DecodeOptions decode;
  decode.threads = options.threads;
  decode.simd = options.simd;
  decode.memory_limit = options.memory_limit;
  decode.dialect = dialect;
  ProgressBar progress("decoding", text.size(), coding.progress);
  decode.progress = progress.follow();
  MemorySource source(file);
  CompareSink sink(text);
  LimitedSink limited(sink, coding.max_output, "--max-output");
  const auto decoded = v1::decode(model, source, limited, decode);
  CZIP_TRY_ASSIGN(auto check, check_text(decoded ? Status{} : error_of(decoded), sink));
  checks.push_back(std::move(check));
  if (decoded) check_trailing(decoded->trailing, checks);
  return {};
}

}  // namespace

Result<Check> failed(std::string name, const Error& error) {
  if (!blames_data(error)) return Failure(advise(error));
  return Check{std::move(name), Verdict::failure, error.message};
}

Result<Check> check_text(const Status& decoded, const CompareSink& sink) {
  if (!decoded) return failed("decoding", decoded.error());
  if (!sink.equal())
    return failure("decoding", "the text differs from byte " + grouped(sink.first_difference()));
  return Check{"decoding", Verdict::ok,
               "gives the text back, " + grouped(sink.first_difference()) + " bytes"};
}

void check_trailing(const TrailingData& trailing, Checks& checks) {
  std::string text;
  const auto add = [&text](std::uint64_t bytes, const char* what) {
    if (bytes != 0) text += (text.empty() ? "" : ", ") + grouped(bytes) + " bytes of " + what;
  };
  add(trailing.padding_bytes, "zeros");
  add(trailing.recovery_bytes, "recovery data");
  add(trailing.attachment_bytes, "attachments");
  Check check{.name = "other data", .text = text};
  if (trailing.garbage_offset)
    check = failure(check.name, "from byte " + std::to_string(*trailing.garbage_offset) +
                                    " on there is garbage");
  else if (trailing.recovery_damaged)
    check = failure(check.name, "the recovery data are damaged");
  else if (trailing.attachment_damaged)
    check = failure(check.name, "an attachment is damaged");
  else if (trailing.hidden_offset)
    check = failure(check.name, "from byte " + std::to_string(*trailing.hidden_offset) +
                                    " on there is what an interrupted czip -a left");
  if (!check.text.empty()) checks.push_back(std::move(check));
}

Check check_size(std::uint64_t text, std::uint64_t file) {
  const double bits = text == 0 ? 0 : 8 * static_cast<double>(file) / static_cast<double>(text);
  return {"size",
          Verdict::ok,
          format("%s bytes of text in %s, %.2f %%, %.3f bits per byte", grouped(text).c_str(),
                 grouped(file).c_str(), percent(file, text), bits),
          {{"text_bytes", text}, {"file_bytes", file}, {"bits_per_byte", bits}}};
}

Result<Checks> check_against(const v1::Model& model, Bytes file, Bytes text,
                             std::optional<v1::Dialect> dialect, const v1::EncodeOptions& options,
                             const VerifyCoding& coding) {
  Checks checks;
  const auto fault = [&checks](const Error& error) -> Result<Checks> {
    CZIP_TRY_ASSIGN(auto check, failed("file", error));
    checks.push_back(std::move(check));
    return std::move(checks);
  };
  MemorySource source(file);
  const auto info = v1::inspect(source);
  if (!info) return fault(info.error());
  const auto level = level_of(*info, model.network.context_log2);
  if (!level) return fault(level.error());
  checks.push_back(
      {"file", Verdict::ok,
       format("CZIPv1, outer codec %s, %s tokens in %s chunks of up to %llu",
              std::string(v1::outer_codec_name(info->outer)).c_str(), grouped(info->tokens).c_str(),
              grouped(info->chunks).c_str(),
              static_cast<unsigned long long>(std::uint64_t{1} << info->context_log2))});

  v1::EncodeOptions with_level = options;
  with_level.level = *level;
  const auto comparison = compare(model, file, text, dialect, with_level, coding.progress);
  if (!comparison) return fault(comparison.error());
  checks.push_back(report(*comparison));
  const v1::Dialect used =
      comparison->equal.empty() ? comparison->nearest : comparison->equal.front();
  CZIP_TRY(decode_against(model, file, text, used, options, coding, checks));
  checks.push_back(check_size(text.size(), file.size()));
  return checks;
}

}  // namespace czip::tool
