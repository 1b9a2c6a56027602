#include "support/safetensors_writer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/little_endian.hpp"

namespace czip::test {

safetensors::TensorContent& SafetensorsContent::tensor(std::string_view name) {
  const auto position = std::ranges::find(tensors, name, &safetensors::TensorContent::name);
  if (position == tensors.end()) throw std::out_of_range("no tensor " + std::string(name));
  return *position;
}

void SafetensorsContent::remove(std::string_view name) {
  const auto index = &tensor(name) - tensors.data();
  tensors.erase(tensors.begin() + index);
}

std::vector<std::uint8_t> write_safetensors(const SafetensorsContent& content) {
  return czip::safetensors::write({content.metadata.begin(), content.metadata.end()},
                                  content.tensors);
}

std::vector<std::uint8_t> write_raw_safetensors(std::string_view header,
                                                std::span<const std::uint8_t> data) {
  std::vector<std::uint8_t> file(8 + header.size() + data.size());
  store_le(file.data(), std::uint64_t{header.size()});
  std::ranges::copy(data, std::ranges::copy(header, file.begin() + 8).out);
  return file;
}

std::string header_of(std::span<const std::uint8_t> file) {
  const auto header = file.subspan(8, load_le<std::uint64_t>(file.data()));
  return {header.begin(), header.end()};
}

std::span<std::uint8_t> tensor_bytes(std::span<std::uint8_t> file, const std::string& name) {
  const auto header = nlohmann::json::parse(header_of(file));
  const std::size_t data = sizeof(std::uint64_t) + load_le<std::uint64_t>(file.data());
  const std::size_t begin = header.at(name).at("data_offsets").at(0);
  const std::size_t end = header.at(name).at("data_offsets").at(1);
  return file.subspan(data + begin, end - begin);
}

}  // namespace czip::test
