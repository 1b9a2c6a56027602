#include "network.hpp"

#include <algorithm>
#include <cstdlib>

#include "functions.hpp"
#include "model.hpp"

namespace reference {
namespace {

// --- Section 2: functions

std::int64_t round_shift(std::int64_t x, int shift) {
  return floor_shift(x + (std::int64_t{1} << (shift - 1)), shift);
}

std::int32_t clamp_round(std::int64_t x, int shift, std::int64_t bound) {
  return static_cast<std::int32_t>(std::min(std::max(round_shift(x, shift), -bound), bound));
}

std::int64_t integer_sqrt(std::int64_t x) {
  std::int64_t root = 0;
  for (std::int64_t bit = 1 << 30; bit != 0; bit /= 2)
    if ((root + bit) * (root + bit) <= x) root += bit;
  return root;
}

// Appends to `result` the norm of the `count` elements of x from `first` on.
void append_norm(Activations& result, const Accumulators& x, std::size_t first, std::size_t count,
                 const std::int16_t* gains) {
  std::int64_t squares = 0;
  for (std::size_t i = first; i < first + count; ++i) squares += std::int64_t{x[i]} * x[i];
  const std::int64_t mean = 16 * squares / static_cast<std::int64_t>(count) + 256;
  const std::int64_t root = integer_sqrt(mean);
  const std::int64_t inverse = ((std::int64_t{1} << 32) + root / 2) / root;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int32_t t = clamp_round(x[first + i] * inverse, 20, 32767);
    result.push_back(static_cast<std::int16_t>(clamp_round(t * gains[i], 15, 127)));
  }
}

Activations norm(const Accumulators& x, const std::vector<std::int16_t>& gains) {
  Activations result;
  append_norm(result, x, 0, x.size(), gains.data());
  return result;
}

// --- Section 1: tensors

std::vector<std::int16_t> read_int16(Tensors& tensors, const std::string& name,
                                     const std::vector<std::uint64_t>& shape, int least, int most) {
  const auto numbers = tensors.get<std::int16_t>(name, "I16", shape);
  for (const std::int16_t number : numbers)
    require(least <= number && number <= most,
            "the model's tensor " + name + " has a number out of range");
  return numbers;
}

std::vector<std::int16_t> read_int16_of_any_value(Tensors& tensors, const std::string& name,
                                                  const std::vector<std::uint64_t>& shape) {
  return read_int16(tensors, name, shape, -32768, 32767);
}

std::vector<std::int16_t> read_gains(Tensors& tensors, const std::string& name, std::size_t size) {
  return read_int16(tensors, name, {size}, -32767, 32767);
}

ChannelRequantization read_requantization(Tensors& tensors, const std::string& prefix,
                                          std::size_t size, int max_shift, std::int32_t bound) {
  ChannelRequantization requantize;
  requantize.scale = read_int16(tensors, prefix + "_scale", {size}, 0, 32767);
  requantize.shift = tensors.get<std::uint8_t>(prefix + "_shift", "U8", {1})[0];
  requantize.bound = bound;
  require(1 <= requantize.shift && requantize.shift <= max_shift,
          "the model's tensor " + prefix + "_shift is wrong");
  return requantize;
}

void require_size(bool condition) { require(condition, "the network has a size out of range"); }

void require_multiple_of_16(std::size_t size, std::size_t most) {
  require_size(size != 0 && size <= most && size % 16 == 0);
}

}  // namespace

Matrix::Matrix(Tensors& tensors, const std::string& name, std::size_t rows, std::size_t columns)
    : rows_(rows), columns_(columns) {
  constexpr std::int32_t kMaxRowSum = 132'104;
  const auto bytes = tensors.get<std::int8_t>(name, "I8", {rows, columns});
  elements_.assign(bytes.begin(), bytes.end());
  for (std::size_t row = 0; row < rows; ++row) {
    std::int32_t magnitudes = 0;
    for (std::size_t column = 0; column < columns; ++column) {
      require(at(row, column) != -128, "the model's tensor " + name + " has a weight of -128");
      magnitudes += std::abs(at(row, column));
    }
    require(magnitudes <= kMaxRowSum, "the model's tensor " + name + " has too large a row");
  }
}

