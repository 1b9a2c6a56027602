// What all writers of a model file share: the header before the tensors, the hash after them.
#pragma once

#include <cstdint>
#include <span>

#include "czip/base/error.hpp"
#include "czip/base/hash128.hpp"
#include "czip/engine/safetensors/writer.hpp"
#include "czip/import/network/model_sink.hpp"

namespace czip::importer {

// Begins a file of these tensors, whose bytes follow in this order. `metadata` are keys beside
// `content_hash`. Returns the place of the hash: it is known when all else is written, and as many
// zeros stand there until then.
Result<std::uint64_t> begin_model(const safetensors::Metadata& metadata,
                                  std::span<const safetensors::TensorOutline> tensors,
                                  ModelSink& sink);

// States the hash, over `format` and all tensors, when these are written. Returns it.
Result<Hash128> state_hash(std::uint64_t place, ModelSink& sink);

}  // namespace czip::importer
