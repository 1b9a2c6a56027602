#include "czip/import/network/model_writer.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/hash128.hpp"
#include "czip/engine/safetensors/content_hash.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/safetensors/writer.hpp"
#include "czip/import/network/architecture.hpp"
#include "czip/import/network/model_sink.hpp"
#include "czip/import/tensors.hpp"
#include "network/layer_writer.hpp"
#include "network/small_tensors.hpp"
#include "network/source_tensors.hpp"

namespace czip::importer {
namespace {

// The hash is known when all else is written; the header has as many zeros in its place.
Result<Hash128> state_hash(std::uint64_t place, ModelSink& sink) {
  constexpr std::array<std::string_view, 1> kKeys{"format"};
  CZIP_TRY_ASSIGN(const auto bytes, sink.written());
  CZIP_TRY_ASSIGN(const auto file, safetensors::File::parse(bytes));
  const Hash128 hash = safetensors::content_hash(file, kKeys);
  const std::string text = to_hex(hash);
  CZIP_TRY(sink.overwrite(place, std::vector<std::uint8_t>(text.begin(), text.end())));
  return hash;
}

}  // namespace

Result<Hash128> write_model(const Architecture& architecture, const TensorSet& tensors,
                            const safetensors::Metadata& metadata,
                            std::vector<safetensors::TensorContent> more, ModelSink& sink) {
  CZIP_TRY(check_tensors(architecture, tensors));
  CZIP_TRY_ASSIGN(SmallTensors small, SmallTensors::create(architecture, std::move(more)));
  const std::string zeros = to_hex(Hash128{});
  safetensors::Metadata pairs{{std::string(safetensors::kContentHashKey), zeros}};
  pairs.insert(pairs.end(), metadata.begin(), metadata.end());
  std::vector<safetensors::TensorOutline> outlines = weight_outlines(architecture.config);
  for (const safetensors::TensorContent& tensor : small.all())
    outlines.push_back({tensor.name, tensor.dtype, tensor.shape, tensor.bytes.size()});
  const std::vector<std::uint8_t> header = safetensors::aligned_header(pairs, outlines);
  const auto place =
      std::search(header.begin(), header.end(), zeros.begin(), zeros.end()) - header.begin();
  std::uint64_t size = header.size();
  for (const safetensors::TensorOutline& outline : outlines) size += outline.size;
  CZIP_TRY(sink.expect(size));
  CZIP_TRY(sink.append(header));

  LayerWriter writer(architecture, tensors, small, sink);
  for (std::uint32_t i = 0; i < architecture.config.layers; ++i) CZIP_TRY(writer.write_layer(i));
  CZIP_TRY(writer.write_head());
  CZIP_TRY(writer.write_embedding());
  CZIP_TRY(writer.write_positions());
  for (const safetensors::TensorContent& tensor : small.all()) CZIP_TRY(sink.append(tensor.bytes));
  return state_hash(static_cast<std::uint64_t>(place), sink);
}

}  // namespace czip::importer