std::int32_t Matrix::dot(std::size_t row, const Activations& x) const {
  const std::int16_t* const weights = &elements_[row * columns_];
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < columns_; ++i) sum += weights[i] * x[i];
  return sum;
}

Accumulators Matrix::times(const Activations& x) const {
  Accumulators sums;
  for (std::size_t row = 0; row < rows_; ++row) sums.push_back(dot(row, x));
  return sums;
}

std::int32_t ChannelRequantization::operator()(std::int32_t sum, std::size_t element) const {
  return clamp_round(std::int64_t{sum} * scale[element], shift, bound);
}

Network::Network(Tensors& tensors, const Model& model) {
  const std::string prefix = "network.";
  read_config(tensors, model.tokens.size());
  find_groups(model, model.root, 0, vocabulary_);
  group_of_.push_back(groups_.size());
  exp2_ = tensors.get<std::uint16_t>(prefix + "exp2", "U16", {64});
  require(exp2_.front() == 65535 && exp2_.back() >= 32768 &&
              std::is_sorted(exp2_.rbegin(), exp2_.rend()),
          "the network's table of powers of 2 does not fall from 65535 to 32768 or more");
  embedding_ = Matrix(tensors, prefix + "embedding", vocabulary_, width_);
  if (bigrams_ > 0) bigram_ = Matrix(tensors, prefix + "bigram", bigrams_, width_);
  for (std::size_t n = 0; n < layer_count_; ++n)
    layers_.push_back(read_layer(tensors, prefix + "layers." + std::to_string(n) + "."));
  final_norm_ = read_gains(tensors, prefix + "final_norm", width_);
  group_head_ = Matrix(tensors, prefix + "group_head", groups_.size(), width_);
  head_ = tied_ ? embedding_ : Matrix(tensors, prefix + "head", vocabulary_, width_);
  logit_requantization_ = {read_int16(tensors, prefix + "head_scale", {1}, 1, 32767), 15, 32767};
}

void Network::read_config(Tensors& tensors, std::size_t vocabulary) {
  const auto config = tensors.get<std::uint32_t>("network.config", "U32", {14});
  require(config[0] == 1, "the network has an unknown version");
  vocabulary_ = config[1];
  width_ = config[2];
  layer_count_ = config[3];
  heads_ = config[4];
  kv_heads_ = config[5];
  head_width_ = config[6];
  hidden_ = config[7];
  window_ = config[8];
  bigrams_ = config[9];
  gated_ = config[10] == 1;
  tied_ = config[11] == 1;
  embedding_shift_ = static_cast<int>(config[12]);
  group_size_ = config[13];
  require_size(vocabulary_ == vocabulary && config[10] <= 1 && config[11] <= 1);
  require_multiple_of_16(width_, 2048);
  require_multiple_of_16(hidden_, 8192);
  require_multiple_of_16(head_width_, 128);
  require_multiple_of_16(window_, 4096);
  require_size(1 <= layer_count_ && layer_count_ <= 64);
  require_size(1 <= kv_heads_ && kv_heads_ <= heads_ && heads_ <= 64 && heads_ % kv_heads_ == 0);
  require_size(bigrams_ == 0 || (bigrams_ <= 1u << 20 && (bigrams_ & (bigrams_ - 1)) == 0));
  require_size(config[12] <= 12 && 1 <= group_size_ && group_size_ <= 65536);
}

