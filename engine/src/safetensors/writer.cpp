#include "czip/engine/safetensors/writer.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace czip::safetensors {

std::string integer_dtype(bool is_signed, std::size_t size) {
  std::string name(1, is_signed ? 'I' : 'U');
  name += std::to_string(8 * size);
  return name;
}

std::vector<std::uint8_t> write(const Metadata& metadata, std::span<const TensorContent> tensors) {
  nlohmann::ordered_json header;
  header["__metadata__"] = nlohmann::ordered_json::object();
  for (const auto& [key, value] : metadata) header["__metadata__"][key] = value;
  std::size_t end = 0;
  for (const TensorContent& tensor : tensors) {
    const std::size_t begin = end;
    end += tensor.bytes.size();
    header[tensor.name] = {
        {"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {begin, end}}};
  }
  std::string text = header.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  text.resize((text.size() + 7) / 8 * 8, ' ');
  std::vector<std::uint8_t> file(sizeof(std::uint64_t) + text.size() + end);
  store_le(file.data(), std::uint64_t{text.size()});
  auto at = std::ranges::copy(text, file.begin() + std::ptrdiff_t{sizeof(std::uint64_t)}).out;
  for (const TensorContent& tensor : tensors) at = std::ranges::copy(tensor.bytes, at).out;
  return file;
}

}  // namespace czip::safetensors
