// Distances as an SVG: a dendrogram beside a heat map.
#pragma once

#include <span>
#include <string>

#include "compare/distances.hpp"

namespace czip::tool {

// Names are shortened where they are long. n texts give n^2 cells.
[[nodiscard]] std::string distances_svg(std::span<const std::string> names,
                                        const DistanceMatrix& distances);

}  // namespace czip::tool
