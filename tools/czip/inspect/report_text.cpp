// czip inspect: a summary and a line for each token.
#include <algorithm>
#include <cmath>
#include <string>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "inspect/reports.hpp"

namespace czip::tool {
namespace {

constexpr double kCostlyBits = 8;  // of a token: shown in red
constexpr double kPlainBits = 2;   // and up to these, in green

std::string summary(const ScoredText& scored) {
  return format("  %s, %s: %.3f bits per byte, %s tokens of %.3f bits; perplexity %.2f per token\n",
                printable(scored.model).c_str(), scored.how.c_str(), scored.bits_per_byte(),
                grouped(scored.report.tokens).c_str(), scored.bits_per_token(),
                std::exp2(scored.bits_per_token()));
}

std::string shares(const ScoredText& scored) {
  if (!scored.has_savings) return "";
  std::string line = "  saved by";
  for (std::size_t part = 0; part < kPredictorParts; ++part)
    line += format("%s %s %.1f %%", part == 0 ? "" : ",",
                   std::string(predictor_part_name(static_cast<PredictorPart>(part))).c_str(),
                   scored.share_percent(part));
  return line + "\n";
}

// Bits per byte along the text, a block character for each piece.
std::string curve_line(const ScoredText& scored) {
  constexpr std::array kBars{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::vector<double> values;
  double highest = 0;
  for (std::size_t i = 0; i < scored.curve.size(); ++i) {
    values.push_back(scored.point_bits(i));
    highest = std::max(highest, values.back());
  }
  if (values.size() < 2 || highest == 0) return "";
  std::string line = "  ";
  for (const double value : values)
    line += kBars[std::min(kBars.size() - 1,
                           static_cast<std::size_t>(value / highest * double{kBars.size()}))];
  return line + format("  0 to %.2f bits per byte, %s bytes each\n", highest,
                       grouped(scored.curve_step).c_str());
}

Colour colour_of(double token_bits) {
  if (token_bits >= kCostlyBits) return Colour::red;
  return token_bits <= kPlainBits ? Colour::green : Colour::yellow;
}

std::string candidates(const ScoredText& scored, std::size_t token) {
  std::string line;
  for (std::size_t k = 0; k < scored.candidates_per_token; ++k) {
    const auto& candidate = scored.candidates[token * scored.candidates_per_token + k];
    if (candidate.bytes.empty()) continue;
    line += format("  \"%s\" %.2f", printable(candidate.bytes).c_str(), bits(candidate.cost));
  }
  return line;
}

Status print_tokens(Console& console, const Inspection& inspection, const ScoredText& scored) {
  if (inspection.detail_bytes == 0) return {};
  console.print(scored.candidates_per_token > 0
                    ? "\n      Byte    Bits  Token; what was likely, with its bits\n"
                    : "\n      Byte    Bits  Token\n");
  std::uint64_t at = 0;
  for (std::size_t i = 0; i < scored.tokens.size(); ++i) {
    const TokenScore& token = scored.tokens[i];
    console.print(format("%10s ", grouped(at).c_str()));
    console.print(colour_of(bits(token.cost)), format("%7.2f", bits(token.cost)));
    console.print("  \"" + printable(inspection.bytes(at, token.bytes)) + "\"" +
                  candidates(scored, i) + "\n");
    at += token.bytes;
    if (i % 1024 == 0) CZIP_TRY(console.flush());
  }
  if (at < inspection.text.size())
    console.print("  ... " + grouped(inspection.text.size() - at) +
                  " more bytes; --detail shows more\n");
  return {};
}

}  // namespace

Status print_inspection(Console& console, const Inspection& inspection) {
  console.print(printable(inspection.name) + ": " + grouped(inspection.text.size()) + " bytes\n");
  for (const ScoredText& scored : inspection.models) {
    console.print(summary(scored));
    console.print(shares(scored));
    console.print(curve_line(scored));
  }
  for (const ScoredText& scored : inspection.models) {
    if (inspection.models.size() > 1) console.print("\n" + printable(scored.model) + ":");
    CZIP_TRY(print_tokens(console, inspection, scored));
  }
  return console.flush();
}

}  // namespace czip::tool
