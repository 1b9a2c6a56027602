#include "fuzz/codec/model_edits.hpp"

#include <iterator>

#include "czip/engine/safetensors/reader.hpp"

namespace czip::test {
namespace {

void edit_element(safetensors::TensorContent& tensor, FuzzInput& input) {
  if (tensor.bytes.empty()) return;
  std::size_t at = input.word() % tensor.bytes.size();
  for (const std::uint8_t value : input.take(1 + input.below(16)))
    tensor.bytes[at++ % tensor.bytes.size()] = value;
}

void edit_shape(safetensors::TensorContent& tensor, FuzzInput& input) {
  const std::uint8_t how = input.byte();
  if (tensor.shape.empty() || how % 4 == 3) {
    tensor.shape.push_back(input.byte());
  } else if (how % 4 == 2) {
    tensor.shape.pop_back();
  } else {
    auto& dimension = tensor.shape[how / 4 % tensor.shape.size()];
    dimension = how % 4 == 0 ? input.word() : dimension + input.byte() - 2;
  }
  if (how >= 128) return;  // data and shape contradict each other
  std::size_t size = 1;
  for (const std::uint64_t dimension : tensor.shape)
    size *= static_cast<std::size_t>(std::min<std::uint64_t>(dimension, 1024));
  tensor.bytes.resize(std::min<std::size_t>(size, std::size_t{1} << 20));
}

void edit_metadata(SafetensorsContent& content, FuzzInput& input) {
  const std::string value = to_string(input.take(input.below(32)));
  if (content.metadata.empty() || input.below(4) == 3) {
    content.metadata[value] = value;
    return;
  }
  const auto entry = std::next(content.metadata.begin(),
                               input.below(static_cast<std::uint32_t>(content.metadata.size())));
  entry->second = value;
}

void edit_tensor(SafetensorsContent& content, FuzzInput& input) {
  if (content.tensors.empty()) return;
  const std::uint32_t index = input.below(static_cast<std::uint32_t>(content.tensors.size()));
  auto& tensor = content.tensors[index];
  switch (input.below(8)) {
    case 0:
      content.tensors.erase(content.tensors.begin() + index);
      return;
    case 1:
      return edit_shape(tensor, input);
    case 2:
      tensor.dtype = std::array{"I8", "U8", "I16", "U16", "I32", "U32", "F32"}[input.below(7)];
      return;
    case 3:
      tensor.name += to_string(input.take(input.below(4)));
      return;
    default:
      return edit_element(tensor, input);
  }
}

void edit_file(Bytes& file, FuzzInput& input) {
  constexpr std::size_t kHeader = 4096;  // most of what is worth it is near the front
  for (int i = 0; i < 4 && !input.empty() && !file.empty(); ++i) {
    const std::size_t at = input.word() % std::min(file.size(), kHeader);
    const std::uint8_t how = input.byte();
    if (how % 8 == 0) {
      file.resize(at);
    } else if (how % 8 == 1) {
      const auto part = input.take(input.below(32));
      file.insert(file.begin() + static_cast<std::ptrdiff_t>(at), part.begin(), part.end());
    } else {
      file[at] = input.byte();
    }
  }
}

}  // namespace

Bytes edited_model(SafetensorsContent content, FuzzInput& input) {
  const std::uint32_t edits = input.below(6);
  const bool edits_bytes = input.below(4) == 0;
  for (std::uint32_t i = 0; i < edits; ++i) {
    if (input.below(5) == 0)
      edit_metadata(content, input);
    else
      edit_tensor(content, input);
  }
  Bytes file = write_safetensors(content);
  if (edits_bytes) edit_file(file, input);
  return file;
}

SafetensorsContent content_of(const Bytes& file) {
  const auto parsed = value_or_abort(safetensors::File::parse(file), "a right model");
  SafetensorsContent content;
  content.metadata = {parsed.metadata().begin(), parsed.metadata().end()};
  for (const auto& [name, tensor] : parsed.tensors())
    content.tensors.push_back({name,
                               std::string(safetensors::dtype_name(tensor.dtype)),
                               tensor.shape,
                               {tensor.bytes.begin(), tensor.bytes.end()}});
  return content;
}

}  // namespace czip::test
