#include "czip/engine/safetensors/reader.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/in_quotes.hpp"
#include "czip/base/little_endian.hpp"
#include "safetensors/header.hpp"

namespace czip::safetensors {
namespace {

constexpr std::size_t kLengthBytes = 8;

struct DTypeFacts {
  std::string_view name;
  std::size_t size;
};

// In the order of the enumerators of DType.
constexpr std::array kDTypes{
    DTypeFacts{"I8", 1},   DTypeFacts{"U8", 1},   DTypeFacts{"I16", 2}, DTypeFacts{"U16", 2},
    DTypeFacts{"I32", 4},  DTypeFacts{"U32", 4},  DTypeFacts{"I64", 8}, DTypeFacts{"U64", 8},
    DTypeFacts{"F16", 2},  DTypeFacts{"BF16", 2}, DTypeFacts{"F32", 4}, DTypeFacts{"F64", 8},
    DTypeFacts{"BOOL", 1},
};
static_assert(kDTypes.size() == static_cast<std::size_t>(DType::boolean) + 1);

std::optional<DType> parse_dtype(std::string_view name) {
  for (std::size_t i = 0; i < kDTypes.size(); ++i)
    if (kDTypes[i].name == name) return static_cast<DType>(i);
  return std::nullopt;
}

// Bytes of a tensor, or nothing where they do not fit 64 bits.
std::optional<std::uint64_t> byte_size(std::span<const std::uint64_t> shape, DType dtype) {
  std::uint64_t bytes = dtype_size(dtype);
  // A zero makes the product zero whatever the other dimensions are, even ones that would overflow.
  if (std::ranges::find(shape, std::uint64_t{0}) != shape.end()) return 0;
  for (const std::uint64_t dimension : shape) {
    if (dimension > std::numeric_limits<std::uint64_t>::max() / bytes) return std::nullopt;
    bytes *= dimension;
  }
  return bytes;
}

std::string range_text(std::uint64_t begin, std::uint64_t end) {
  std::string text = "[";
  text += std::to_string(begin) + ", " + std::to_string(end) + "]";
  return text;
}

Result<TensorView> view_tensor(const std::string& name, Header::Tensor& entry,
                               std::span<const std::uint8_t> data) {
  const std::string subject = "tensor " + in_quotes(name);
  const std::optional<DType> dtype = parse_dtype(entry.dtype);
  if (!dtype)
    return fail(ErrorCode::unsupported,
                subject + " has the unknown dtype " + in_quotes(entry.dtype));
  const std::uint64_t begin = entry.offsets[0];
  const std::uint64_t end = entry.offsets[1];
  if (begin > end)
    return fail(ErrorCode::corrupt,
                subject + ": data_offsets " + range_text(begin, end) + " run backwards");
  if (end > data.size())
    return fail(ErrorCode::truncated, subject + " ends at byte " + std::to_string(end) +
                                          " of the data, which has " + std::to_string(data.size()) +
                                          " bytes");
  const std::optional<std::uint64_t> bytes = byte_size(entry.shape, *dtype);
  if (!bytes) return fail(ErrorCode::corrupt, subject + " has a shape of more than 2^64 bytes");
  if (*bytes != end - begin)
    return fail(ErrorCode::corrupt, subject + ": data_offsets " + range_text(begin, end) +
                                        " hold " + std::to_string(end - begin) +
                                        " bytes, its dtype and shape need " +
                                        std::to_string(*bytes));
  return TensorView{
      *dtype, std::move(entry.shape),
      data.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(*bytes))};
}

// The format has every byte of the data belong to exactly one tensor.
Status check_coverage(const Header& header, std::uint64_t data_size) {
  struct Extent {
    std::uint64_t begin;
    std::uint64_t end;
    const std::string* name;
  };
  std::vector<Extent> extents;
  extents.reserve(header.tensors.size());
  for (const auto& [name, tensor] : header.tensors)
    extents.push_back({tensor.offsets[0], tensor.offsets[1], &name});
  std::ranges::sort(extents, {}, [](const Extent& e) { return std::pair(e.begin, e.end); });

  std::uint64_t covered = 0;
  const std::string* previous = nullptr;
  for (const Extent& extent : extents) {
    if (extent.begin < covered)
      return fail(ErrorCode::corrupt, "tensor " + in_quotes(*extent.name) + " begins at byte " +
                                          std::to_string(extent.begin) + " of the data, inside " +
                                          in_quotes(*previous));
    if (extent.begin > covered)
      return fail(ErrorCode::corrupt, "bytes " + range_text(covered, extent.begin) +
                                          " of the data, before tensor " + in_quotes(*extent.name) +
                                          ", belong to no tensor");
    covered = extent.end;
    previous = extent.name;
  }
  if (covered != data_size)
    return fail(ErrorCode::corrupt, "bytes " + range_text(covered, data_size) +
                                        " at the end of the data belong to no tensor");
  return {};
}

// Splits `file` into header text and data.
Result<std::pair<std::span<const std::uint8_t>, std::span<const std::uint8_t>>> split(
    std::span<const std::uint8_t> file) {
  if (file.size() < kLengthBytes)
    return fail(ErrorCode::truncated, "safetensors file has " + std::to_string(file.size()) +
                                          " bytes, fewer than its header length takes");
  const auto length = load_le<std::uint64_t>(file.data());
  if (length > File::kMaxHeaderBytes)
    return fail(ErrorCode::corrupt, "safetensors header length " + std::to_string(length) +
                                        " is above the format's limit of " +
                                        std::to_string(File::kMaxHeaderBytes));
  const auto rest = file.subspan(kLengthBytes);
  if (length > rest.size())
    return fail(ErrorCode::truncated, "safetensors header length " + std::to_string(length) +
                                          " is more than the " + std::to_string(rest.size()) +
                                          " bytes that follow it");
  const auto header_size = static_cast<std::size_t>(length);
  return std::pair(rest.first(header_size), rest.subspan(header_size));
}

}  // namespace

std::size_t dtype_size(DType dtype) { return kDTypes[static_cast<std::size_t>(dtype)].size; }

std::string_view dtype_name(DType dtype) { return kDTypes[static_cast<std::size_t>(dtype)].name; }

std::uint64_t TensorView::element_count() const { return bytes.size() / dtype_size(dtype); }

Result<File> File::parse(std::span<const std::uint8_t> file) try {
  CZIP_TRY_ASSIGN(const auto parts, split(file));
  const auto& [header_text, data] = parts;
  CZIP_TRY_ASSIGN(auto header, parse_header(header_text));

  File result;
  for (auto& [name, entry] : header.tensors) {
    CZIP_TRY_ASSIGN(auto view, view_tensor(name, entry, data));
    result.tensors_.emplace_hint(result.tensors_.end(), name, std::move(view));
  }
  CZIP_TRY(check_coverage(header, data.size()));
  result.metadata_ = std::move(header.metadata);
  return result;
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory for the safetensors header");
}

const TensorView* File::find(std::string_view name) const {
  const auto position = tensors_.find(name);
  return position == tensors_.end() ? nullptr : &position->second;
}

}  // namespace czip::safetensors