Network::Layer Network::read_layer(Tensors& tensors, const std::string& prefix) const {
  const std::size_t queries = heads_ * head_width_, keys = kv_heads_ * head_width_;
  const std::size_t up_rows = gated_ ? 2 * hidden_ : hidden_;
  Layer layer;
  layer.attention_norm = read_gains(tensors, prefix + "attention_norm", width_);
  layer.qkv = Matrix(tensors, prefix + "qkv", queries + 2 * keys, width_);
  layer.query_norm = read_gains(tensors, prefix + "query_norm", queries);
  layer.key_norm = read_gains(tensors, prefix + "key_norm", keys);
  layer.value_requantization = read_requantization(tensors, prefix + "value", keys, 22, 127);
  layer.position_bias =
      read_int16_of_any_value(tensors, prefix + "position_bias", {heads_, window_});
  layer.score_scale = read_int16(tensors, prefix + "score_scale", {heads_}, 1, 1023);
  layer.sink = read_int16_of_any_value(tensors, prefix + "sink", {heads_});
  layer.attention_gain = read_int16(tensors, prefix + "attention_gain", {heads_}, 1, 4096);
  layer.output = Matrix(tensors, prefix + "output", width_, queries);
  layer.output_requantization = read_requantization(tensors, prefix + "output", width_, 15, 32767);
  layer.feed_forward_norm = read_gains(tensors, prefix + "feed_forward_norm", width_);
  layer.up = Matrix(tensors, prefix + "up", up_rows, width_);
  layer.up_requantization = read_requantization(tensors, prefix + "up", up_rows, 18, 4095);
  layer.down = Matrix(tensors, prefix + "down", width_, hidden_);
  layer.down_requantization = read_requantization(tensors, prefix + "down", width_, 15, 32767);
  return layer;
}

void Network::find_groups(const Model& model, std::uint32_t split, std::size_t low,
                          std::size_t high) {
  if (high - low > group_size_) {
    find_groups(model, model.children[split][0], low, split);
    find_groups(model, model.children[split][1], split, high);
    return;
  }
  Group group;
  group.first_rank = low;
  for (std::size_t rank = low; rank < high; ++rank) {
    group.tokens.push_back(model.order[rank]);
    group_of_.push_back(groups_.size());
  }
  groups_.push_back(group);
}

// --- Section 3: a step of one stream

Activations Network::step(NetworkStream& stream, std::size_t token) const {
  Accumulators residual = embed(stream.last, token);
  stream.last = token;
  stream.layers.resize(layers_.size());
  for (std::size_t n = 0; n < layers_.size(); ++n) {
    const Layer& layer = layers_[n];
    const Accumulators attended = layer.output.times(attention(layer, residual, stream.layers[n]));
    for (std::size_t i = 0; i < width_; ++i)
      residual[i] += layer.output_requantization(attended[i], i);
    const Accumulators fed = layer.down.times(feed_forward(layer, residual));
    for (std::size_t i = 0; i < width_; ++i) residual[i] += layer.down_requantization(fed[i], i);
  }
  return norm(residual, final_norm_);
}

Accumulators Network::embed(std::size_t last, std::size_t token) const {
  const std::int32_t unit = 1 << embedding_shift_;
  Accumulators residual;
  for (std::size_t i = 0; i < width_; ++i) residual.push_back(embedding_.at(token, i) * unit);
  if (bigrams_ > 0) {
    const auto hash =
        static_cast<std::uint32_t>((last * std::uint64_t{0x5bd1e995} + token) * 0x1b873593);
    // bigrams_ is a power of two: this takes the hash's highest bits.
    const auto bucket = static_cast<std::size_t>(std::uint64_t{hash} * bigrams_ >> 32);
    for (std::size_t i = 0; i < width_; ++i) residual[i] += bigram_.at(bucket, i) * unit;
  }
  return residual;
}

Activations Network::attention(const Layer& layer, const Accumulators& residual,
                               NetworkStream::Window& window) const {
  const Accumulators a = layer.qkv.times(norm(residual, layer.attention_norm));
  const std::size_t first_key = heads_ * head_width_;
  const std::size_t first_value = first_key + kv_heads_ * head_width_;
  Activations keys, values, result;
  for (std::size_t at = 0; at < kv_heads_ * head_width_; at += head_width_)
    append_norm(keys, a, first_key + at, head_width_, &layer.key_norm[at]);
  for (std::size_t i = 0; i < kv_heads_ * head_width_; ++i)
    values.push_back(static_cast<std::int16_t>(layer.value_requantization(a[first_value + i], i)));
  window.keys.push_front(keys);
  window.values.push_front(values);
  if (window.keys.size() > window_) {
    window.keys.pop_back();
    window.values.pop_back();
  }
  for (std::size_t head = 0; head < heads_; ++head) {
    const std::size_t at = head * head_width_;
    Activations query;
    append_norm(query, a, at, head_width_, &layer.query_norm[at]);
    attend(layer, head, query, window, result);
  }
  return result;
}

