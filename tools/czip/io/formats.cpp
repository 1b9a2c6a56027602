#include "io/formats.hpp"

#include <unistd.h>

#include <algorithm>
#include <span>
#include <string_view>

#include "base/errors.hpp"
#include "czip/base/little_endian.hpp"
#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "io/input.hpp"

namespace czip::tool {
namespace {

// Whether the bytes begin as the magic does. The reader reports what is wrong with the rest.
bool may_be_v1(std::span<const std::uint8_t> first_bytes) {
  const std::string_view magic = v1::kMagic.substr(0, v1::kMagic.size() - 1);
  const std::size_t count = std::min(first_bytes.size(), magic.size());
  return std::equal(magic.begin(), magic.begin() + static_cast<std::ptrdiff_t>(count),
                    first_bytes.begin(),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

// Whether the bytes begin as safetensors do: the length of the header, and that, which is JSON.
bool may_be_model(std::span<const std::uint8_t> first_bytes) {
  constexpr std::size_t kLength = sizeof(std::uint64_t);
  return first_bytes.size() > kLength + 1 && first_bytes[kLength] == '{' &&
         first_bytes[kLength + 1] == '"' &&
         load_le<std::uint64_t>(first_bytes.data()) <= safetensors::File::kMaxHeaderBytes;
}

}  // namespace

bool is_compressed(std::span<const std::uint8_t> first_bytes) {
  return v2::has_magic(first_bytes) || (!first_bytes.empty() && may_be_v1(first_bytes));
}

bool begins_compressed_file(std::span<const std::uint8_t> first_bytes) {
  return v2::begins_frame(first_bytes) || (!first_bytes.empty() && may_be_v1(first_bytes));
}

Result<FileFormat> detect_format(Input& input) {
  if (input.decoder == nullptr && isatty(input.file.get()) != 0)
    return usage_error(
        "compressed data is not read from a terminal, but text is: add --base64, or see czip "
        "--help");
  CZIP_TRY_ASSIGN(const auto first_bytes, peek(input, v2::kMaxStartBytes));
  if (first_bytes.empty())
    return fail(ErrorCode::truncated, "is empty, which no compressed file is; get another copy");
  if (v2::has_magic(first_bytes))
    return v2::starts_archive(first_bytes) ? FileFormat::czip_v2_archive : FileFormat::czip_v2;
  if (may_be_v1(first_bytes)) return FileFormat::czip_v1;
  if (may_be_model(first_bytes))
    return fail(ErrorCode::corrupt, "is a model; czip model describes it");
  return fail(ErrorCode::corrupt, "is not a file that czip wrote; check the name");
}

}  // namespace czip::tool
