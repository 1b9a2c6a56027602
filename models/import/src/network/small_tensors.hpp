// All tensors of a model file but weights: they stay in memory until the weights are written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/engine/safetensors/writer.hpp"
#include "czip/import/network/architecture.hpp"
#include "czip/import/network/scales.hpp"

namespace czip::importer {

class SmallTensors {
 public:
  // Tables are made; scales, biases and learned positions are zeros. `more` are tensors of other
  // readers.
  static Result<SmallTensors> create(const Architecture& architecture,
                                     std::vector<safetensors::TensorContent> more);

  void set_scales(const std::string& name, const FixedScales& scales);
  // Of the layer's queries, whose unit is 2 to `by` times larger than usual.
  void lower_score_shift(std::uint32_t layer, std::uint8_t by);
  // Of a bias or the positions, from number `first` on.
  void set_numbers(const std::string& name, std::size_t first,
                   std::span<const std::int32_t> numbers);

  // In the order of the file: those of whole cache lines first.
  [[nodiscard]] const std::vector<safetensors::TensorContent>& all() const { return tensors_; }

 private:
  template <class Range>
  void add(std::string_view name, std::vector<std::uint64_t> shape, const Range& values);
  // What a matrix has beside weights.
  void add_matrix(const std::string& name, std::uint32_t outputs, bool has_bias);
  // How positions are told apart: the rotary table, or room for what was learned.
  Status add_places(const Architecture& architecture);
  safetensors::TensorContent& find(const std::string& name);

  std::vector<safetensors::TensorContent> tensors_;
};

// Names and sizes of the weights, in the order of the file.
[[nodiscard]] std::vector<safetensors::TensorOutline> weight_outlines(const llm::Config& config);

}  // namespace czip::importer
