// A model of the Llama kind in floating point, from a source's tensors: what an import
// approximates.
#pragma once

#include <cstdint>
#include <vector>

#include "czip/import/network/architecture.hpp"
#include "czip/import/tensors.hpp"

namespace czip::test {

// Base-2 logarithms of probabilities but for a constant, after each token: rows of a vocabulary.
[[nodiscard]] std::vector<std::vector<double>> float_logits(
    const importer::Architecture& architecture, const importer::TensorSet& tensors,
    const std::vector<std::uint32_t>& tokens);

}  // namespace czip::test
