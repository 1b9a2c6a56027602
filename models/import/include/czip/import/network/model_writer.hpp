// From the tensors of a public model to a model file with a language model
// (conformance/czip-network-llm.md), streamed: in memory are one matrix as int32 at most, and all
// tensors but weights.
#pragma once

#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/hash128.hpp"
#include "czip/engine/safetensors/writer.hpp"
#include "czip/import/network/architecture.hpp"
#include "czip/import/network/model_sink.hpp"
#include "czip/import/tensors.hpp"

namespace czip::importer {

// Writes the whole file. `metadata` are keys beside `content_hash`, `more` tensors beside the
// network's. Returns the content hash, over `format` and all tensors. The names of tensors are
// ggml's.
// Errors: the sink's; corrupt for tensors that are missing, of another shape, or not finite;
// unsupported for tensors that are not known, and numbers beyond the format's range.
Result<Hash128> write_model(const Architecture& architecture, const TensorSet& tensors,
                            const safetensors::Metadata& metadata,
                            std::vector<safetensors::TensorContent> more, ModelSink& sink);

}  // namespace czip::importer
