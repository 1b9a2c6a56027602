#include "czip/import/network/model_writer.hpp"

#include <cstdint>
#include <utility>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/hash128.hpp"
#include "czip/engine/safetensors/writer.hpp"
#include "czip/import/network/architecture.hpp"
#include "czip/import/network/model_sink.hpp"
#include "czip/import/tensors.hpp"
#include "network/layer_writer.hpp"
#include "network/model_frame.hpp"
#include "network/small_tensors.hpp"
#include "network/source_tensors.hpp"

namespace czip::importer {

Result<Hash128> write_model(const Architecture& architecture, const TensorSet& tensors,
                            const safetensors::Metadata& metadata,
                            std::vector<safetensors::TensorContent> more, ModelSink& sink) {
  CZIP_TRY(check_tensors(architecture, tensors));
  CZIP_TRY_ASSIGN(SmallTensors small, SmallTensors::create(architecture, std::move(more)));
  std::vector<safetensors::TensorOutline> outlines = weight_outlines(architecture.config);
  for (const safetensors::TensorContent& tensor : small.all())
    outlines.push_back({tensor.name, tensor.dtype, tensor.shape, tensor.bytes.size()});
  CZIP_TRY_ASSIGN(const std::uint64_t place, begin_model(metadata, outlines, sink));

  LayerWriter writer(architecture, tensors, small, sink);
  for (std::uint32_t i = 0; i < architecture.config.layers; ++i) CZIP_TRY(writer.write_layer(i));
  CZIP_TRY(writer.write_head());
  CZIP_TRY(writer.write_embedding());
  CZIP_TRY(writer.write_positions());
  for (const safetensors::TensorContent& tensor : small.all()) CZIP_TRY(sink.append(tensor.bytes));
  return state_hash(place, sink);
}

}  // namespace czip::importer
