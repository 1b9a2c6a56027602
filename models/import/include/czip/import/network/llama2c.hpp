// The .bin files of llama2.c, version 0: seven i32 (dim, hidden_dim, n_layers, n_heads, n_kv_heads,
// vocab_size, negative if the head is not the embeddings, and seq_len), then all tensors as F32.
// Source: A. Karpathy, llama2.c, export.py and run.c.
#pragma once

#include <cstdint>
#include <span>

#include "czip/base/error.hpp"
#include "czip/import/network/architecture.hpp"
#include "czip/import/tensors.hpp"

namespace czip::importer {

struct Llama2cModel {
  Architecture architecture;
  TensorSet tensors;  // by ggml's names; they view the file
};

// Errors: truncated; corrupt for numbers that are not possible, and for bytes behind the last
// tensor; unsupported for shapes beyond the format's limits.
Result<Llama2cModel> read_llama2c(std::span<const std::uint8_t> file);

}  // namespace czip::importer
