// The matrices of a model and their biases, folded, rotated and quantized as section 5 of
// conformance/czip-network-llm.md says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/import/dyadic.hpp"
#include "czip/import/network/architecture.hpp"
#include "czip/import/network/factor.hpp"
#include "czip/import/network/model_sink.hpp"
#include "czip/import/network/rotation.hpp"
#include "czip/import/tensors.hpp"
#include "network/attention_units.hpp"
#include "network/matrix_encoder.hpp"
#include "network/small_tensors.hpp"

namespace czip::importer {

// `check_tensors` has passed. Weights go to the sink, scales and biases to `small`.
class LayerWriter {
 public:
  LayerWriter(const Architecture& architecture, const TensorSet& tensors, SmallTensors& small,
              ModelSink& sink);

  Status write_layer(std::uint32_t layer);
  Status write_head();
  Status write_embedding();
  Status write_positions();

 private:
  [[nodiscard]] bool has(std::uint32_t bias) const { return (config_.biases & bias) != 0; }
  [[nodiscard]] bool is_centred() const { return architecture_.family == Family::gpt2; }
  void gain(DyadicRow& row) const;
  // A row of a matrix that reads a normalized residual.
  Status add_normed(MatrixEncoder& encoder, DyadicRow& row, const Factor& factor) const;
  Status add_tensor(MatrixEncoder& encoder, const Tensor& tensor, std::uint64_t index,
                    const Factor& factor);
  // The gain of a norm, and its bias where it has one.
  Status read_norm(const std::string& name);
  // The bias of a matrix that reads a normalized residual, and what the norm's bias adds to it.
  Status read_bias(const std::string& name, DyadicRow& bias);
  template <class Units>
  Status add_rotated(MatrixEncoder& encoder, const Tensor& tensor, const Units& units);
  Status add_values(MatrixEncoder& encoder, const Tensor& tensor);
  // Of queries or keys, in the order of the format.
  Result<OutputSizes> sizes_of(const std::string& name);
  // Sets them where biases need other units than usual.
  Status set_units(std::uint32_t layer);
  // Of a query or key by its place among all queries or keys.
  [[nodiscard]] Factor unit_of_query(std::uint32_t place) const;
  [[nodiscard]] Factor unit_of_key(std::uint32_t place) const;
  Status write_qkv(std::uint32_t layer);
  Status write_qkv_bias(std::uint32_t layer);
  Status write_up(std::uint32_t layer);
  Status write_up_bias(std::uint32_t layer);
  Status write_residual(const std::string& name, const std::string& source, std::uint32_t inputs,
                        std::uint32_t block, const Factor& factor);
  // Row `index` of a tensor as numbers of the residual, from number `first` of a small tensor on.
  Status write_residual_numbers(const Tensor& source, std::uint64_t index, const std::string& name,
                                std::size_t first);
  Status finish(MatrixEncoder& encoder, const std::string& name);
  // The source's element of a head that has rotated element `element`.
  [[nodiscard]] std::uint32_t source_element(std::uint32_t element) const;
  [[nodiscard]] const Tensor& tensor(std::string_view name) const { return *tensors_.find(name); }

  const Architecture& architecture_;
  const llm::Config& config_;
  const TensorSet& tensors_;
  SmallTensors& small_;
  ModelSink& sink_;
  Rotation rotation_;
  std::uint32_t value_block_;
  Factor query_;  // units of the outputs, with constants
  Factor key_;
  Factor value_;
  AttentionUnits units_;  // of the layer
  OutputSizes queries_;
  OutputSizes keys_;
  DyadicRow gain_;
  DyadicRow norm_bias_;
  DyadicRow row_;
};

}  // namespace czip::importer
