// The tensors of a source that has ggml's names, checked before anything is written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "czip/base/error.hpp"
#include "czip/import/network/architecture.hpp"
#include "czip/import/tensors.hpp"

namespace czip::importer {

// "blk.3.attn_q.weight"
[[nodiscard]] std::string layer_tensor(std::uint32_t layer, std::string_view name);

// The tensors of a GPT-2 with its queries, keys and values apart ("attn_q", "attn_k", "attn_v"),
// where the source has them in one ("attn_qkv"). Error corrupt: one is missing or has another shape.
Result<TensorSet> with_parts_of_attention(const llm::Config& config, const TensorSet& tensors);

// Error corrupt: a tensor is missing or has another shape. Error unsupported: there is one that
// czip does not know, which might change what the model computes.
Status check_tensors(const Architecture& architecture, const TensorSet& tensors);

}  // namespace czip::importer
