#include "network/small_tensors.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/little_endian.hpp"
#include "czip/engine/llm/config.hpp"
#include "czip/engine/llm/constants.hpp"
#include "czip/engine/safetensors/writer.hpp"
#include "czip/import/network/architecture.hpp"
#include "czip/import/network/scales.hpp"
#include "czip/import/network/tables.hpp"

namespace czip::importer {
namespace {

constexpr std::uint8_t kScoreShift = 11;  // of the units of queries and keys

std::string layer_prefix(std::uint32_t layer) { return "layers." + std::to_string(layer) + "."; }

}  // namespace

template <class Range>
void SmallTensors::add(std::string_view name, std::vector<std::uint64_t> shape,
                       const Range& values) {
  using Element = typename Range::value_type;
  tensors_.push_back(safetensors::make_tensor(std::string(llm::kTensorPrefix) + std::string(name),
                                              std::move(shape), std::span<const Element>(values)));
}

void SmallTensors::add_scales(const std::string& name, std::uint32_t outputs) {
  add(name + ".scale", {outputs}, std::vector<std::uint32_t>(outputs));
  add(name + ".shift", {1}, std::array<std::uint8_t, 1>{});
}

Result<SmallTensors> SmallTensors::create(const Architecture& architecture,
                                          std::vector<safetensors::TensorContent> more) {
  const llm::Config& c = architecture.config;
  SmallTensors small;
  const auto config = llm::config_fields(c);
  small.add("config", {config.size()}, config);
  const auto exp2 = exp2_table();
  small.add("exp2", {exp2.size()}, exp2);
  const auto gate = gate_table(architecture.activation);
  small.add("gate", {gate.size()}, gate);
  CZIP_TRY_ASSIGN(const auto rotary, rotary_table(architecture.rotary, c.context));
  small.add("rotary", {c.context, c.rotary}, rotary);
  small.add_scales("embedding", c.vocabulary);
  small.add_scales("head", c.vocabulary);
  for (std::uint32_t i = 0; i < c.layers; ++i) {
    const std::string prefix = layer_prefix(i);
    small.add_scales(prefix + "qkv", c.qkv_width());
    small.add(prefix + "score_shift", {1}, std::array{kScoreShift});
    small.add_scales(prefix + "output", c.width);
    small.add_scales(prefix + "up", c.up_width());
    small.add_scales(prefix + "down", c.width);
    if (c.biases != 0)
      small.add(prefix + "qkv.bias", {c.qkv_width()}, std::vector<std::int32_t>(c.qkv_width()));
  }
  std::ranges::move(more, std::back_inserter(small.tensors_));
  std::stable_partition(
      small.tensors_.begin(), small.tensors_.end(),
      [](const safetensors::TensorContent& tensor) { return tensor.bytes.size() % 64 == 0; });
  return small;
}

safetensors::TensorContent& SmallTensors::find(const std::string& name) {
  return *std::ranges::find(tensors_, std::string(llm::kTensorPrefix) + name,
                            &safetensors::TensorContent::name);
}

void SmallTensors::set_scales(const std::string& name, const FixedScales& scales) {
  std::uint8_t* const bytes = find(name + ".scale").bytes.data();
  for (std::size_t i = 0; i < scales.scales.size(); ++i)
    store_le(bytes + i * sizeof(std::uint32_t), scales.scales[i]);
  find(name + ".shift").bytes = {scales.shift};
}

void SmallTensors::set_bias(const std::string& name, std::span<const std::int32_t> bias) {
  std::uint8_t* const bytes = find(name + ".bias").bytes.data();
  for (std::size_t i = 0; i < bias.size(); ++i) store_le(bytes + i * sizeof(std::int32_t), bias[i]);
}

std::vector<safetensors::TensorOutline> weight_outlines(const llm::Config& c) {
  std::vector<safetensors::TensorOutline> outlines;
  const auto add = [&outlines](const std::string& name, std::uint32_t outputs,
                               std::uint32_t inputs) {
    const std::uint64_t tiles = llm::tiled_outputs(outputs) / llm::kTileOutputs;
    outlines.push_back({std::string(llm::kTensorPrefix) + name + ".weight",
                        "U8",
                        {tiles, inputs / llm::kTileInputs, llm::kTileOutputs, llm::kTileInputs},
                        tiles * llm::kTileOutputs * inputs});
  };
  for (std::uint32_t i = 0; i < c.layers; ++i) {
    const std::string prefix = layer_prefix(i);
    add(prefix + "qkv", c.qkv_width(), c.width);
    add(prefix + "output", c.width, c.query_width());
    add(prefix + "up", c.up_width(), c.width);
    add(prefix + "down", c.width, c.feed_forward);
  }
  add("head", c.vocabulary, c.width);
  outlines.push_back({std::string(llm::kTensorPrefix) + "embedding",
                      "I8",
                      {c.vocabulary, c.width},
                      std::uint64_t{c.vocabulary} * c.width});
  return outlines;
}

}  // namespace czip::importer
