#include "czip/import/model/model_copy.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/hash128.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/safetensors/writer.hpp"
#include "czip/import/network/model_sink.hpp"
#include "network/model_frame.hpp"

namespace czip::importer {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 20;

struct NamedTensor {
  const std::string* name;
  const safetensors::TensorView* tensor;
  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return tensor->bytes; }
};

bool comes_before(const NamedTensor& a, const NamedTensor& b) {
  if (a.bytes().data() != b.bytes().data())
    return std::less<>()(a.bytes().data(), b.bytes().data());
  return a.bytes().size() < b.bytes().size();  // empty ones share their place with what follows
}

// In the order of the file, but for tensors that another writer put before those of whole cache
// lines, or that were before them because of the one that is left out.
std::vector<NamedTensor> tensors_without(const safetensors::File& model, const std::string& name) {
  std::vector<NamedTensor> tensors;
  for (const auto& entry : model.tensors())
    if (entry.first != name) tensors.push_back({&entry.first, &entry.second});
  std::stable_sort(tensors.begin(), tensors.end(), comes_before);
  std::stable_partition(tensors.begin(), tensors.end(), [](const NamedTensor& tensor) {
    return tensor.bytes().size() % safetensors::kLineAlignment == 0;
  });
  return tensors;
}

Status append_in_pieces(std::span<const std::uint8_t> bytes, ModelSink& sink) {
  while (!bytes.empty()) {
    const std::size_t size = std::min(bytes.size(), kPieceBytes);
    CZIP_TRY(sink.append(bytes.first(size)));
    bytes = bytes.subspan(size);
  }
  return {};
}

}  // namespace

Result<Hash128> copy_with_tensor(const safetensors::File& model,
                                 const safetensors::Metadata& metadata,
                                 const safetensors::TensorContent& added, ModelSink& sink) {
  const std::vector<NamedTensor> tensors = tensors_without(model, added.name);
  std::vector<safetensors::TensorOutline> outlines;
  outlines.reserve(tensors.size() + 1);
  for (const NamedTensor& tensor : tensors)
    outlines.push_back({*tensor.name, std::string(safetensors::dtype_name(tensor.tensor->dtype)),
                        tensor.tensor->shape, tensor.bytes().size()});
  outlines.push_back({added.name, added.dtype, added.shape, added.bytes.size()});
  CZIP_TRY_ASSIGN(const std::uint64_t place, begin_model(metadata, outlines, sink));
  for (const NamedTensor& tensor : tensors) CZIP_TRY(append_in_pieces(tensor.bytes(), sink));
  CZIP_TRY(sink.append(added.bytes));
  return state_hash(place, sink);
}

}  // namespace czip::importer
