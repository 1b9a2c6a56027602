// A GPT-2 in floating point, from a source's tensors: what an import approximates.
#pragma once

#include <cstdint>
#include <vector>

#include "czip/import/network/architecture.hpp"
#include "czip/import/tensors.hpp"

namespace czip::test {

// As float_logits of float_llama.hpp; queries, keys and values are in one tensor, "attn_qkv".
[[nodiscard]] std::vector<std::vector<double>> float_gpt2_logits(
    const importer::Architecture& architecture, const importer::TensorSet& tensors,
    const std::vector<std::uint32_t>& tokens);

}  // namespace czip::test
