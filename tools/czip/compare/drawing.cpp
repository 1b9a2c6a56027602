#include "compare/drawing.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/markup.hpp"
#include "base/text.hpp"

namespace czip::tool {
namespace {

// Sizes in pixels.
constexpr double kRow = 22;
constexpr double kTree = 260;
constexpr double kStem = 20;
constexpr double kLetter = 7.5;
constexpr double kMargin = 16;
constexpr double kScale = 34;  // height of the scale above
constexpr std::size_t kNameLetters = 40;

struct Colour3 {
  double red, green, blue;
};
constexpr Colour3 kNear{178, 69, 0};
constexpr Colour3 kFar{255, 246, 236};

// The distances of different texts lie close together: the scales begin and end with them.
struct Scale {
  double low = 0;
  double high = 1;
  [[nodiscard]] double part(double distance) const {
    return high > low ? std::clamp((distance - low) / (high - low), 0.0, 1.0) : 1;
  }
};

Scale scale_of(const DistanceMatrix& distances) {
  Scale scale{.low = 2, .high = 0};
  for (std::size_t i = 0; i < distances.size(); ++i)
    for (std::size_t j = i + 1; j < distances.size(); ++j) {
      scale.low = std::min(scale.low, distances[i][j]);
      scale.high = std::max(scale.high, distances[i][j]);
    }
  return scale.low <= scale.high ? scale : Scale();
}

std::string colour_of(double far) {
  const auto mix = [far](double near_value, double far_value) {
    return static_cast<unsigned>(near_value + far * (far_value - near_value));
  };
  return format("#%02x%02x%02x", mix(kNear.red, kFar.red), mix(kNear.green, kFar.green),
                mix(kNear.blue, kFar.blue));
}

// The end of a long name tells more than its beginning.
std::string short_name(const std::string& name) {
  std::string shown = printable(name);
  std::vector<std::size_t> starts;
  for (std::size_t i = 0; i < shown.size(); ++i)
    if ((static_cast<std::uint8_t>(shown[i]) & 0xc0U) != 0x80U) starts.push_back(i);
  if (starts.size() <= kNameLetters) return shown;
  return "..." + shown.substr(starts[starts.size() - kNameLetters + 3]);
}

// Draws the tree whose root is at the left and whose leaves are at `row_of`'s heights.
class Dendrogram {
 public:
  Dendrogram(std::span<const Merge> merges, std::span<const double> row_of, double top,
             const Scale& scale)
      : merges_(merges), row_of_(row_of), top_(top), scale_(scale) {}

  [[nodiscard]] std::string draw() const {
    std::string svg;
    std::vector<double> y(row_of_.begin(), row_of_.end());
    std::vector<double> x(row_of_.size(), kMargin + kTree);
    for (const Merge& merge : merges_) {
      const double at = x_of(merge.distance);
      svg += format("<path d=\"M%.1f %.1fH%.1fV%.1fH%.1f\"/>\n", x[merge.first], y[merge.first], at,
                    y[merge.second], x[merge.second]);
      x.push_back(at);
      y.push_back((y[merge.first] + y[merge.second]) / 2);
    }
    return svg;
  }
  [[nodiscard]] std::string scale() const {
    std::string svg;
    for (int i = 0; i <= 4; ++i) {
      const double distance = scale_.low + (scale_.high - scale_.low) * i / 4;
      svg += format("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%.2f</text>\n",
                    x_of(distance), top_ - 12, distance);
    }
    return svg;
  }

 private:
  [[nodiscard]] double x_of(double distance) const {
    // A stem is left of the closest texts.
    return kMargin + (kTree - kStem) * (1 - scale_.part(distance));
  }

  std::span<const Merge> merges_;
  std::span<const double> row_of_;
  double top_;
  Scale scale_;
};

std::string cells(std::span<const std::string> names, const DistanceMatrix& distances,
                  std::span<const std::size_t> order, const Scale& scale, double left, double top) {
  std::string svg;
  for (std::size_t i = 0; i < order.size(); ++i)
    for (std::size_t j = 0; j < order.size(); ++j) {
      const double distance = distances[order[i]][order[j]];
      svg += format("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\">",
                    left + kRow * static_cast<double>(j), top + kRow * static_cast<double>(i),
                    kRow - 1, kRow - 1, colour_of(scale.part(distance)).c_str());
      svg += "<title>" + html_text(names[order[i]]) + ", " + html_text(names[order[j]]) +
             format(": %.3f</title></rect>\n", distance);
    }
  return svg;
}

}  // namespace

std::string distances_svg(std::span<const std::string> names, const DistanceMatrix& distances) {
  const std::vector<Merge> merges = cluster(distances);
  const std::vector<std::size_t> order = leaf_order(merges, names.size());
  const double top = kMargin + kScale;
  std::vector<double> row_of(names.size());
  std::size_t letters = 0;
  std::string labels;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::string name = short_name(names[order[i]]);
    letters = std::max(letters, name.size());
    row_of[order[i]] = top + kRow * (static_cast<double>(i) + 0.5);
    labels += format("<text x=\"%.1f\" y=\"%.1f\">", kMargin + kTree + 8, row_of[order[i]] + 4.5) +
              html_text(name) + "</text>\n";
  }
  const double left = kMargin + kTree + 16 + kLetter * static_cast<double>(letters);
  const double rows = kRow * static_cast<double>(names.size());
  const Scale scale = scale_of(distances);
  const Dendrogram tree(merges, row_of, top, scale);
  std::string svg = format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
      "viewBox=\"0 0 %.0f %.0f\" font-family=\"monospace\" font-size=\"12\">\n"
      "<title>Normalized compression distances</title>\n"
      "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n",
      left + rows + kMargin, top + rows + kMargin, left + rows + kMargin, top + rows + kMargin);
  svg += "<g fill=\"none\" stroke=\"#333333\">\n" + tree.draw() + "</g>\n<g fill=\"#666666\">\n" +
         tree.scale() + "</g>\n<g fill=\"#111111\">\n" + labels + "</g>\n<g>\n" +
         cells(names, distances, order, scale, left, top) + "</g>\n</svg>\n";
  return svg;
}

}  // namespace czip::tool
