// A model file with one tensor more, streamed: the file may be larger than memory.
#pragma once

#include "czip/base/error.hpp"
#include "czip/base/hash128.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/safetensors/writer.hpp"
#include "czip/import/network/model_sink.hpp"

namespace czip::importer {

// Writes the tensors of `model` in their order, then `added`, in place of one of that name. As in
// every model file, tensors of whole cache lines come first and are at multiples of 64 bytes;
// `added` is last whatever its size, and must be none that is used where it is. `metadata` are all
// keys beside `content_hash`. Returns the content hash, over `format` and all tensors.
// Errors: the sink's.
Result<Hash128> copy_with_tensor(const safetensors::File& model,
                                 const safetensors::Metadata& metadata,
                                 const safetensors::TensorContent& added, ModelSink& sink);

}  // namespace czip::importer
