#include "network/layer_writer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/engine/llm/config.hpp"
#include "czip/engine/llm/constants.hpp"
#include "czip/import/dequantize.hpp"
#include "czip/import/dyadic.hpp"
#include "czip/import/network/factor.hpp"
#include "czip/import/network/scales.hpp"
#include "czip/import/quantize.hpp"
#include "network/fixed_matrix.hpp"
#include "network/matrix_encoder.hpp"
#include "network/row_arithmetic.hpp"
#include "network/source_tensors.hpp"

namespace czip::importer {
namespace {

// Numbers for one unit of the real number: 2^12 of queries is a unit of 2^-12.
constexpr int kQueryBits = 12;
constexpr int kKeyBits = 7;
constexpr int kValueBits = 10;
constexpr int kHiddenBits = 12;
constexpr int kResidualBits = 16;
constexpr int kLogitBits = 16;
// U of products of quantized numbers: 2^31 times the unit of attention's output, 2^-15 of the
// values', and of the feed-forward's, 2^-16.
constexpr int kOutputInputBits = 16 - kValueBits;
constexpr int kDownInputBits = 15;

// What a gain times a number of a row must fit: 62 bits.
constexpr int kGainBits = 26;
constexpr int kGainedBits = 36;

// Of the numbers that become biases.
constexpr int kBiasBits = 30;

// Numbers of fixed point, behind those before.
void append_fixed(DyadicRow& row, const Factor& factor, std::vector<std::int32_t>& numbers) {
  limit_mantissas(row, kBiasBits);
  for (const std::int64_t mantissa : row.mantissas)
    numbers.push_back(fixed_number({mantissa, row.exponent}, factor));
}

}  // namespace

LayerWriter::LayerWriter(const Architecture& architecture, const TensorSet& tensors,
                         SmallTensors& small, ModelSink& sink)
    : architecture_(architecture),
      config_(architecture.config),
      tensors_(tensors),
      small_(small),
      sink_(sink),
      rotation_(config_.width),
      value_block_(block_of(config_.head_size)),
      query_(power_of_two(kQueryBits) * log2_of_e() * inverse(square_root(config_.head_size))),
      key_(power_of_two(kKeyBits)),
      // turn_blocks gives sqrt(block) times too much.
      value_(power_of_two(kValueBits) * inverse(square_root(value_block_))) {}

std::uint32_t LayerWriter::source_element(std::uint32_t element) const {
  const std::uint32_t pairs = config_.rotary / 2;
  if (!architecture_.interleaved_pairs || element >= 2 * pairs) return element;
  return element < pairs ? 2 * element : 2 * (element - pairs) + 1;
}

Status LayerWriter::finish(MatrixEncoder& encoder, const std::string& name) {
  CZIP_TRY_ASSIGN(const FixedScales scales, encoder.finish("matrix '" + name + "'"));
  small_.set_scales(name, scales);
  return {};
}

Status LayerWriter::read_norm(const std::string& name) {
  CZIP_TRY(read_row(tensor(name + ".weight"), 0, gain_));
  limit_mantissas(gain_, kGainBits);
  if (!is_centred()) return {};
  CZIP_TRY(read_row(tensor(name + ".bias"), 0, norm_bias_));
  limit_mantissas(norm_bias_, kSummedBits);
  return {};
}

Status LayerWriter::read_bias(const std::string& name, DyadicRow& bias) {
  const Tensor* const stated = tensors_.find(name + ".bias");
  if (!is_centred()) return read_row(*stated, 0, bias);
  const Tensor& weights = tensor(name + ".weight");
  std::vector<Dyadic> products;
  for (std::uint64_t i = 0; i < weights.rows(); ++i) {
    CZIP_TRY(read_row(weights, i, row_));
    limit_mantissas(row_, kSummedBits);
    products.push_back(dot(row_, norm_bias_));
  }
  bias = with_one_exponent(products);
  if (stated == nullptr) return {};
  CZIP_TRY(read_row(*stated, 0, row_));
  bias = sum(bias, row_);
  return {};
}

// The norm's gain. A residual that LayerNorm reads has a mean of zero, so what a row's own mean
// gives is rounding.
void LayerWriter::gain(DyadicRow& row) const {
  limit_mantissas(row, kGainedBits);
  for (std::size_t i = 0; i < row.mantissas.size(); ++i) row.mantissas[i] *= gain_.mantissas[i];
  row.exponent += gain_.exponent;
  if (is_centred()) centre(row);
}

// The gain times sqrt(D), and the rotation, whose inputs are sqrt(block) too large.
Status LayerWriter::add_normed(MatrixEncoder& encoder, DyadicRow& row, const Factor& factor) const {
  gain(row);
  rotation_.turn_inputs(row);
  return encoder.add(row, factor * square_root(config_.width / rotation_.block()));
}

Status LayerWriter::add_tensor(MatrixEncoder& encoder, const Tensor& tensor, std::uint64_t index,
                               const Factor& factor) {
  CZIP_TRY(read_row(tensor, index, row_));
  return add_normed(encoder, row_, factor);
}

Result<OutputSizes> LayerWriter::sizes_of(const std::string& name) {
  OutputSizes sizes;
  DyadicRow bias;
  CZIP_TRY(read_bias(name, bias));
  limit_mantissas(bias, kBiasBits);
  sizes.bias.exponent = bias.exponent;
  const auto outputs = static_cast<std::uint32_t>(bias.mantissas.size());
  for (std::uint32_t i = 0; i < outputs; ++i) {
    const std::uint32_t element = i % config_.head_size;
    const std::uint32_t from = i - element + source_element(element);
    sizes.bias.mantissas.push_back(bias.mantissas[from]);
    CZIP_TRY(read_row(tensor(name + ".weight"), from, row_));
    gain(row_);
    sizes.norms.push_back(norm(row_));
  }
  return sizes;
}

Status LayerWriter::set_units(std::uint32_t layer) {
  if (!has(llm::kQkvBias)) {
    units_ = {std::vector<std::uint8_t>(config_.key_width()), 0};
    return {};
  }
  CZIP_TRY_ASSIGN(queries_, sizes_of(layer_tensor(layer, "attn_q")));
  CZIP_TRY_ASSIGN(keys_, sizes_of(layer_tensor(layer, "attn_k")));
  units_ = attention_units(config_, queries_, query_, keys_, key_);
  small_.lower_score_shift(layer, units_.query_shift);
  return {};
}

Factor LayerWriter::unit_of_query(std::uint32_t place) const {
  return query_ * power_of_two(units_.shift_of_query(config_, place) - units_.query_shift);
}

Factor LayerWriter::unit_of_key(std::uint32_t place) const {
  return key_ * power_of_two(-int{units_.key_shifts[place]});
}

// Queries or keys: pairs where the format wants them.
template <class Units>
Status LayerWriter::add_rotated(MatrixEncoder& encoder, const Tensor& tensor, const Units& units) {
  const auto outputs = static_cast<std::uint32_t>(tensor.rows());
  for (std::uint32_t i = 0; i < outputs; ++i) {
    const std::uint32_t element = i % config_.head_size;
    CZIP_TRY(add_tensor(encoder, tensor, i - element + source_element(element), units(i)));
  }
  return {};
}

// Values are turned within each head, too: turn_output_blocks gives sqrt(block) too little.
Status LayerWriter::add_values(MatrixEncoder& encoder, const Tensor& tensor) {
  CZIP_TRY_ASSIGN(FixedMatrix values, FixedMatrix::read(tensor, config_.width));
  turn_output_blocks(values.numbers(), values.columns(), value_block_);
  const Factor factor = value_ * factor_of(value_block_);
  for (std::uint32_t i = 0; i < config_.key_width(); ++i) {
    values.row(i, row_);
    CZIP_TRY(add_normed(encoder, row_, factor));
  }
  return {};
}

Status LayerWriter::write_qkv(std::uint32_t layer) {
  CZIP_TRY(read_norm(layer_tensor(layer, "attn_norm")));
  CZIP_TRY(set_units(layer));
  MatrixEncoder encoder(config_.width, sink_);
  CZIP_TRY(add_rotated(encoder, tensor(layer_tensor(layer, "attn_q.weight")),
                       [this](std::uint32_t i) { return unit_of_query(i); }));
  CZIP_TRY(add_rotated(encoder, tensor(layer_tensor(layer, "attn_k.weight")),
                       [this](std::uint32_t i) { return unit_of_key(i); }));
  CZIP_TRY(add_values(encoder, tensor(layer_tensor(layer, "attn_v.weight"))));
  return finish(encoder, "layers." + std::to_string(layer) + ".qkv");
}

Status LayerWriter::write_qkv_bias(std::uint32_t layer) {
  std::vector<std::int32_t> numbers;
  for (std::uint32_t i = 0; i < config_.query_width(); ++i)
    numbers.push_back(
        fixed_number({queries_.bias.mantissas[i], queries_.bias.exponent}, unit_of_query(i)));
  for (std::uint32_t i = 0; i < config_.key_width(); ++i)
    numbers.push_back(fixed_number({keys_.bias.mantissas[i], keys_.bias.exponent}, unit_of_key(i)));
  DyadicRow bias;
  CZIP_TRY(read_bias(layer_tensor(layer, "attn_v"), bias));
  turn_blocks(bias, value_block_);
  append_fixed(bias, value_, numbers);
  small_.set_numbers("layers." + std::to_string(layer) + ".qkv.bias", 0, numbers);
  return {};
}

Status LayerWriter::write_up(std::uint32_t layer) {
  CZIP_TRY(read_norm(layer_tensor(layer, "ffn_norm")));
  MatrixEncoder encoder(config_.width, sink_);
  for (const char* const name : {"ffn_gate.weight", "ffn_up.weight"}) {
    if (config_.gated == 0 && name == std::string_view("ffn_gate.weight")) continue;
    const Tensor& source = tensor(layer_tensor(layer, name));
    for (std::uint32_t i = 0; i < architecture_.feed_forward; ++i)
      CZIP_TRY(add_tensor(encoder, source, i, power_of_two(kHiddenBits)));
    row_ = {std::vector<std::int64_t>(config_.width), 0};
    for (std::uint32_t i = architecture_.feed_forward; i < config_.feed_forward; ++i)
      CZIP_TRY(encoder.add(row_, Factor{}));
  }
  return finish(encoder, "layers." + std::to_string(layer) + ".up");
}

// The padding is zeros.
Status LayerWriter::write_up_bias(std::uint32_t layer) {
  DyadicRow bias;
  CZIP_TRY(read_bias(layer_tensor(layer, "ffn_up"), bias));
  std::vector<std::int32_t> numbers;
  append_fixed(bias, power_of_two(kHiddenBits), numbers);
  small_.set_numbers("layers." + std::to_string(layer) + ".up.bias", 0, numbers);
  return {};
}

// A matrix whose outputs join the residual: turn_outputs gives sqrt(block) too little. `factor`
// makes up for the transform of inputs.
Status LayerWriter::write_residual(const std::string& name, const std::string& source,
                                   std::uint32_t inputs, std::uint32_t block,
                                   const Factor& factor) {
  CZIP_TRY_ASSIGN(FixedMatrix matrix, FixedMatrix::read(tensor(source + ".weight"), inputs));
  if (is_centred()) {
    centre_outputs(matrix.numbers(), inputs);
    CZIP_TRY(write_residual_numbers(tensor(source + ".bias"), 0, name + ".bias", 0));
  }
  rotation_.turn_outputs(matrix.numbers(), inputs);
  MatrixEncoder encoder(inputs, sink_);
  const Factor all = factor * power_of_two(kResidualBits) * square_root(rotation_.block());
  for (std::uint32_t i = 0; i < config_.width; ++i) {
    matrix.row(i, row_);
    turn_blocks(row_, block);
    CZIP_TRY(encoder.add(row_, all));
  }
  return finish(encoder, name);
}

Status LayerWriter::write_residual_numbers(const Tensor& source, std::uint64_t index,
                                           const std::string& name, std::size_t first) {
  CZIP_TRY(read_row(source, index, row_));
  if (is_centred()) centre(row_);
  rotation_.turn_inputs(row_);
  std::vector<std::int32_t> numbers;
  append_fixed(row_, power_of_two(kResidualBits) * inverse(square_root(rotation_.block())),
               numbers);
  small_.set_numbers(name, first, numbers);
  return {};
}

Status LayerWriter::write_layer(std::uint32_t layer) {
  const std::string prefix = "layers." + std::to_string(layer) + ".";
  CZIP_TRY(write_qkv(layer));
  if (has(llm::kQkvBias)) CZIP_TRY(write_qkv_bias(layer));
  CZIP_TRY(write_residual(prefix + "output", layer_tensor(layer, "attn_output"),
                          config_.query_width(), value_block_,
                          power_of_two(kOutputInputBits) * inverse(square_root(value_block_))));
  CZIP_TRY(write_up(layer));
  if (has(llm::kUpBias)) CZIP_TRY(write_up_bias(layer));
  return write_residual(prefix + "down", layer_tensor(layer, "ffn_down"), config_.feed_forward,
                        config_.block,
                        power_of_two(kDownInputBits) * inverse(factor_of(config_.block)));
}

Status LayerWriter::write_head() {
  CZIP_TRY(read_norm("output_norm"));
  MatrixEncoder encoder(config_.width, sink_);
  const std::string name = architecture_.tied ? "token_embd" : "output";
  const Tensor& source = tensor(name + ".weight");
  const Factor factor = power_of_two(kLogitBits) * log2_of_e();
  for (std::uint32_t i = 0; i < config_.vocabulary; ++i)
    CZIP_TRY(add_tensor(encoder, source, i, factor));
  CZIP_TRY(finish(encoder, "head"));
  if (!has(llm::kHeadBias)) return {};
  DyadicRow bias;
  CZIP_TRY(read_bias(name, bias));
  std::vector<std::int32_t> numbers;
  append_fixed(bias, factor, numbers);
  small_.set_numbers("head.bias", 0, numbers);
  return {};
}

Status LayerWriter::write_embedding() {
  const Tensor& source = tensor("token_embd.weight");
  const Factor factor = power_of_two(kResidualBits) * inverse(square_root(rotation_.block()));
  std::vector<RealScale> scales;
  std::vector<std::int8_t> weights(config_.width);
  std::vector<std::uint8_t> bytes(config_.width);
  for (std::uint32_t i = 0; i < config_.vocabulary; ++i) {
    CZIP_TRY(read_row(source, i, row_));
    if (is_centred()) centre(row_);
    rotation_.turn_inputs(row_);
    scales.push_back(real_scale(quantize_row(row_, weights), factor));
    std::ranges::transform(weights, bytes.begin(),
                           [](std::int8_t x) { return static_cast<std::uint8_t>(x); });
    CZIP_TRY(sink_.append(bytes));
  }
  CZIP_TRY_ASSIGN(const FixedScales fixed,
                  fixed_scales(scales, 1, llm::kMostEmbeddingShift, "matrix 'embedding'"));
  small_.set_scales("embedding", fixed);
  return {};
}

// Learned positions, if the model has them.
Status LayerWriter::write_positions() {
  if (config_.rotary != 0) return {};
  const Tensor& source = tensor("position_embd.weight");
  for (std::uint32_t i = 0; i < config_.context; ++i)
    CZIP_TRY(write_residual_numbers(source, i, "positions", std::size_t{i} * config_.width));
  return {};
}

}  // namespace czip::importer
