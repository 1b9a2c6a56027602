#include "llm_network.hpp"

#include <algorithm>

namespace reference::llm {
namespace {

const std::string kPrefix = "llm.";

constexpr std::int64_t kQueryBound = 65535;
constexpr std::int64_t kValueBound = 32767;
constexpr std::int64_t kHiddenBound = (1 << 23) - 1;
constexpr std::int64_t kKeyBound = 4095;
constexpr std::int64_t kScoredQueryBound = 2047;
constexpr std::size_t kLeastWindow = 16;

void add(Numbers& residual, const Numbers& y) {
  for (std::size_t i = 0; i < residual.size(); ++i) residual[i] = clamp(residual[i] + y[i], kBound);
}

Numbers part_of(const Numbers& y, std::size_t first, std::size_t count, std::int64_t bound) {
  Numbers part;
  for (std::size_t i = first; i < first + count; ++i) part.push_back(clamp(y[i], bound));
  return part;
}

}  // namespace

// --- Section 2

Numbers Matrix::product(const Vector& vector, std::int64_t b) const {
  const int e = bits(std::uint64_t{128 * 127} * inputs) - 7;
  const int last = shift + vector.k;
  Numbers y;
  for (std::size_t o = 0; o < scale.size(); ++o) {
    std::int64_t acc = 0;
    for (std::size_t i = 0; i < inputs; ++i) {
      const std::size_t place = ((o / 32 * (inputs / 4) + i / 4) * 32 + o % 32) * 4 + i % 4;
      acc += (std::int64_t{tiles[place]} - 128) * vector.x[i];
    }
    const std::int64_t t = round_shift(acc * scale[o], e);
    const std::int64_t number =
        last > 62 ? 0 : round_shift(t * static_cast<std::int64_t>(vector.a), last);
    y.push_back(clamp(clamp(number, kBound) + (bias.empty() ? 0 : bias[o]), b));
  }
  return y;
}

std::int64_t LanguageNetwork::weight(std::uint64_t gap) const {
  const std::uint64_t o = gap >> 8;
  const std::uint64_t fine = std::uint64_t{exp2_[gap >> 4 & 15]} * exp2_[16 + (gap & 15)];
  return o > 23 ? 0 : static_cast<std::int64_t>(fine >> (8 + o));
}

std::int64_t LanguageNetwork::activation(std::int64_t g) const {
  const std::int64_t c = std::min<std::int64_t>(g < 0 ? -g : g, 65535);
  const auto i = static_cast<std::size_t>(c / 32);
  const std::int64_t rise = std::int64_t{gate_[i + 1]} - gate_[i];
  std::int64_t s = gate_[i] + round_shift(rise * (c % 32), 5);
  if (g < 0) s = (1 << 20) - s;
  return round_shift(g * s, 12);
}

void LanguageNetwork::rotate(Numbers& head, std::size_t position, bool back) const {
  const std::size_t half = rotated_ / 2;
  for (std::size_t i = 0; i < half; ++i) {
    const std::int64_t c = rotary_[position * rotated_ + i];
    const std::int64_t s = rotary_[position * rotated_ + half + i] * (back ? -1 : 1);
    const std::int64_t x = head[i], y = head[i + half];
    head[i] = round_shift(x * c - y * s, 14);
    head[i + half] = round_shift(y * c + x * s, 14);
  }
}

// --- Section 3

LanguageNetwork::Output LanguageNetwork::step(LanguageStream& stream, std::size_t window,
                                              std::size_t token) const {
  require(token < vocabulary_ && window >= kLeastWindow && window <= positions_,
          "the language model has no such token or window");
  stream.slots.resize(layer_count_, std::vector<std::vector<Slot>>(kv_heads_));
  if (stream.position == window) make_room(stream, window);
  Output result;
  result.position = stream.position++;
  Numbers residual = embed(token, result.position);
  result.residuals.push_back(residual);
  for (std::size_t i = 0; i < layer_count_; ++i) {
    add(residual, attention(layers_[i], residual, result.position, stream.slots[i]));
    result.residuals.push_back(residual);
    add(residual, feed_forward(layers_[i], residual));
    result.residuals.push_back(residual);
  }
  result.logits = head_.product(normalize(residual, epsilon_), kBound);
  return result;
}

void LanguageNetwork::make_room(LanguageStream& stream, std::size_t window) const {
  if (rotated_ == 0) {
    for (auto& layer : stream.slots)
      for (auto& slots : layer) slots.clear();
    stream.position = 0;
    return;
  }
  const std::size_t kept = std::min(kept_, window / 4);
  const std::size_t n = (window - kept) / 2;
  const auto first = static_cast<std::ptrdiff_t>(kept);
  for (auto& layer : stream.slots)
    for (auto& slots : layer) {
      slots.erase(slots.begin() + first, slots.begin() + first + static_cast<std::ptrdiff_t>(n));
      for (std::size_t t = kept; t < slots.size(); ++t) {
        rotate(slots[t].key, n, true);
        for (std::int64_t& k : slots[t].key) k = clamp(k, kKeyBound);
      }
    }
  stream.position = window - n;
}

Numbers LanguageNetwork::embed(std::size_t token, std::size_t position) const {
  Numbers residual;
  for (std::size_t i = 0; i < width_; ++i) {
    const std::int64_t scaled =
        std::int64_t{embedding_[token * width_ + i]} * embedding_scale_[token];
    std::int64_t r = clamp(round_shift(scaled, embedding_shift_), kBound);
    if (rotated_ == 0) r = clamp(r + position_vectors_[position * width_ + i], kBound);
    residual.push_back(r);
  }
  return residual;
}

Numbers LanguageNetwork::attention(const Layer& layer, const Numbers& residual,
                                   std::size_t position,
                                   std::vector<std::vector<Slot>>& slots) const {
  const Numbers y = layer.qkv.product(normalize(residual, epsilon_), kBound);
  const std::size_t keys = heads_ * head_size_;
  const std::size_t values = keys + kv_heads_ * head_size_;
  for (std::size_t g = 0; g < kv_heads_; ++g) {
    Slot slot{part_of(y, keys + g * head_size_, head_size_, kQueryBound),
              part_of(y, values + g * head_size_, head_size_, kValueBound)};
    rotate(slot.key, position, false);
    for (std::int64_t& k : slot.key) k = clamp(k, kKeyBound);
    slots[g].push_back(slot);
  }
  Numbers all;
  for (std::size_t h = 0; h < heads_; ++h) {
    Numbers query = part_of(y, h * head_size_, head_size_, kQueryBound);
    rotate(query, position, false);
    const Numbers c = attend(query, slots[h / (heads_ / kv_heads_)], layer.score_shift);
    all.insert(all.end(), c.begin(), c.end());
  }
  return layer.output.product(quantize(all), kBound);
}

Numbers LanguageNetwork::attend(Numbers query, const std::vector<Slot>& slots,
                                int score_shift) const {
  const int u = std::max(0, bits(largest_magnitude(query)) - 11);
  for (std::int64_t& q : query) q = clamp(round_shift(q, u), kScoredQueryBound);
  Numbers scores;
  for (const Slot& slot : slots) {
    std::int64_t score = 0;
    for (std::size_t i = 0; i < head_size_; ++i) score += query[i] * slot.key[i];
    scores.push_back(score);
  }
  const std::int64_t most = *std::max_element(scores.begin(), scores.end());
  Numbers exponentials;
  std::int64_t sum = 0;
  for (const std::int64_t score : scores) {
    const std::int64_t gap = round_shift(most - score, score_shift - u);
    exponentials.push_back(weight(static_cast<std::uint64_t>(gap)));
    sum += exponentials.back();
  }
  const std::int64_t factor = (std::int64_t{1} << 54) / sum;
  Numbers c(head_size_);
  for (std::size_t t = 0; t < slots.size(); ++t) {
    const std::int64_t w = std::min<std::int64_t>(32767, round_shift(exponentials[t] * factor, 39));
    for (std::size_t i = 0; i < head_size_; ++i) c[i] += w * slots[t].value[i];
  }
  return c;
}

Numbers LanguageNetwork::feed_forward(const Layer& layer, const Numbers& residual) const {
  const Numbers y = layer.up.product(normalize(residual, epsilon_), kHiddenBound);
  Numbers z;
  for (std::size_t i = 0; i < hidden_; ++i) {
    const std::int64_t a = activation(y[i]);
    z.push_back(gated_ ? clamp(round_shift(a * y[hidden_ + i], 16), kBound) : round_shift(a, 4));
  }
  const int s =
      std::max(0, bits(largest_magnitude(z)) - 30 + bits(block_) - 1);  // log2 of a power of two
  for (std::int64_t& number : z) number = round_shift(number, s);
  hadamard(z, block_);
  Vector vector = quantize(z);
  vector.k -= s;
  return layer.down.product(vector, kBound);
}

std::vector<std::uint64_t> LanguageNetwork::cumulative_frequencies(const Numbers& logits) const {
  const std::int64_t most = *std::max_element(logits.begin(), logits.end());
  std::vector<std::uint64_t> cumulative{0};
  for (const std::int64_t logit : logits) {
    const auto gap = static_cast<std::uint64_t>(round_shift(most - logit, 8));
    const std::uint64_t o = gap >> 8;
    const std::uint64_t fine = std::uint64_t{exp2_[gap >> 4 & 15]} * exp2_[16 + (gap & 15)];
    const std::uint64_t frequency = o > 31 ? 1 : std::max<std::uint64_t>(1, fine >> o);
    cumulative.push_back(cumulative.back() + frequency);
  }
  return cumulative;
}

// --- Section 1

namespace {

void require_field(bool right, const std::string& name) {
  require(right, "the language model's config has a wrong " + name);
}

int read_shift(Tensors& tensors, const std::string& name, int least, int most) {
  const int shift = tensors.get<std::uint8_t>(name, "U8", {1})[0];
  require(least <= shift && shift <= most, "the model's tensor " + name + " is out of range");
  return shift;
}

std::vector<std::uint32_t> read_scale(Tensors& tensors, const std::string& name, std::size_t size) {
  auto scale = tensors.get<std::uint32_t>(name, "U32", {size});
  for (const std::uint32_t value : scale)
    require(value < 1u << 24, "the model's tensor " + name + " is out of range");
  return scale;
}

std::vector<std::int32_t> read_bounded(Tensors& tensors, const std::string& name,
                                       const std::vector<std::uint64_t>& shape) {
  auto values = tensors.get<std::int32_t>(name, "I32", shape);
  for (const std::int32_t value : values)
    require(-kBound <= value && value <= kBound, "the model's tensor " + name + " is out of range");
  return values;
}

}  // namespace

LanguageNetwork::LanguageNetwork(Tensors& tensors) {
  read_config(tensors);
  read_tables(tensors);
  embedding_ = tensors.get<std::int8_t>(kPrefix + "embedding", "I8", {vocabulary_, width_});
  embedding_scale_ = read_scale(tensors, kPrefix + "embedding.scale", vocabulary_);
  embedding_shift_ = read_shift(tensors, kPrefix + "embedding.shift", 1, 40);
  const std::size_t queries = heads_ * head_size_;
  for (std::size_t i = 0; i < layer_count_; ++i) {
    const std::string prefix = kPrefix + "layers." + std::to_string(i) + ".";
    Layer layer;
    layer.qkv =
        read_matrix(tensors, prefix + "qkv", queries + 2 * kv_heads_ * head_size_, width_, 1);
    layer.score_shift = read_shift(tensors, prefix + "score_shift", 7, 20);
    layer.output = read_matrix(tensors, prefix + "output", width_, queries, 2);
    layer.up = read_matrix(tensors, prefix + "up", gated_ ? 2 * hidden_ : hidden_, width_, 4);
    layer.down = read_matrix(tensors, prefix + "down", width_, hidden_, 8);
    layers_.push_back(std::move(layer));
  }
  head_ = read_matrix(tensors, kPrefix + "head", vocabulary_, width_, 16);
  tensors.require_all_used(kPrefix);
}

void LanguageNetwork::read_config(Tensors& tensors) {
  const auto c = tensors.get<std::uint32_t>(kPrefix + "config", "U32", {kAny});
  require(!c.empty() && c[0] == 1, "the language model has another version than 1");
  require(c.size() == 16, "the language model's config has another length than 16");
  vocabulary_ = c[1], width_ = c[2], layer_count_ = c[3], heads_ = c[4], kv_heads_ = c[5];
  head_size_ = c[6], hidden_ = c[7], positions_ = c[8], kept_ = c[9], rotated_ = c[10];
  gated_ = c[11] == 1, block_ = c[12], biases_ = c[13];
  epsilon_ = std::uint64_t{c[15]} << 32 | c[14];
  require_field(2 <= vocabulary_ && vocabulary_ <= 1u << 20, "V");
  require_field(16 <= width_ && width_ <= 16384 && width_ % 16 == 0, "D");
  require_field(1 <= layer_count_ && layer_count_ <= 256, "L");
  require_field(1 <= heads_ && heads_ <= 256, "H");
  require_field(1 <= kv_heads_ && kv_heads_ <= heads_ && heads_ % kv_heads_ == 0, "G");
  require_field(16 <= head_size_ && head_size_ <= 256 && head_size_ % 16 == 0, "E");
  require_field(32 <= hidden_ && hidden_ <= 65536 && hidden_ % 32 == 0, "F");
  require_field(16 <= positions_ && positions_ <= 32768, "C");
  require_field(kept_ <= positions_ / 4, "kept");
  require_field(rotated_ <= head_size_ && rotated_ % 2 == 0, "R");
  require_field(c[11] <= 1, "gated");
  require_field(
      1 <= block_ && block_ <= 512 && (block_ & (block_ - 1)) == 0 && hidden_ % block_ == 0,
      "block");
  require_field(biases_ <= 31, "biases");
  require_field(epsilon_ < std::uint64_t{1} << 62, "epsilon");
}

void LanguageNetwork::read_tables(Tensors& tensors) {
  exp2_ = tensors.get<std::uint16_t>(kPrefix + "exp2", "U16", {32});
  for (std::size_t i = 0; i < 32; ++i)
    require(i % 16 == 0 ? exp2_[i] == 65535 : exp2_[i] <= exp2_[i - 1] && exp2_[i] >= 32768,
            "the model's tensor llm.exp2 is wrong");
  gate_ = tensors.get<std::uint32_t>(kPrefix + "gate", "U32", {2049});
  for (std::size_t i = 0; i < 2049; ++i)
    require(i == 0 ? gate_[0] == 1u << 19
                   : gate_[i] >= gate_[i - 1] && gate_[i] - gate_[i - 1] <= 4095 &&
                         gate_[i] <= 1u << 20,
            "the model's tensor llm.gate is wrong");
  if (rotated_ == 0) {
    position_vectors_ = read_bounded(tensors, kPrefix + "positions", {positions_, width_});
    return;
  }
  rotary_ = tensors.get<std::int16_t>(kPrefix + "rotary", "I16", {positions_, rotated_});
  for (const std::int16_t value : rotary_)
    require(-16384 <= value && value <= 16384, "the model's tensor llm.rotary is out of range");
}

Matrix LanguageNetwork::read_matrix(Tensors& tensors, const std::string& name, std::size_t outputs,
                                    std::size_t inputs, std::uint32_t bias_flag) const {
  Matrix matrix;
  matrix.inputs = inputs;
  matrix.tiles =
      tensors.get<std::uint8_t>(name + ".weight", "U8", {(outputs + 31) / 32, inputs / 4, 32, 4});
  matrix.scale = read_scale(tensors, name + ".scale", outputs);
  matrix.shift = read_shift(tensors, name + ".shift", 11, 62);
  if ((biases_ & bias_flag) != 0) matrix.bias = read_bounded(tensors, name + ".bias", {outputs});
  return matrix;
}

}  // namespace reference::llm
