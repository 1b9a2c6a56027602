#include "compare/distances.hpp"

#include <algorithm>
#include <limits>

namespace czip::tool {

DistanceMatrix compression_distances(const ConditionalCosts& costs) {
  const std::size_t n = costs.context.size();
  DistanceMatrix distances(n, std::vector<double>(n, 0));
  for (std::size_t x = 0; x < n; ++x)
    for (std::size_t y = 0; y < n; ++y) {
      const std::uint64_t both =
          std::min(costs.context[x] + costs.behind[x][y], costs.context[y] + costs.behind[y][x]);
      const auto [least, most] = std::minmax(costs.context[x], costs.context[y]);
      const double more = static_cast<double>(both) - static_cast<double>(least);
      if (most > 0) distances[x][y] = std::max(0.0, more / static_cast<double>(most));
    }
  return distances;
}

std::vector<Merge> cluster(const DistanceMatrix& distances) {
  const std::size_t n = distances.size();
  // Of the clusters that are left: their numbers, sizes and distances.
  std::vector<std::size_t> number, size(n, 1);
  for (std::size_t i = 0; i < n; ++i) number.push_back(i);
  DistanceMatrix between = distances;
  std::vector<Merge> merges;
  while (number.size() > 1) {
    std::size_t a = 0, b = 1;
    for (std::size_t i = 0; i < number.size(); ++i)
      for (std::size_t j = i + 1; j < number.size(); ++j)
        if (between[i][j] < between[a][b]) {
          a = i;
          b = j;
        }
    merges.push_back({number[a], number[b], between[a][b]});
    const auto weight_a = static_cast<double>(size[a]);
    const auto weight_b = static_cast<double>(size[b]);
    for (std::size_t k = 0; k < number.size(); ++k) {
      const double mean =
          (weight_a * between[a][k] + weight_b * between[b][k]) / (weight_a + weight_b);
      between[a][k] = between[k][a] = mean;
    }
    number[a] = n + merges.size() - 1;
    size[a] += size[b];
    const auto remove = [b](auto& row) { row.erase(row.begin() + static_cast<std::ptrdiff_t>(b)); };
    remove(number);
    remove(size);
    remove(between);
    for (auto& row : between) remove(row);
  }
  return merges;
}

std::vector<std::size_t> leaf_order(std::span<const Merge> merges, std::size_t texts) {
  std::vector<std::size_t> order, waiting;
  if (texts > 0) waiting.push_back(texts + merges.size() - 1);
  while (!waiting.empty()) {
    const std::size_t cluster = waiting.back();
    waiting.pop_back();
    if (cluster < texts) {
      order.push_back(cluster);
    } else {
      waiting.push_back(merges[cluster - texts].second);
      waiting.push_back(merges[cluster - texts].first);
    }
  }
  return order;
}

}  // namespace czip::tool
