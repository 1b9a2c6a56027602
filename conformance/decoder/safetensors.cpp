#include "safetensors.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "xxh3.hpp"

namespace reference {
namespace {

using nlohmann::json;

const std::map<std::string, std::uint64_t> kElementBytes{
    {"I8", 1},  {"U8", 1},  {"BOOL", 1}, {"I16", 2}, {"U16", 2}, {"F16", 2}, {"BF16", 2},
    {"I32", 4}, {"U32", 4}, {"F32", 4},  {"I64", 8}, {"U64", 8}, {"F64", 8}};

json parse_header(const std::string& text) {
  require(!text.empty() && text[0] == '{' && text.find('\0') == std::string::npos,
          "the model's header is not a JSON object");
  // A duplicate key would silently replace the earlier one: find duplicates while parsing.
  std::vector<std::set<std::string>> keys;
  const auto watch = [&](int depth, json::parse_event_t event, json& value) {
    const auto level = static_cast<std::size_t>(depth);
    if (event == json::parse_event_t::object_start) {
      require(level <= 2, "the model's header is nested too deeply");
      keys.resize(level + 1);
      keys[level].clear();
    } else if (event == json::parse_event_t::key) {
      require(keys[level - 1].insert(value.get<std::string>()).second,
              "the model's header has " + value.get<std::string>() + " twice");
    }
    return true;
  };
  try {
    return json::parse(text, watch);
  } catch (const json::exception& error) {
    throw Refused(std::string("the model's header: ") + error.what());
  }
}

std::vector<std::uint64_t> numbers(const json& array, std::size_t most, const std::string& name) {
  require(array.is_array() && array.size() <= most, name + " has no list of numbers");
  std::vector<std::uint64_t> values;
  for (const json& value : array) {
    require(value.is_number_unsigned(), name + " has something other than a number");
    values.push_back(value.get<std::uint64_t>());
  }
  return values;
}

Tensor parse_tensor(const std::string& name, const json& entry, const std::uint8_t* data,
                    std::uint64_t data_size, std::uint64_t& begin) {
  require(entry.is_object() && entry.size() == 3 && entry.contains("dtype") &&
              entry.contains("shape") && entry.contains("data_offsets") &&
              entry["dtype"].is_string(),
          "tensor " + name + " lacks a field of a tensor, or has others");
  Tensor tensor;
  tensor.dtype = entry["dtype"].get<std::string>();
  tensor.shape = numbers(entry["shape"], 8, name);
  const std::vector<std::uint64_t> offsets = numbers(entry["data_offsets"], 2, name);
  require(kElementBytes.count(tensor.dtype) == 1, "tensor " + name + " has an unknown dtype");
  require(offsets.size() == 2 && offsets[0] <= offsets[1] && offsets[1] <= data_size,
          "tensor " + name + " lies outside the file");
  std::uint64_t size = kElementBytes.at(tensor.dtype);
  for (const std::uint64_t dimension : tensor.shape) {
    require(dimension <= data_size, "tensor " + name + " is larger than the file");
    size *= dimension;
    require(size <= data_size, "tensor " + name + " is larger than the file");
  }
  require(size == offsets[1] - offsets[0],
          "tensor " + name + " has another number of bytes than its shape");
  begin = offsets[0];
  tensor.data = data + offsets[0];
  tensor.size = static_cast<std::size_t>(size);
  return tensor;
}

void append_integer(Bytes& out, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<std::uint8_t>(value >> 8 * i));
}

void append_text(Bytes& out, const std::string& text, std::size_t length_size) {
  append_integer(out, text.size(), length_size);
  out.insert(out.end(), text.begin(), text.end());
}

}  // namespace

Safetensors parse_safetensors(const Bytes& file) {
  require(file.size() >= 8, "the model is no safetensors file");
  const std::uint64_t header_size = integer_at(file.data(), 8);
  require(header_size <= 100'000'000 && header_size <= file.size() - 8,
          "the model is no safetensors file, or is cut");
  const std::uint8_t* const data = file.data() + 8 + header_size;
  const std::uint64_t data_size = file.size() - 8 - header_size;
  const json header = parse_header(std::string(file.data() + 8, data));

  Safetensors result;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> extents;  // begin, size
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") {
      require(entry.is_object(), "the model's metadata is not an object");
      for (const auto& [key, value] : entry.items()) {
        require(value.is_string(), "the model's metadata has a value that is not a string");
        result.metadata[key] = value.get<std::string>();
      }
    } else {
      std::uint64_t begin = 0;
      const Tensor tensor = parse_tensor(name, entry, data, data_size, begin);
      extents.emplace_back(begin, tensor.size);
      result.tensors[name] = tensor;
    }
  }
  std::sort(extents.begin(), extents.end());
  std::uint64_t covered = 0;
  for (const auto& [begin, size] : extents) {
    require(begin == covered, "the model's tensors overlap or leave holes");
    covered += size;
  }
  require(covered == data_size, "the model has bytes that belong to no tensor");
  return result;
}

Hash128 content_hash(const Safetensors& file) {
  Bytes content;
  for (const auto& [name, tensor] : file.tensors) {
    append_text(content, name, 4);
    append_text(content, tensor.dtype, 1);
    append_integer(content, tensor.shape.size(), 1);
    for (const std::uint64_t dimension : tensor.shape) append_integer(content, dimension, 8);
    append_integer(content, tensor.size, 8);
    content.insert(content.end(), tensor.data, tensor.data + tensor.size);
  }
  append_text(content, "format", 4);
  append_text(content, file.metadata.at("format"), 4);
  return xxh3_128(content.data(), content.size());
}

}  // namespace reference
