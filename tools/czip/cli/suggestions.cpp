#include "cli/suggestions.hpp"

#include <algorithm>
#include <numeric>
#include <span>
#include <string_view>
#include <vector>

namespace czip::tool {
namespace {

constexpr std::size_t kShortestBeginning = 3;

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> rows(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  std::iota(rows[0].begin(), rows[0].end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    rows[i][0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      rows[i][j] = std::min({rows[i - 1][j] + 1, rows[i][j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        rows[i][j] = std::min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows[a.size()][b.size()];
}

std::string_view nearest_name(std::string_view word, std::span<const std::string_view> names) {
  std::string_view nearest;
  std::size_t least = word.size();
  for (const std::string_view name : names) {
    if (word.size() >= kShortestBeginning && name.starts_with(word)) return name;
    if (word.size() > 2 * name.size()) continue;  // and the table stays small
    const std::size_t found = edit_distance(word, name);
    if (found > std::max<std::size_t>(1, name.size() / 3) || found >= least) continue;
    nearest = name;
    least = found;
  }
  return nearest;
}

}  // namespace czip::tool
