#include "czip/engine/safetensors/writer.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/little_endian.hpp"
#include "czip/engine/json_string.hpp"
#include "czip/engine/safetensors/content_hash.hpp"
#include "czip/engine/safetensors/reader.hpp"

namespace czip::safetensors {

namespace {

constexpr std::size_t kWordAlignment = sizeof(std::uint64_t);

// The file's length and header, padded with spaces, and room for the data.
std::vector<std::uint8_t> begin_file(std::string header, std::size_t data_size,
                                     std::size_t alignment) {
  const std::size_t begin = sizeof(std::uint64_t) + header.size();
  header.append((alignment - begin % alignment) % alignment, ' ');
  std::vector<std::uint8_t> file;
  file.reserve(sizeof(std::uint64_t) + header.size() + data_size);
  file.resize(sizeof(std::uint64_t));
  store_le(file.data(), std::uint64_t{header.size()});
  file.insert(file.end(), header.begin(), header.end());
  return file;
}

std::string json_array(const std::vector<std::uint64_t>& numbers) {
  std::string array = "[";
  for (const std::uint64_t number : numbers) {
    if (array.size() > 1) array += ',';
    array += std::to_string(number);
  }
  return array += ']';
}

}  // namespace

std::string integer_dtype(bool is_signed, std::size_t size) {
  std::string name(1, is_signed ? 'I' : 'U');
  name += std::to_string(8 * size);
  return name;
}

namespace {

TensorOutline outline_of(const TensorContent& tensor) {
  return {tensor.name, tensor.dtype, tensor.shape, tensor.bytes.size()};
}

std::string header_text(const Metadata& metadata, std::span<const TensorOutline> tensors) {
  std::string header = "{\"__metadata__\":{";
  for (const auto& [key, value] : metadata) {
    if (&key != &metadata.front().first) header += ',';
    header += json_string(key) + ':' + json_string(value);
  }
  header += '}';
  std::uint64_t end = 0;
  for (const TensorOutline& tensor : tensors) {
    const std::uint64_t begin = end;
    end += tensor.size;
    header += ',' + json_string(tensor.name) + ":{\"dtype\":" + json_string(tensor.dtype) +
              ",\"shape\":" + json_array(tensor.shape) +
              ",\"data_offsets\":" + json_array({begin, end}) + '}';
  }
  header += '}';
  return header;
}

std::vector<std::uint8_t> write_in_order(const Metadata& metadata,
                                         std::span<const TensorContent* const> tensors,
                                         std::size_t alignment) {
  std::vector<TensorOutline> outlines;
  std::size_t size = 0;
  for (const TensorContent* const tensor : tensors) {
    outlines.push_back(outline_of(*tensor));
    size += tensor->bytes.size();
  }
  std::vector<std::uint8_t> file = begin_file(header_text(metadata, outlines), size, alignment);
  for (const TensorContent* const tensor : tensors)
    file.insert(file.end(), tensor->bytes.begin(), tensor->bytes.end());
  return file;
}

}  // namespace

std::vector<std::uint8_t> write(const Metadata& metadata, std::span<const TensorContent> tensors) {
  std::vector<const TensorContent*> ordered;
  for (const TensorContent& tensor : tensors) ordered.push_back(&tensor);
  return write_in_order(metadata, ordered, kWordAlignment);
}

std::vector<std::uint8_t> write_aligned(const Metadata& metadata,
                                        std::span<const TensorContent> tensors) {
  std::vector<const TensorContent*> ordered;
  for (const TensorContent& tensor : tensors) ordered.push_back(&tensor);
  // Those of whole cache lines come first: they keep each other aligned.
  std::stable_partition(ordered.begin(), ordered.end(), [](const TensorContent* tensor) {
    return tensor->bytes.size() % kLineAlignment == 0;
  });
  return write_in_order(metadata, ordered, kLineAlignment);
}

std::vector<std::uint8_t> aligned_header(const Metadata& metadata,
                                         std::span<const TensorOutline> tensors) {
  return begin_file(header_text(metadata, tensors), 0, kLineAlignment);
}

Result<std::vector<std::uint8_t>> with_metadata(std::span<const std::uint8_t> file,
                                                const Metadata& changes) try {
  CZIP_TRY(File::parse(file));
  const auto length = static_cast<std::size_t>(load_le<std::uint64_t>(file.data()));
  const auto old_header = file.subspan(sizeof(std::uint64_t), length);
  const auto data = file.subspan(sizeof(std::uint64_t) + length);
  // As char: not every standard library has the traits of other characters.
  const auto* const text = reinterpret_cast<const char*>(old_header.data());
  auto header = nlohmann::ordered_json::parse(text, text + old_header.size());
  nlohmann::ordered_json& metadata = header["__metadata__"];
  if (metadata.is_null()) metadata = nlohmann::ordered_json::object();
  for (const auto& [key, value] : changes) {
    if (value.empty())
      metadata.erase(key);
    else
      metadata[key] = value;
  }
  // The data stays as well aligned as it was.
  const bool aligned = (sizeof(std::uint64_t) + length) % kLineAlignment == 0;
  std::vector<std::uint8_t> result =
      begin_file(header.dump(), data.size(), aligned ? kLineAlignment : kWordAlignment);
  result.insert(result.end(), data.begin(), data.end());
  return result;
} catch (const nlohmann::json::exception&) {
  return fail(ErrorCode::invalid_argument, "the metadata of a model must be UTF-8");
}

Result<std::vector<std::uint8_t>> with_content_hash(std::span<const std::uint8_t> file) {
  CZIP_TRY_ASSIGN(const auto parsed, File::parse(file));
  return with_metadata(file, {{std::string(kContentHashKey), to_hex(content_hash(parsed))}});
}

}  // namespace czip::safetensors
