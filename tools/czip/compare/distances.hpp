// Distances between texts and the tree that they make.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "scoring/conditional_costs.hpp"

namespace czip::tool {

// [text][text]
using DistanceMatrix = std::vector<std::vector<double>>;

// Normalized compression distances (Cilibrasi and Vitanyi 2005): (C(xy) - min(C(x), C(y))) /
// max(C(x), C(y)), where C(xy) = C(x) + C(y | x), the lesser of both orders. 0: the same; about 1:
// nothing in common. `costs` are those of the texts behind each other.
[[nodiscard]] DistanceMatrix compression_distances(const ConditionalCosts& costs);

// One step of average-linkage clustering (UPGMA: Sokal and Michener 1958): the two clusters that
// are the closest become one. Clusters 0..n-1 are the texts, n + k is that of step k.
struct Merge {
  std::size_t first = 0;
  std::size_t second = 0;
  double distance = 0;  // mean of the distances between their texts
};

// n - 1 steps, by rising distance. n texts take time in proportion to n^3.
[[nodiscard]] std::vector<Merge> cluster(const DistanceMatrix& distances);

// The texts in the order in which the tree draws them without crossings.
[[nodiscard]] std::vector<std::size_t> leaf_order(std::span<const Merge> merges, std::size_t texts);

}  // namespace czip::tool
