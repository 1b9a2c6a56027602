// The weights of a Hugging Face model: one or several safetensors files;
// model.safetensors.index.json says which tensor is in which. The result is a TensorSet like that
// of a GGUF file; names and the order of rows are the model's own.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/import/tensors.hpp"

namespace czip::importer {

// What an index file says.
struct WeightIndex {
  std::vector<std::string> files;              // each once, in order of names
  std::map<std::string, std::string> tensors;  // the file of each tensor
};

// Errors: corrupt for what is no index, and for names of files that are not in its own folder;
// unsupported for one of more than 16 MiB or 262,144 fields.
Result<WeightIndex> parse_weight_index(std::string_view json);

// The tensors of dtypes F32, F16 and BF16 of all files, which must outlive the set; others, such as
// masks of booleans, are left out. Error corrupt: a tensor is in two files, or empty.
Result<TensorSet> weights_of(std::span<const safetensors::File> files);

// Error corrupt: a tensor that the index names is in none of the files.
Status check_complete(const WeightIndex& index, std::span<const safetensors::File> files);

}  // namespace czip::importer
