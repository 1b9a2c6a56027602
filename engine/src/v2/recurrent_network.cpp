#include "czip/engine/v2/recurrent_network.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "safetensors/prefixed_reader.hpp"
#include "simd/kernel_set.hpp"
#include "simd/matrix.hpp"

namespace czip::v2 {

// A node's scale and bias lie together, where one cache line has both.
struct NodeOutput {
  std::int16_t scale;
  std::int16_t bias;
};

struct PackedRecurrentNetwork {
  RecurrentConfig config;
  SimdLevel level = SimdLevel::scalar;
  const RecurrentKernels* kernels = nullptr;

  // In the file's buffer, unaligned.
  const std::uint8_t* update = nullptr;    // [V][S] i16
  const std::uint8_t* input = nullptr;     // [V][S] i16
  const std::int8_t* embedding = nullptr;  // [V][H]
  const std::int8_t* nodes = nullptr;      // [V][H]

  AlignedBuffer<std::int16_t> state_gain;    // [S]
  AlignedBuffer<std::int8_t> weights;        // [H * S], as the kernels pack them
  AlignedBuffer<std::int16_t> weight_scale;  // [H]
  AlignedBuffer<NodeOutput> node_outputs;    // [V]
};

namespace {

using Limits = RecurrentLimits;

constexpr std::int32_t kMaxScale = 32767;

class RecurrentReader : private safetensors::PrefixedReader {
 public:
  RecurrentReader(const safetensors::File& file, PackedRecurrentNetwork& network)
      : PrefixedReader(file, kRecurrentPrefix), network_(network) {}

  Status read();

 private:
  void read_config();
  const std::uint8_t* rows(std::string_view rest, safetensors::DType dtype, std::uint32_t width);
  std::vector<std::int16_t> vector(std::string_view rest, std::uint32_t size, std::int32_t least,
                                   std::int32_t most) {
    return values_within<std::int16_t>(rest, {size}, least, most);
  }
  Status read_state();
  Status read_hidden();
  Status read_nodes();

