// czip inspect --json and --csv.
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "base/csv.hpp"
#include "base/text.hpp"
#include "czip/base/utf8.hpp"
#include "inspect/reports.hpp"

namespace czip::tool {
namespace {

using Json = JsonStream::Json;

std::string part_name(std::size_t part) {
  return std::string(predictor_part_name(static_cast<PredictorPart>(part)));
}

// Bits with as many digits as they are exact to.
double rounded(std::int64_t cost) { return std::round(bits(cost) * 1e5) / 1e5; }

std::string hexadecimal(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += format("%02x", unsigned{static_cast<std::uint8_t>(byte)});
  return text;
}

// A text that need not be UTF-8: then its bytes follow in hexadecimal digits.
void add_text(Json& json, std::string_view bytes) {
  json["text"] = bytes;
  if (valid_utf8_prefix(bytes) != bytes.size()) json["hex"] = hexadecimal(bytes);
}

Json model_json(const ScoredText& scored) {
  Json json = Json::object();
  json["model"] = scored.model;
  json["scored_as"] = scored.how;
  json["bits"] = rounded(static_cast<std::int64_t>(scored.report.cost));
  json["tokens_in_all"] = scored.report.tokens;
  json["bits_per_byte"] = scored.bits_per_byte();
  json["bits_per_token"] = scored.bits_per_token();
  json["perplexity_per_token"] = std::exp2(scored.bits_per_token());
  json["perplexity_per_byte"] = std::exp2(scored.bits_per_byte());
  if (scored.has_savings) {
    Json saved = Json::object();
    for (std::size_t part = 0; part < kPredictorParts; ++part)
      saved[part_name(part)] = rounded(scored.savings[part]);
    json["saved_bits"] = std::move(saved);
  }
  json["curve_step"] = scored.curve_step;
  json["curve_bits"] = Json::array();
  for (const std::uint64_t cost : scored.curve)
    json["curve_bits"].push_back(rounded(static_cast<std::int64_t>(cost)));
  return json;
}

Json token_json(const Inspection& inspection, const ScoredText& scored, std::size_t i,
                std::uint64_t at) {
  const TokenScore& token = scored.tokens[i];
  Json json = Json::object();
  json["byte"] = at;
  json["bytes"] = token.bytes;
  json["token"] = token.token;
  add_text(json, inspection.bytes(at, token.bytes));
  json["bits"] = rounded(token.cost);
  if (scored.has_savings) {
    json["decisions"] = token.decisions;
    Json saved = Json::object();
    for (std::size_t part = 0; part < kPredictorParts; ++part)
      saved[part_name(part)] = rounded(scored.token_savings[i][part]);
    json["saved_bits"] = std::move(saved);
  }
  if (scored.candidates_per_token == 0) return json;
  json["candidates"] = Json::array();
  for (std::size_t k = 0; k < scored.candidates_per_token; ++k) {
    const auto& candidate = scored.candidates[i * scored.candidates_per_token + k];
    if (candidate.bytes.empty()) continue;
    Json one = Json::object();
    add_text(one, candidate.bytes);
    one["bits"] = rounded(candidate.cost);
    json["candidates"].push_back(std::move(one));
  }
  return json;
}

}  // namespace

Status add_inspection(JsonStream& json, const Inspection& inspection) {
  Json file = Json::object();
  file["name"] = inspection.name;
  file["text_bytes"] = inspection.text.size();
  file["detail_bytes"] = inspection.detail_bytes;
  CZIP_TRY(json.open(file, "models"));
  for (const ScoredText& scored : inspection.models) {
    CZIP_TRY(json.open(model_json(scored), "tokens"));
    std::uint64_t at = 0;
    for (std::size_t i = 0; i < scored.tokens.size(); ++i) {
      CZIP_TRY(json.add(token_json(inspection, scored, i, at)));
      at += scored.tokens[i].bytes;
    }
    CZIP_TRY(json.close());
  }
  return json.close();
}

void print_csv_heading(Console& console, std::size_t candidates) {
  std::string line = "file,model,byte,bytes,token,text,bits,decisions";
  for (std::size_t part = 0; part < kPredictorParts; ++part)
    line += "," + part_name(part) + "_saved";
  for (std::size_t k = 1; k <= candidates; ++k)
    line += format(",candidate%zu,candidate%zu_bits", k, k);
  console.print(line + "\n");
}

Status print_csv(Console& console, const Inspection& inspection) {
  for (const ScoredText& scored : inspection.models) {
    const std::string begin = csv_text(inspection.name) + "," + csv_text(scored.model) + ",";
    std::uint64_t at = 0;
    for (std::size_t i = 0; i < scored.tokens.size(); ++i) {
      const TokenScore& token = scored.tokens[i];
      std::string line = begin + format("%llu,%u,%u,", static_cast<unsigned long long>(at),
                                        token.bytes, token.token);
      line += csv_text(inspection.bytes(at, token.bytes)) + format(",%.5f,", bits(token.cost));
      if (scored.has_savings) line += std::to_string(token.decisions);
      for (std::size_t part = 0; part < kPredictorParts; ++part)
        line += scored.has_savings ? format(",%.5f", bits(scored.token_savings[i][part])) : ",";
      for (std::size_t k = 0; k < scored.candidates_per_token; ++k) {
        const auto& candidate = scored.candidates[i * scored.candidates_per_token + k];
        line += candidate.bytes.empty()
                    ? ",,"
                    : "," + csv_text(candidate.bytes) + format(",%.5f", bits(candidate.cost));
      }
      console.print(line + "\n");
      at += token.bytes;
      if (i % 1024 == 0) CZIP_TRY(console.flush());
    }
  }
  return {};
}

}  // namespace czip::tool
