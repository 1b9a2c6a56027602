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

void SmallTensors::add_matrix(const std::string& name, std::uint32_t outputs, bool has_bias) {
  add(name + ".scale", {outputs}, std::vector<std::uint32_t>(outputs));
  add(name + ".shift", {1}, std::array<std::uint8_t, 1>{});
  if (has_bias) add(name + ".bias", {outputs}, std::vector<std::int32_t>(outputs));
}

Status SmallTensors::add_places(const Architecture& architecture) {
  const llm::Config& c = architecture.config;
  if (c.rotary == 0) {
    add("positions", {c.context, c.width},
        std::vector<std::int32_t>(std::size_t{c.context} * c.width));
    return {};
  }
  CZIP_TRY_ASSIGN(const auto rotary, rotary_table(architecture.rotary, c.context));
  add("rotary", {c.context, c.rotary}, rotary);
  return {};
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
  CZIP_TRY(small.add_places(architecture));
  const auto has = [&c](std::uint32_t bias) { return (c.biases & bias) != 0; };
  small.add_matrix("embedding", c.vocabulary, false);
  small.add_matrix("head", c.vocabulary, has(llm::kHeadBias));
  for (std::uint32_t i = 0; i < c.layers; ++i) {
    const std::string prefix = layer_prefix(i);
    small.add_matrix(prefix + "qkv", c.qkv_width(), has(llm::kQkvBias));
    small.add(prefix + "score_shift", {1}, std::array{kScoreShift});
    small.add_matrix(prefix + "output", c.width, has(llm::kOutputBias));
    small.add_matrix(prefix + "up", c.up_width(), has(llm::kUpBias));
    small.add_matrix(prefix + "down", c.width, has(llm::kDownBias));
  }
  std::ranges::move(more, std::back_inserter(small.tensors_));
  std::stable_partition(small.tensors_.begin(), small.tensors_.end(),
                        [](const safetensors::TensorContent& tensor) {
                          return tensor.bytes.size() % safetensors::kLineAlignment == 0;
                        });
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

void SmallTensors::lower_score_shift(std::uint32_t layer, std::uint8_t by) {
  std::uint8_t& shift = find(layer_prefix(layer) + "score_shift").bytes.front();
  shift = static_cast<std::uint8_t>(shift - by);
}

void SmallTensors::set_numbers(const std::string& name, std::size_t first,
                               std::span<const std::int32_t> numbers) {
  std::uint8_t* const bytes = find(name).bytes.data() + first * sizeof(std::int32_t);
  for (std::size_t i = 0; i < numbers.size(); ++i)
    store_le(bytes + i * sizeof(std::int32_t), numbers[i]);
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
