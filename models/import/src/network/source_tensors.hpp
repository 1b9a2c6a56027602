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

// Error corrupt: a tensor is missing or has another shape. Error unsupported: there is one that
// czip does not know, which might change what the model computes.
Status check_tensors(const Architecture& architecture, const TensorSet& tensors);

}  // namespace czip::importer
