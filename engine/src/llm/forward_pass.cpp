#include "llm/forward_pass.hpp"

#include <algorithm>

namespace czip::llm {
namespace {

// What the slices of a matrix end at: kernels work on 16 numbers at a time.
constexpr std::size_t kNumbersAtOnce = 16;

std::size_t slices_of(std::size_t outputs) { return (outputs + kSliceOutputs - 1) / kSliceOutputs; }

void limit(std::int32_t* x, std::size_t n, std::int32_t bound) {
  for (std::size_t i = 0; i < n; ++i) x[i] = clamp_to(x[i], bound);
}

}  // namespace

void ForwardPass::run(std::int32_t* logits) {
  embed();
  for (std::size_t layer = 0; layer < b_.config().layers; ++layer) {
    attention_block(layer);
    feed_forward_block(b_.network->weights.layers[layer]);
  }
  if (logits != nullptr) head(logits);
}

void ForwardPass::embed() {
  const Weights& w = b_.network->weights;
  const std::size_t width = w.config.width;
  team_.for_each(b_.rows, [&](std::size_t row, unsigned) {
    const ActiveRow& of = b_.active[row];
    const std::uint8_t* embedding = w.embedding.data() + of.token * width;
    const auto scale = static_cast<std::int64_t>(w.embedding_scale[of.token]);
    std::int32_t* residual = b_.residual.data() + row * width;
    for (std::size_t i = 0; i < width; ++i) {
      const std::int64_t product = static_cast<std::int8_t>(embedding[i]) * scale;
      residual[i] = clamp_to(round_shift(product, w.embedding_shift), kBound);
    }
    if (w.positions.empty()) return;
    const std::int32_t* position = w.positions.data() + of.position * width;
    for (std::size_t i = 0; i < width; ++i)
      residual[i] = clamp_to(std::int64_t{residual[i]} + position[i], kBound);
  });
}

// The rows' residuals become the inputs of the next product.
void ForwardPass::normalize() {
  const Config& c = b_.config();
  const Kernels& kernels = b_.kernels();
  team_.for_each(b_.rows, [&](std::size_t row, unsigned) {
    const std::int32_t* r = b_.residual.data() + row * c.width;
    const std::uint32_t largest = kernels.largest(r, c.width);
    const std::uint64_t sum = kernels.sum_of_squares(r, c.width, square_shift(largest));
    kernels.quantize(r, c.width, quantization_of(largest),
                     b_.inputs.data() + row * b_.input_stride());
    b_.scales[row] = normalized_scale(largest, sum, c.epsilon);
  });
}

// The inputs of the next product, of numbers that were shifted by `shift`.
void ForwardPass::quantize_row(const std::int32_t* x, std::size_t n, std::size_t row, int shift) {
  const std::uint32_t largest = b_.kernels().largest(x, n);
  b_.kernels().quantize(x, n, quantization_of(largest), b_.inputs.data() + row * b_.input_stride());
  b_.scales[row] = quantized_scale(largest);
  b_.scales[row].exponent -= shift;
}

void ForwardPass::multiply(const Matrix& matrix, std::size_t first, std::size_t count,
                           std::int32_t* sums, ThreadScratch& scratch) {
  const auto* tiles = reinterpret_cast<const std::int8_t*>(matrix.tiles.data());
  const simd::PackedView view{
      static_cast<std::uint32_t>(count),
      matrix.inputs,
      {tiles + first * matrix.inputs, tiled_outputs(count) * matrix.inputs}};
  b_.dense().multiply(view, b_.inputs.data(), b_.input_stride(), b_.rows, sums, kSliceOutputs,
                      scratch.dense.data());
}

OutputScales ForwardPass::scales_of(const Matrix& matrix, std::size_t first,
                                    std::size_t row) const {
  return {matrix.scale.data() + first, matrix.bias.empty() ? nullptr : matrix.bias.data() + first,
          rescale_of(matrix.inputs, matrix.shift, b_.scales[row])};
}

template <class Use>
void ForwardPass::for_each_output(const Matrix& matrix, const Use& use) {
  team_.for_each(slices_of(matrix.outputs), [&](std::size_t slice, unsigned thread) {
    ThreadScratch& scratch = b_.scratch[thread];
    const std::size_t first = slice * kSliceOutputs;
    const std::size_t count = std::min(kSliceOutputs, matrix.outputs - first);
    std::int32_t* sums = scratch.accumulators.data();
    multiply(matrix, first, count, sums, scratch);
    for (std::size_t row = 0; row < b_.rows; ++row)
      use(first, count, row, sums + row * kSliceOutputs, scales_of(matrix, first, row), scratch);
  });
}

void ForwardPass::add_product(const Matrix& matrix) {
  for_each_output(
      matrix, [&](std::size_t first, std::size_t count, std::size_t row, const std::int32_t* sums,
                  const OutputScales& scales, ThreadScratch&) {
        b_.kernels().add_rescaled(sums, count, scales,
                                  b_.residual.data() + row * b_.config().width + first);
      });
}

// Turns a row's queries and keys to its position, and puts its keys and values into the windows.
void ForwardPass::place_row(std::size_t layer, std::size_t row) {
  const Weights& w = b_.network->weights;
  const Config& c = w.config;
  const std::size_t n = c.head_size;
  const std::size_t half = c.rotary / 2;
  const ActiveRow& of = b_.active[row];
  std::int32_t* queries = b_.qkv.data() + row * c.qkv_width();
  const std::size_t turned = c.query_width() + c.key_width();
  limit(queries, turned, kQueryBound);
  if (half != 0) {
    const std::int16_t* cosines = w.rotary.data() + std::size_t{of.position} * c.rotary;
    for (std::size_t i = 0; i < turned; i += n)
      b_.kernels().rotate(queries + i, half, cosines, cosines + half);
  }
  const std::int32_t* keys = queries + c.query_width();
  const std::int32_t* values = keys + c.key_width();
  for (std::size_t head = 0; head < c.kv_heads; ++head, keys += n, values += n) {
    const KeyValueWindow window = b_.window_of(of.stream, layer, head);
    for (std::size_t i = 0; i < n; ++i) {
      window.keys[key_place(of.position, i, n)] =
          static_cast<std::int16_t>(clamp_to(keys[i], kKeyBound));
      window.values[value_place(of.position, i, n)] =
          static_cast<std::int16_t>(clamp_to(values[i], kValueBound));
    }
  }
}

void ForwardPass::attend(std::size_t layer, std::size_t row, std::size_t kv_head,
                         ThreadScratch& scratch) {
  const Config& c = b_.config();
  const std::size_t heads = c.heads / c.kv_heads;
  const std::size_t first = kv_head * heads * c.head_size;
  const ActiveRow& of = b_.active[row];
  const AttentionInput input{.queries = b_.qkv.data() + row * c.qkv_width() + first,
                             .heads = heads,
                             .slots = std::size_t{of.position} + 1,
                             .score_shift = b_.network->weights.layers[layer].score_shift,
                             .exp2 = &b_.network->exp2};
  b_.kernels().attend(input, b_.window_of(of.stream, layer, kv_head),
                      {scratch.scores.data(), scratch.weights.data(), b_.score_stride()},
                      b_.attention.data() + row * c.query_width() + first);
}

void ForwardPass::attention_block(std::size_t layer) {
  const Config& c = b_.config();
  const Layer& of = b_.network->weights.layers[layer];
  normalize();
  for_each_output(
      of.qkv, [&](std::size_t first, std::size_t count, std::size_t row, const std::int32_t* sums,
                  const OutputScales& scales, ThreadScratch&) {
        b_.kernels().rescale(sums, count, scales, b_.qkv.data() + row * c.qkv_width() + first);
      });
  team_.for_each(b_.rows, [&](std::size_t row, unsigned) { place_row(layer, row); });
  team_.for_each(b_.rows * c.kv_heads, [&](std::size_t task, unsigned thread) {
    attend(layer, task / c.kv_heads, task % c.kv_heads, b_.scratch[thread]);
  });
  team_.for_each(b_.rows, [&](std::size_t row, unsigned) {
    quantize_row(b_.attention.data() + row * c.query_width(), c.query_width(), row, 0);
  });
  add_product(of.output);
}

void ForwardPass::transform_row(std::size_t row) {
  const Config& c = b_.config();
  std::int32_t* z = b_.hidden.data() + row * c.feed_forward;
  const int shift = transform_shift(b_.kernels().largest(z, c.feed_forward), c.block);
  b_.kernels().transform(z, c.feed_forward, c.block, shift);
  quantize_row(z, c.feed_forward, row, shift);
}

void ForwardPass::feed_forward_block(const Layer& layer) {
  const Config& c = b_.config();
  const Kernels& kernels = b_.kernels();
  normalize();
  team_.for_each(slices_of(c.feed_forward), [&](std::size_t slice, unsigned thread) {
    ThreadScratch& scratch = b_.scratch[thread];
    const std::size_t first = slice * kSliceOutputs;
    const std::size_t count = std::min<std::size_t>(kSliceOutputs, c.feed_forward - first);
    std::int32_t* gates = scratch.accumulators.data();
    std::int32_t* ups = gates + b_.rows * kSliceOutputs;
    multiply(layer.up, first, count, gates, scratch);
    if (c.gated != 0) multiply(layer.up, c.feed_forward + first, count, ups, scratch);
    for (std::size_t row = 0; row < b_.rows; ++row) {
      std::int32_t* gate = gates + row * kSliceOutputs;
      std::int32_t* up = c.gated != 0 ? ups + row * kSliceOutputs : nullptr;
      kernels.rescale(gate, count, scales_of(layer.up, first, row), gate);
      if (up != nullptr)
        kernels.rescale(up, count, scales_of(layer.up, c.feed_forward + first, row), up);
      kernels.activate(gate, up, count, b_.network->weights.gate,
                       b_.hidden.data() + row * c.feed_forward + first);
    }
  });
  team_.for_each(b_.rows, [&](std::size_t row, unsigned) { transform_row(row); });
  add_product(layer.down);
}

void ForwardPass::head(std::int32_t* logits) {
  const Config& c = b_.config();
  normalize();
  for_each_output(
      b_.network->weights.head,
      [&](std::size_t first, std::size_t count, std::size_t row, const std::int32_t* sums,
          const OutputScales& scales, ThreadScratch& scratch) {
        const std::size_t padded = simd::round_up(count, kNumbersAtOnce);
        b_.kernels().rescale(sums, padded, scales, scratch.logits.data());
        std::copy_n(scratch.logits.data(), count, logits + row * c.vocabulary + first);
      });
}

}  // namespace czip::llm
