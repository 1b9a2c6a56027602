#include "network/model_frame.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/hash128.hpp"
#include "czip/engine/safetensors/content_hash.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/safetensors/writer.hpp"
#include "czip/import/network/model_sink.hpp"

namespace czip::importer {

Result<std::uint64_t> begin_model(const safetensors::Metadata& metadata,
                                  std::span<const safetensors::TensorOutline> tensors,
                                  ModelSink& sink) {
  const std::string zeros = to_hex(Hash128{});
  safetensors::Metadata pairs{{std::string(safetensors::kContentHashKey), zeros}};
  pairs.insert(pairs.end(), metadata.begin(), metadata.end());
  const std::vector<std::uint8_t> header = safetensors::aligned_header(pairs, tensors);
  const auto place =
      std::search(header.begin(), header.end(), zeros.begin(), zeros.end()) - header.begin();
  std::uint64_t size = header.size();
  for (const safetensors::TensorOutline& tensor : tensors) size += tensor.size;
  CZIP_TRY(sink.expect(size));
  CZIP_TRY(sink.append(header));
  return static_cast<std::uint64_t>(place);
}

Result<Hash128> state_hash(std::uint64_t place, ModelSink& sink) {
  constexpr std::array<std::string_view, 1> kKeys{"format"};
  CZIP_TRY_ASSIGN(const auto bytes, sink.written());
  CZIP_TRY_ASSIGN(const auto file, safetensors::File::parse(bytes));
  const Hash128 hash = safetensors::content_hash(file, kKeys);
  const std::string text = to_hex(hash);
  CZIP_TRY(sink.overwrite(place, std::vector<std::uint8_t>(text.begin(), text.end())));
  return hash;
}

}  // namespace czip::importer
