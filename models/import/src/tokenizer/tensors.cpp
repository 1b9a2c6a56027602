#include "czip/import/tokenizer/tensors.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace czip::importer {

std::vector<safetensors::TensorContent> tokenizer_tensors(const llm::Description& description) {
  std::vector<safetensors::TensorContent> tensors;
  const auto add = [&tensors](std::string_view name, std::vector<std::uint64_t> shape,
                              const auto& values) {
    tensors.push_back(safetensors::make_tensor(std::string(kTokenizerPrefix) + std::string(name),
                                               std::move(shape), std::span(values)));
  };
  add("config", {description.config.size()}, description.config);
  add("lengths", {description.lengths.size()}, description.lengths);
  add("bytes", {description.bytes.size()}, description.bytes);
  if (!description.merges.empty())
    add("merges", {description.merges.size() / 2, 2}, description.merges);
  if (!description.order.empty()) add("order", {description.order.size()}, description.order);
  return tensors;
}

}  // namespace czip::importer
