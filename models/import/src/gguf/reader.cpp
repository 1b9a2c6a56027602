#include "czip/import/gguf/reader.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/in_quotes.hpp"
#include "czip/base/little_endian.hpp"
#include "czip/import/element_type.hpp"
#include "czip/import/gguf/metadata.hpp"
#include "czip/import/tensors.hpp"
#include "gguf/cursor.hpp"
#include "gguf/value_reader.hpp"

namespace czip::importer::gguf {
namespace {

constexpr std::string_view kMagic = "GGUF";
constexpr std::string_view kAlignmentKey = "general.alignment";
constexpr std::uint64_t kUsualAlignment = 32;
constexpr std::uint64_t kMaxAlignment = std::uint64_t{1} << 30;

struct Counts {
  std::uint64_t tensors;
  std::uint64_t pairs;
};

Status check_version(std::uint32_t version) {
  if (version == 2 || version == 3) return {};
  if ((version & 0xffff) == 0 && version != 0)
    return fail(ErrorCode::unsupported,
                "the GGUF file is big-endian; convert it to little-endian first");
  return fail(ErrorCode::unsupported, "the GGUF file has version " + std::to_string(version) +
                                          "; versions 2 and 3 can be read");
}

Result<Counts> read_header(Cursor& cursor) {
  const Subject header{.kind = "the header", .number = {}, .name = {}};
  CZIP_TRY(cursor.integer<std::uint32_t>(header, "the magic number"));
  if (!is_gguf(cursor.since(0)))
    return fail(ErrorCode::corrupt, "the file does not begin with 'GGUF'");
  CZIP_TRY_ASSIGN(const auto version, cursor.integer<std::uint32_t>(header, "the version"));
  CZIP_TRY(check_version(version));
  Counts counts{};
  CZIP_TRY_ASSIGN(counts.tensors, cursor.integer<std::uint64_t>(header, "the number of tensors"));
  CZIP_TRY_ASSIGN(counts.pairs,
                  cursor.integer<std::uint64_t>(header, "the number of metadata pairs"));
  if (counts.tensors > kMaxTensors)
    return fail(ErrorCode::corrupt, "the GGUF file states " + std::to_string(counts.tensors) +
                                        " tensors, more than " + std::to_string(kMaxTensors));
  if (counts.pairs > kMaxPairs)
    return fail(ErrorCode::corrupt, "the GGUF file states " + std::to_string(counts.pairs) +
                                        " metadata pairs, more than " + std::to_string(kMaxPairs));
  return counts;
}

Result<Metadata> read_metadata(Cursor& cursor, std::uint64_t pairs) {
  Metadata metadata;
  for (std::uint64_t i = 0; i < pairs; ++i) {
    Subject subject{.kind = "metadata", .number = i, .name = {}};
    CZIP_TRY_ASSIGN(subject.name, cursor.name(subject, kMaxKeyBytes));
    CZIP_TRY_ASSIGN(const auto value, read_value(cursor, subject));
    if (!metadata.add(subject.name, value))
      return fail(ErrorCode::corrupt, subject.text() + " is there twice");
  }
  return metadata;
}

Result<std::uint64_t> alignment_of(const Metadata& metadata) {
  CZIP_TRY_ASSIGN(const auto alignment,
                  metadata.count_or(kAlignmentKey, kMaxAlignment, kUsualAlignment));
  if (!std::has_single_bit(alignment))
    return fail(ErrorCode::corrupt, "metadata " + in_quotes(kAlignmentKey) + " is " +
                                        std::to_string(alignment) + ", which is no power of two");
  return alignment;
}

// A tensor that does not know its bytes yet, but where they are in the data.
struct Description {
  Tensor tensor;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

Result<std::vector<std::uint64_t>> read_shape(Cursor& cursor, const Subject& subject) {
  CZIP_TRY_ASSIGN(const auto rank,
                  cursor.integer<std::uint32_t>(subject, "the number of dimensions"));
  if (rank > kMaxDimensions)
    return fail(ErrorCode::corrupt, subject.text() + " has " + std::to_string(rank) +
                                        " dimensions, more than " + std::to_string(kMaxDimensions));
  std::vector<std::uint64_t> shape(rank);
  for (std::uint64_t& dimension : shape) {
    CZIP_TRY_ASSIGN(dimension, cursor.integer<std::uint64_t>(subject, "the dimensions"));
  }
  // The file has the innermost first.
  std::ranges::reverse(shape);
  return shape;
}

Result<Description> read_description(Cursor& cursor, std::uint64_t number) {
  Subject subject{.kind = "tensor", .number = number, .name = {}};
  CZIP_TRY_ASSIGN(subject.name, cursor.name(subject, kMaxTensorNameBytes));
  Description description;
  Tensor& tensor = description.tensor;
  tensor.name = subject.name;
  CZIP_TRY_ASSIGN(tensor.shape, read_shape(cursor, subject));
  CZIP_TRY_ASSIGN(const auto type, cursor.integer<std::uint32_t>(subject, "the type"));
  const auto known = element_type(type);
  if (!known)
    return fail(ErrorCode::unsupported, subject.text() + " has the type " + ggml_type_name(type) +
                                            "; those that can be read are " + element_type_names());
  tensor.type = *known;
  CZIP_TRY_ASSIGN(description.offset, cursor.integer<std::uint64_t>(subject, "the offset"));
  CZIP_TRY_ASSIGN(description.size, tensor_bytes(*known, tensor.shape, subject.text()));
  return description;
}

// Gives tensors their bytes of the data, which begins at byte `begin` of the file.
Status place(std::vector<Description>& descriptions, std::span<const std::uint8_t> data,
             std::uint64_t begin, std::uint64_t alignment) {
  for (auto& [tensor, offset, size] : descriptions) {
    const std::string subject = "tensor " + in_quotes(tensor.name);
    if (offset % alignment != 0)
      return fail(ErrorCode::corrupt, subject + " has the offset " + std::to_string(offset) +
                                          ", which is no multiple of the alignment, " +
                                          std::to_string(alignment));
    if (offset > data.size() || size > data.size() - offset)
      return fail(ErrorCode::truncated,
                  subject + " takes " + std::to_string(size) + " bytes from byte " +
                      std::to_string(offset) + " of the data on, which begins at byte " +
                      std::to_string(begin) + " of the file and has " +
                      std::to_string(data.size()) + " bytes; is the file complete?");
    tensor.bytes = data.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
  }
  return {};
}

Status check_overlaps(std::vector<Description>& descriptions) {
  std::ranges::sort(descriptions, {}, &Description::offset);
  for (std::size_t i = 1; i < descriptions.size(); ++i) {
    const Description& before = descriptions[i - 1];
    const Description& here = descriptions[i];
    if (before.offset + before.size > here.offset)
      return fail(ErrorCode::corrupt, "tensor " + in_quotes(here.tensor.name) + " begins at byte " +
                                          std::to_string(here.offset) + " of the data, inside " +
                                          in_quotes(before.tensor.name));
  }
  return {};
}

Result<TensorSet> read_tensors(Cursor& cursor, std::span<const std::uint8_t> file,
                               std::uint64_t count, std::uint64_t alignment) {
  std::vector<Description> descriptions;
  for (std::uint64_t i = 0; i < count; ++i) {
    CZIP_TRY_ASSIGN(auto description, read_description(cursor, i));
    descriptions.push_back(std::move(description));
  }
  const std::uint64_t end = cursor.position();
  const std::uint64_t begin = end + (alignment - end % alignment) % alignment;
  const auto data =
      file.subspan(static_cast<std::size_t>(std::min<std::uint64_t>(begin, file.size())));
  CZIP_TRY(place(descriptions, data, begin, alignment));
  CZIP_TRY(check_overlaps(descriptions));
  TensorSet tensors;
  for (Description& description : descriptions)
    CZIP_TRY(tensors.add(std::move(description.tensor)));
  return tensors;
}

}  // namespace

bool is_gguf(std::span<const std::uint8_t> file) {
  if (file.size() < kMagic.size()) return false;
  for (std::size_t i = 0; i < kMagic.size(); ++i)
    if (file[i] != static_cast<std::uint8_t>(kMagic[i])) return false;
  return true;
}

Result<File> File::parse(std::span<const std::uint8_t> file) try {
  Cursor cursor(file);
  CZIP_TRY_ASSIGN(const auto counts, read_header(cursor));
  File result;
  CZIP_TRY_ASSIGN(result.metadata_, read_metadata(cursor, counts.pairs));
  CZIP_TRY_ASSIGN(const auto alignment, alignment_of(result.metadata_));
  CZIP_TRY_ASSIGN(result.tensors_, read_tensors(cursor, file, counts.tensors, alignment));
  return result;
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory for the GGUF file's header");
}

}  // namespace czip::importer::gguf
