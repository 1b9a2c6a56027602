#include "czip/import/tokenizer/tensors.hpp"

#include <cstdint>
#include <span>

namespace czip::importer {

std::vector<safetensors::TensorContent> tokenizer_tensors(const llm::Description& description) {
  std::vector<safetensors::TensorContent> tensors;
  const auto add = [&tensors](std::string name, std::vector<std::uint64_t> shape,
                              const auto& values) {
    tensors.push_back(
        safetensors::make_tensor(std::move(name), std::move(shape), std::span(values)));
  };
  add("tokenizer.config", {description.config.size()}, description.config);
  add("tokenizer.lengths", {description.lengths.size()}, description.lengths);
  add("tokenizer.bytes", {description.bytes.size()}, description.bytes);
  if (!description.merges.empty())
    add("tokenizer.merges", {description.merges.size() / 2, 2}, description.merges);
  if (!description.order.empty())
    add("tokenizer.order", {description.order.size()}, description.order);
  return tensors;
}

}  // namespace czip::importer