// Appends the output of one head to `result`.
void Network::attend(const Layer& layer, std::size_t head, const Activations& query,
                     const NetworkStream::Window& window, Activations& result) const {
  const std::size_t first = head / (heads_ / kv_heads_) * head_width_;
  std::vector<std::int32_t> scores;
  for (std::size_t distance = 0; distance < window.keys.size(); ++distance) {
    const std::int16_t* const key = &window.keys[distance][first];
    std::int32_t product = 0;
    for (std::size_t i = 0; i < head_width_; ++i) product += query[i] * key[i];
    const std::int64_t scaled = round_shift(std::int64_t{product} * layer.score_scale[head], 14);
    scores.push_back(static_cast<std::int32_t>(scaled) +
                     layer.position_bias[head * window_ + distance]);
  }
  const std::int32_t sink = layer.sink[head];
  const std::int32_t largest = std::max(sink, *std::max_element(scores.begin(), scores.end()));
  std::int64_t weight_sum = attention_weight(largest - sink);
  Accumulators weighted(head_width_, 0);
  for (std::size_t distance = 0; distance < scores.size(); ++distance) {
    const std::int16_t* const value = &window.values[distance][first];
    const std::int32_t weight = attention_weight(largest - scores[distance]);
    weight_sum += weight;
    for (std::size_t i = 0; i < head_width_; ++i) weighted[i] += weight * value[i];
  }
  const std::int64_t factor =
      (std::int64_t{layer.attention_gain[head]} * (1 << 24) + weight_sum / 2) / weight_sum;
  for (const std::int32_t sum : weighted)
    result.push_back(static_cast<std::int16_t>(clamp_round(sum * factor, 32, 127)));
}

Activations Network::feed_forward(const Layer& layer, const Accumulators& residual) const {
  Accumulators u = layer.up.times(norm(residual, layer.feed_forward_norm));
  for (std::size_t i = 0; i < u.size(); ++i) u[i] = layer.up_requantization(u[i], i);
  Activations z;
  for (std::size_t i = 0; i < hidden_; ++i) {
    const std::int32_t active = std::max(u[i], 0);
    const std::int32_t factor = gated_ ? u[hidden_ + i] : active;
    z.push_back(static_cast<std::int16_t>(clamp_round(active * factor, 17, 127)));
  }
  return z;
}

std::int32_t Network::attention_weight(std::int32_t below_largest) const {
  const std::int32_t octaves = below_largest / 64;
  if (octaves > 8) return 0;
  const std::int32_t fraction = exp2_[static_cast<std::size_t>(below_largest % 64)];
  return std::min(255, (fraction + (128 << octaves)) >> (8 + octaves));
}

std::uint64_t Network::logit_weight(std::int32_t below_largest) const {
  const std::int32_t octaves = below_largest / 64;
  if (octaves > 30) return 0;
  const std::uint64_t fraction = exp2_[static_cast<std::size_t>(below_largest % 64)];
  return fraction << 14 >> octaves;
}

Accumulators Network::group_logits(const Activations& output) const {
  Accumulators logits = group_head_.times(output);
  for (std::int32_t& logit : logits) logit = logit_requantization_(logit, 0);
  return logits;
}

Accumulators Network::member_logits(const Activations& output, std::size_t group) const {
  Accumulators logits;
  for (const std::uint16_t token : groups_[group].tokens)
    logits.push_back(logit_requantization_(head_.dot(token, output), 0));
  return logits;
}

// --- Section 4: logits to cumulative frequencies

CumulativeFrequencies Network::cumulative_frequencies(const Accumulators& logits) const {
  const std::int32_t largest = *std::max_element(logits.begin(), logits.end());
  std::uint64_t sum = 0;
  for (const std::int32_t logit : logits) sum += logit_weight(largest - logit);
  int shift = 0;
  while ((sum >> shift) + logits.size() >= std::uint64_t{1} << 32) ++shift;
  CumulativeFrequencies cumulative{0};
  for (const std::int32_t logit : logits)
    cumulative.push_back(cumulative.back() +
                         std::max<std::uint64_t>(1, logit_weight(largest - logit) >> shift));
  return cumulative;
}

}  // namespace reference
