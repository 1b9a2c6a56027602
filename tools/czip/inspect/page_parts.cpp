#include "inspect/page_parts.hpp"

#include <algorithm>
#include <cmath>

#include "base/markup.hpp"
#include "base/text.hpp"
#include "cli/json_report.hpp"
#include "inspect/token_text.hpp"

namespace czip::tool {
namespace {

using Json = nlohmann::ordered_json;

// Size of the curve's drawing, without its labels.
constexpr double kWidth = 920;
constexpr double kHeight = 200;
constexpr double kLeft = 60;
constexpr double kTop = 10;

// Shown for a token that is only the rest of a character.
constexpr const char* kRestOfCharacter = "\u00b7";

std::string cell(std::string_view text) {
  return "<td class=\"number\">" + std::string(text) + "</td>";
}

std::string row(std::string_view name, const Inspection& inspection,
                std::string (*value)(const ScoredText&)) {
  std::string html = "<tr><th scope=\"row\">" + std::string(name) + "</th>";
  for (const ScoredText& scored : inspection.models) html += cell(value(scored));
  return html + "</tr>\n";
}

// `columns`: of each model; more than 1: only of those that have parts.
std::string model_headings(const Inspection& inspection, std::size_t columns) {
  std::string html;
  for (std::size_t m = 0; m < inspection.models.size(); ++m) {
    const ScoredText& scored = inspection.models[m];
    if (columns > 1 && !scored.has_savings) continue;
    html += "<th scope=\"col\" class=\"number\"";
    if (columns > 1) html += " colspan=\"" + std::to_string(columns) + "\"";
    html += "><span class=\"" + std::string(model_class(m)) + "\">" + html_text(scored.model) +
            "</span></th>";
  }
  return html;
}

std::string bar(double share, std::size_t model) {
  return format(
      "<td class=\"bar\"><svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" "
      "aria-hidden=\"true\"><rect class=\"%s\" width=\"%.1f\" height=\"10\"/></svg></td>",
      std::string(model_class(model)).c_str(), 100 * std::clamp(share, 0.0, 1.0));
}

// The largest number of bits per byte on the curve's scale.
double curve_limit(const Inspection& inspection) {
  double highest = 1;
  for (const ScoredText& scored : inspection.models)
    for (std::size_t i = 0; i < scored.curve.size(); ++i)
      highest = std::max(highest, scored.point_bits(i));
  return std::ceil(highest);
}

std::string polyline(const Inspection& inspection, std::size_t model, double limit) {
  const ScoredText& scored = inspection.models[model];
  const auto size = static_cast<double>(inspection.text.size());
  std::string points;
  for (std::size_t i = 0; i < scored.curve.size(); ++i) {
    const auto begin = static_cast<double>(i * scored.curve_step);
    const double end = begin + static_cast<double>(scored.point_bytes(i));
    const double y = kTop + kHeight * (1 - scored.point_bits(i) / limit);
    points += format("%.1f,%.1f %.1f,%.1f ", kLeft + kWidth * begin / size, y,
                     kLeft + kWidth * end / size, y);
  }
  return format("<polyline class=\"%s\" points=\"%s\"/>\n", std::string(model_class(model)).c_str(),
                points.c_str());
}

std::int64_t hundredths(std::int64_t cost) {
  return static_cast<std::int64_t>(std::llround(100 * bits(cost)));
}

Json candidates_of(const ScoredText& scored, std::size_t token) {
  Json list = Json::array();
  for (std::size_t k = 0; k < scored.candidates_per_token; ++k) {
    const auto& candidate = scored.candidates[token * scored.candidates_per_token + k];
    if (!candidate.bytes.empty())
      list.push_back(Json::array({page_text(candidate.bytes), hundredths(candidate.cost)}));
  }
  return list;
}

Json model_data(const Inspection& inspection, const ScoredText& scored) {
  Json texts = Json::array(), lengths = Json::array(), costs = Json::array();
  Json savings = Json::array(), candidates = Json::array();
  std::uint64_t at = 0;
  for (std::size_t i = 0; i < scored.tokens.size(); ++i) {
    const TokenScore& token = scored.tokens[i];
    const std::string text =
        page_text(characters_begun(inspection.text, static_cast<std::size_t>(at), token.bytes));
    texts.push_back(text.empty() ? kRestOfCharacter : text);
    lengths.push_back(token.bytes);
    costs.push_back(hundredths(token.cost));
    at += token.bytes;
    candidates.push_back(candidates_of(scored, i));
    if (!scored.has_savings) continue;
    Json parts = Json::array();
    for (const std::int32_t saved : scored.token_savings[i]) parts.push_back(hundredths(saved));
    savings.push_back(std::move(parts));
  }
  Json json = Json::object();
  json["label"] = printable(scored.model);
  json["t"] = std::move(texts);
  json["n"] = std::move(lengths);
  json["c"] = std::move(costs);
  if (scored.has_savings) json["s"] = std::move(savings);
  json["k"] = std::move(candidates);
  return json;
}

}  // namespace

std::string_view model_class(std::size_t model) { return model % 2 == 0 ? "a" : "b"; }

std::string summary_table(const Inspection& inspection) {
  std::string html =
      "<section>\n<h2>In all</h2>\n<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">"
      "model</th>" +
      model_headings(inspection, 1) + "</tr></thead>\n<tbody>\n";
  html +=
      row("scored as", inspection, [](const ScoredText& scored) { return html_text(scored.how); });
  html += row("bits per byte", inspection,
              [](const ScoredText& scored) { return format("%.3f", scored.bits_per_byte()); });
  html += row("compressed bytes", inspection, [](const ScoredText& scored) {
    return grouped((scored.report.cost + kCostOfByte - 1) / kCostOfByte);
  });
  html += row("tokens", inspection,
              [](const ScoredText& scored) { return grouped(scored.report.tokens); });
  html += row("bits per token", inspection,
              [](const ScoredText& scored) { return format("%.3f", scored.bits_per_token()); });
  html += row("perplexity per token", inspection, [](const ScoredText& scored) {
    return format("%.2f", std::exp2(scored.bits_per_token()));
  });
  html += row("perplexity per byte", inspection, [](const ScoredText& scored) {
    return format("%.3f", std::exp2(scored.bits_per_byte()));
  });
  return html + "</tbody>\n</table></div>\n</section>\n";
}

std::string shares_table(const Inspection& inspection) {
  const bool any = std::ranges::any_of(inspection.models,
                                       [](const ScoredText& scored) { return scored.has_savings; });
  if (!any) return "";
  std::string html =
      "<section>\n<h2>Share of each part of the predictor</h2>\n<p class=\"muted\">A decision of "
      "which nothing is known costs one bit; what is saved of it is divided among the parts by "
      "their weight in the mix.</p>\n<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">"
      "part</th>" +
      model_headings(inspection, 3) + "</tr>\n<tr><th></th>";
  for (const ScoredText& scored : inspection.models)
    if (scored.has_savings)
      html +=
          "<th class=\"number\" scope=\"col\">bits per byte saved</th><th class=\"number\" "
          "scope=\"col\">share</th><th></th>";
  html += "</tr></thead>\n<tbody>\n";
  for (std::size_t part = 0; part < kPredictorParts; ++part) {
    html += "<tr><th scope=\"row\">" +
            std::string(predictor_part_name(static_cast<PredictorPart>(part))) + "</th>";
    for (std::size_t m = 0; m < inspection.models.size(); ++m) {
      const ScoredText& scored = inspection.models[m];
      if (!scored.has_savings) continue;
      const double share = scored.share_percent(part);
      html += cell(format("%.3f",
                          bits(scored.savings[part]) / static_cast<double>(std::max<std::uint64_t>(
                                                           1, scored.report.text_bytes)))) +
              cell(format("%.1f %%", share)) + bar(share / 100, m);
    }
    html += "</tr>\n";
  }
  return html + "</tbody>\n</table></div>\n</section>\n";
}

std::string curve(const Inspection& inspection) {
  if (inspection.text.empty()) return "";
  const double limit = curve_limit(inspection);
  const auto size = static_cast<double>(inspection.text.size());
  std::string html = format(
      "<section>\n<h2>Bits per byte along the text</h2>\n<div class=\"scroll\"><svg "
      "class=\"curve\" "
      "viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"Bits per byte along the text\">\n",
      kLeft + kWidth + 20, kTop + kHeight + 25);
  const double shown = kWidth * std::min(1.0, static_cast<double>(inspection.detail_bytes) / size);
  if (shown < kWidth)
    html += format("<rect class=\"shown\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
                   kLeft, kTop, shown, kHeight);
  for (int i = 0; i <= 4; ++i) {
    const double y = kTop + kHeight * (4 - i) / 4;
    html += format(
        "<line x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\"/><text x=\"%.0f\" y=\"%.1f\" "
        "text-anchor=\"end\">%.4g</text>\n",
        kLeft, kLeft + kWidth, y, y, kLeft - 8, y + 4, limit * i / 4);
    const double x = kLeft + kWidth * i / 4;
    html +=
        format("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", x, kTop + kHeight + 18,
               i == 0   ? "start"
               : i == 4 ? "end"
                        : "middle",
               grouped(static_cast<std::uint64_t>(size * i / 4)).c_str());
  }
  for (std::size_t m = 0; m < inspection.models.size(); ++m) html += polyline(inspection, m, limit);
  return html + "</svg></div>\n</section>\n";
}

std::string detail_note(const Inspection& inspection) {
  if (inspection.detail_bytes >= inspection.text.size()) return "";
  return "<p class=\"note\">Only the first " + grouped(inspection.detail_bytes) + " of " +
         grouped(inspection.text.size()) +
         " bytes are shown token by token, so that the page stays small; <code>--detail</code> "
         "shows more. The numbers and the curve above are of the whole text.</p>\n";
}

std::string legend_steps(std::initializer_list<std::string_view> classes) {
  std::string html;
  for (const std::string_view name : classes)
    html += "<span class=\"step " + std::string(name) + "\"></span>";
  return html;
}

std::string page_data(const Inspection& inspection) {
  Json json = Json::object();
  json["parts"] = Json::array();
  for (std::size_t part = 0; part < kPredictorParts; ++part)
    json["parts"].push_back(predictor_part_name(static_cast<PredictorPart>(part)));
  json["models"] = Json::array();
  for (const ScoredText& scored : inspection.models)
    json["models"].push_back(model_data(inspection, scored));
  return json_for_html(json);
}

}  // namespace czip::tool
