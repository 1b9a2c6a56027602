// czip inspect --html: the page around its data. All that comes from the input or its name goes
// through html_text() or, in the data, through json_for_html().
#include <sha2.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "armour/base64.hpp"
#include "base/markup.hpp"
#include "base/text.hpp"
#include "inspect/page_assets.hpp"
#include "inspect/page_parts.hpp"
#include "inspect/reports.hpp"

namespace czip::tool {
namespace {

// How a content policy names a script or style.
std::string policy_hash(std::string_view content) {
  SHA2_CTX context;
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
  SHA256Init(&context);
  SHA256Update(&context, reinterpret_cast<const std::uint8_t*>(content.data()), content.size());
  SHA256Final(digest.data(), &context);
  return "'sha256-" + to_base64(digest) + "'";
}

std::string head(const Inspection& inspection) {
  return "<!DOCTYPE html>\n"
         "<html lang=\"en\">\n"
         "<head>\n"
         "<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src " +
         policy_hash(page_script()) + "; style-src " + policy_hash(page_style()) +
         "; base-uri 'none'; form-action 'none'\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"referrer\" content=\"no-referrer\">\n"
         "<title>" +
         html_text(inspection.name) +
         " - bits per token</title>\n"
         "<style>" +
         std::string(page_style()) +
         "</style>\n"
         "</head>\n";
}

// The parts of the page that the script fills.
std::string reader(const Inspection& inspection) {
  std::string html =
      "<section>\n"
      "<h2>The text, token by token</h2>\n";
  html += detail_note(inspection);
  html +=
      "<noscript><p class=\"note\">The heat map needs JavaScript.</p></noscript>\n"
      "<div id=\"reader\" hidden>\n"
      "<div class=\"controls\">\n"
      "<label>Colour: <select id=\"view\">"
      "<option value=\"token\">bits per token</option>"
      "<option value=\"byte\">bits per byte</option>";
  if (inspection.models.size() == 2)
    html += "<option value=\"difference\">one model against the other</option>";
  html +=
      "</select></label>\n"
      "<span><button id=\"before\" type=\"button\">Back</button> "
      "<button id=\"after\" type=\"button\">On</button></span>\n"
      "<span id=\"place\" class=\"muted\"></span>\n"
      "<span class=\"legend\" id=\"legend-bits\">0 bits " +
      legend_steps({"h1", "h2", "h3", "h4", "h5", "h6", "h7", "h8"}) +
      " <span id=\"most\"></span></span>\n"
      "<span class=\"legend\" id=\"legend-difference\" hidden>3 bits per byte fewer " +
      legend_steps({"c8", "c6", "c4", "c2", "h0", "h2", "h4", "h6", "h8"}) +
      " more than the other</span>\n"
      "</div>\n"
      "<div class=\"view\">\n"
      "<div class=\"maps\">\n";
  for (std::size_t m = 0; m < inspection.models.size(); ++m) {
    html += "<div>";
    if (inspection.models.size() > 1)
      html += "<h3 class=\"" + std::string(model_class(m)) + "\">" +
              html_text(inspection.models[m].model) + "</h3>";
    html += "<div class=\"map\" id=\"map" + std::to_string(m) +
            "\" role=\"group\" aria-label=\"Tokens; arrow keys go from one to the next\"></div>"
            "</div>\n";
  }
  html +=
      "</div>\n"
      "<aside id=\"details\" aria-live=\"polite\"><p class=\"muted\">Choose a token, by a click or "
      "with the tabulator and arrow keys, to see what else was likely in its place.</p></aside>\n"
      "</div>\n"
      "</div>\n"
      "</section>\n";
  return html;
}

}  // namespace

std::string html_page(const Inspection& inspection) {
  std::string html = head(inspection);
  html += "<body>\n<header>\n<h1>" + html_text(inspection.name) +
          "</h1>\n<p class=\"muted\">What the text costs by the prediction that compresses it: " +
          grouped(inspection.text.size()) + " bytes</p>\n</header>\n<main>\n";
  html += summary_table(inspection);
  html += shares_table(inspection);
  html += curve(inspection);
  html += reader(inspection);
  html += "</main>\n<script type=\"application/json\" id=\"data\">" + page_data(inspection) +
          "</script>\n<script>" + std::string(page_script()) + "</script>\n</body>\n</html>\n";
  return html;
}

}  // namespace czip::tool
