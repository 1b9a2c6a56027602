#include "czip/codec/v2/model/identity.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "czip/codec/v2/model/format.hpp"
#include "czip/engine/safetensors/content_hash.hpp"

namespace czip::v2 {

Hash128 model_hash(const safetensors::File& file) {
  static constexpr std::array<std::string_view, 1> kKeys{kFormatKey};
  return safetensors::content_hash(file, kKeys);
}

Result<std::vector<std::uint8_t>> with_model_hash(std::span<const std::uint8_t> file,
                                                  safetensors::Metadata metadata) {
  CZIP_TRY_ASSIGN(const auto parsed, safetensors::File::parse(file));
  metadata.emplace_back(safetensors::kContentHashKey, to_hex(model_hash(parsed)));
  return safetensors::with_metadata(file, metadata);
}

}  // namespace czip::v2