  PackedRecurrentNetwork& network_;
};

void RecurrentReader::read_config() {
  const std::vector<std::uint32_t> f =
      config(kRecurrentConfigFields, kRecurrentFormatVersion, "the recurrent network");
  if (failed()) return;
  network_.config = {f[1], f[2], f[3]};
  check_field("vocabulary", f[1], 2, Limits::kVocabulary, 1);
  check_field("state_width", f[2], Limits::kWidthMultiple, Limits::kStateWidth,
              Limits::kWidthMultiple);
  check_field("hidden_width", f[3], Limits::kWidthMultiple, Limits::kHiddenWidth,
              Limits::kWidthMultiple);
}

// A row for each token or node, where the file has them; null after an error.
const std::uint8_t* RecurrentReader::rows(std::string_view rest, safetensors::DType dtype,
                                          std::uint32_t width) {
  const safetensors::TensorView* const tensor =
      require(name(rest), dtype, {network_.config.vocabulary, width});
  return tensor == nullptr ? nullptr : tensor->bytes.data();
}

Status RecurrentReader::read_state() {
  const std::uint32_t width = network_.config.state_width;
  network_.update = rows("update", safetensors::DType::i16, width);
  network_.input = rows("input", safetensors::DType::i16, width);
  return simd::copy_padded(vector("state_gain", width, 0, kMaxScale), network_.state_gain);
}

Status RecurrentReader::read_hidden() {
  const auto [vocabulary, inputs, outputs] = network_.config;
  const MatrixI8 weights = matrix(name("weights"), outputs, inputs);
  const auto scale = vector("weight_scale", outputs, 0, kMaxScale);
  const std::uint8_t* const embedding = rows("embedding", safetensors::DType::i8, outputs);
  if (failed()) return {};
  network_.embedding = reinterpret_cast<const std::int8_t*>(embedding);
  CZIP_TRY(simd::copy_padded(scale, network_.weight_scale));
  CZIP_TRY(network_.weights.allocate(weights.data.size()));
  network_.kernels->pack(weights.data.data(), outputs, inputs, network_.weights.data());
  return {};
}

Status RecurrentReader::read_nodes() {
  const auto [vocabulary, states, width] = network_.config;
  const std::uint8_t* const nodes = rows("nodes", safetensors::DType::i8, width);
  const auto scale = vector("node_scale", vocabulary, 0, kMaxScale);
  const auto bias = vector("node_bias", vocabulary, -kRecurrentLogitBound, kRecurrentLogitBound);
  if (failed()) return {};
  network_.nodes = reinterpret_cast<const std::int8_t*>(nodes);
  CZIP_TRY(network_.node_outputs.allocate(vocabulary));
  for (std::size_t n = 0; n < vocabulary; ++n) network_.node_outputs[n] = {scale[n], bias[n]};
  return {};
}

Status RecurrentReader::read() {
  read_config();
  CZIP_TRY(status());
  CZIP_TRY(read_state());
  CZIP_TRY(read_hidden());
  CZIP_TRY(read_nodes());
  refuse_further_tensors("a recurrent network");
  return status();
}

std::int32_t to_logit(std::int32_t sum, NodeOutput output) {
  const std::int64_t scaled =
      (std::int64_t{sum} * output.scale + (1 << (kNodeScaleShift - 1))) >> kNodeScaleShift;
  return std::clamp(static_cast<std::int32_t>(scaled) + output.bias, -kRecurrentLogitBound,
                    kRecurrentLogitBound);
}

void prefetch(const void* begin, std::size_t bytes) {
  const auto* const first = static_cast<const char*>(begin);
  for (std::size_t i = 0; i < bytes; i += simd::kCacheLine) __builtin_prefetch(first + i);
  __builtin_prefetch(first + bytes - 1);  // rows may start amid a line
}

}  // namespace

RecurrentNetwork::RecurrentNetwork(std::unique_ptr<const PackedRecurrentNetwork> packed)
    : packed_(std::move(packed)) {}
RecurrentNetwork::RecurrentNetwork(RecurrentNetwork&&) noexcept = default;
RecurrentNetwork& RecurrentNetwork::operator=(RecurrentNetwork&&) noexcept = default;
RecurrentNetwork::~RecurrentNetwork() = default;

bool RecurrentNetwork::is_in(const safetensors::File& file) {
  return file.find("recurrent.config") != nullptr;
}

Result<RecurrentNetwork> RecurrentNetwork::create(const safetensors::File& file, SimdLevel level) {
  try {
    CZIP_TRY_ASSIGN(const simd::KernelSet* const kernels, simd::require_kernels(level));
    auto network = std::make_unique<PackedRecurrentNetwork>();
    network->level = level;
    network->kernels = &kernels->recurrent;
    CZIP_TRY(RecurrentReader(file, *network).read());
    return RecurrentNetwork(std::move(network));
  } catch (const std::bad_alloc&) {  // reported below
  }
  return fail(ErrorCode::out_of_memory, "not enough memory for the recurrent network");
}

const RecurrentConfig& RecurrentNetwork::config() const { return packed_->config; }
SimdLevel RecurrentNetwork::level() const { return packed_->level; }

std::size_t RecurrentState::bytes() const {
  return state_width_ * (sizeof(std::int32_t) + 1) + hidden_width_;
}

bool RecurrentState::allocate(std::size_t states, std::size_t hidden) {
  state_width_ = states;
  hidden_width_ = hidden;
  memory_ = allocate_zeroed(bytes());
  if (memory_ == nullptr) return false;
  // Widths are multiples of 64, so that each part begins on such a boundary.
  states_ = static_cast<std::int32_t*>(memory_.get());
  activations_ = reinterpret_cast<std::int8_t*>(states_ + states);
  hidden_ = reinterpret_cast<std::uint8_t*>(activations_ + states);
  return true;
}

RecurrentState::RecurrentState(const RecurrentState& other) {
  if (other.empty()) return;
  if (!allocate(other.state_width_, other.hidden_width_)) throw std::bad_alloc();
  std::memcpy(memory_.get(), other.memory_.get(), bytes());
}

RecurrentState& RecurrentState::operator=(const RecurrentState& other) {
  if (this != &other) *this = RecurrentState(other);
  return *this;
}

Result<RecurrentState> RecurrentNetwork::make_state() const {
  RecurrentState state;
  if (!state.allocate(packed_->config.state_width, packed_->config.hidden_width))
    return fail(ErrorCode::out_of_memory, "not enough memory for the recurrent network");
  return state;
}

void RecurrentNetwork::reset(RecurrentState& state) const {
  std::fill_n(state.states_, packed_->config.state_width, 0);
  std::fill_n(state.activations_, packed_->config.state_width, std::int8_t{0});
  std::fill_n(state.hidden_, packed_->config.hidden_width, std::uint8_t{0});
}

void RecurrentNetwork::step(RecurrentState& state, std::uint32_t token) const {
  const PackedRecurrentNetwork& p = *packed_;
  const std::size_t states = p.config.state_width;
  const std::size_t hidden = p.config.hidden_width;
  const std::size_t row_bytes = states * sizeof(std::int16_t);
  p.kernels->update_states({.update = p.update + token * row_bytes,
                            .input = p.input + token * row_bytes,
                            .gain = p.state_gain.data(),
                            .width = states},
                           state.states_, state.activations_);
  p.kernels->activate_hidden({.weights = p.weights.data(),
                              .scale = p.weight_scale.data(),
                              .embedding = p.embedding + token * hidden,
                              .inputs = states,
                              .outputs = hidden},
                             state.activations_, state.hidden_);
}

std::int32_t RecurrentNetwork::logit(const RecurrentState& state, std::uint32_t node) const {
  const PackedRecurrentNetwork& p = *packed_;
  const std::size_t width = p.config.hidden_width;
  return to_logit(p.kernels->node_sum(p.nodes + node * width, state.hidden_, width),
                  p.node_outputs[node]);
}

void RecurrentNetwork::logits(const RecurrentState& state, const std::uint16_t* nodes,
                              std::size_t count, std::int32_t* out) const {
  const PackedRecurrentNetwork& p = *packed_;
  p.kernels->node_sums(p.nodes, nodes, count, state.hidden_, p.config.hidden_width, out);
  for (std::size_t k = 0; k < count; ++k) out[k] = to_logit(out[k], p.node_outputs[nodes[k]]);
}

void RecurrentNetwork::prefetch_node(std::uint32_t node) const {
  const std::size_t width = packed_->config.hidden_width;
  prefetch(packed_->nodes + node * width, width);
  __builtin_prefetch(&packed_->node_outputs[node]);
}

void RecurrentNetwork::prefetch_token(std::uint32_t token) const {
  const std::size_t row_bytes = packed_->config.state_width * sizeof(std::int16_t);
  prefetch(packed_->update + token * row_bytes, row_bytes);
  prefetch(packed_->input + token * row_bytes, row_bytes);
  const std::size_t width = packed_->config.hidden_width;
  prefetch(packed_->embedding + token * width, width);
}

}  // namespace czip::v2
