#include "recurrent.hpp"

#include "functions.hpp"

namespace reference {
namespace {

std::vector<std::int16_t> read_int16(Tensors& tensors, const std::string& name, std::size_t size,
                                     int least, int most) {
  const auto numbers = tensors.get<std::int16_t>(name, "I16", {size});
  for (const std::int16_t number : numbers)
    require(least <= number && number <= most,
            "the model's tensor " + name + " has a number out of range");
  return numbers;
}

bool is_width(std::size_t width, std::size_t most) {
  return width != 0 && width <= most && width % 64 == 0;
}

}  // namespace

Recurrent::Recurrent(Tensors& tensors, std::size_t vocabulary) {
  const auto config = tensors.get<std::uint32_t>("recurrent.config", "U32", {4});
  require(config[0] == 1, "the recurrent network has an unknown version");
  states_ = config[2];
  hidden_ = config[3];
  require(config[1] == vocabulary && is_width(states_, 1024) && is_width(hidden_, 2048),
          "the recurrent network has a size out of range");
  update_ = tensors.get<std::int16_t>("recurrent.update", "I16", {vocabulary, states_});
  input_ = tensors.get<std::int16_t>("recurrent.input", "I16", {vocabulary, states_});
  state_gain_ = read_int16(tensors, "recurrent.state_gain", states_, 0, 32767);
  weights_ = tensors.get<std::int8_t>("recurrent.weights", "I8", {hidden_, states_});
  weight_scale_ = read_int16(tensors, "recurrent.weight_scale", hidden_, 0, 32767);
  embedding_ = tensors.get<std::int8_t>("recurrent.embedding", "I8", {vocabulary, hidden_});
  nodes_ = tensors.get<std::int8_t>("recurrent.nodes", "I8", {vocabulary, hidden_});
  node_scale_ = read_int16(tensors, "recurrent.node_scale", vocabulary, 0, 32767);
  node_bias_ = read_int16(tensors, "recurrent.node_bias", vocabulary, -4095, 4095);
}

void Recurrent::step(RecurrentStream& stream, std::size_t rank) const {
  stream.states.resize(states_, 0);
  stream.hidden.resize(hidden_);
  std::vector<std::int32_t> activations;
  for (std::size_t i = 0; i < states_; ++i) {
    std::int32_t& state = stream.states[i];
    const std::int32_t gate = update_[rank * states_ + i] & 0x7fff;
    const std::int32_t difference = input_[rank * states_ + i] * 128 - state;
    state += static_cast<std::int32_t>(floor_shift(floor_shift(difference, 8) * gate, 7));
    const std::int64_t gained = floor_shift(state, 7) * state_gain_[i];
    activations.push_back(
        clamp(static_cast<std::int32_t>(floor_shift(gained + (1 << 17), 18)), 127));
  }
  for (std::size_t h = 0; h < hidden_; ++h) {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < states_; ++i) sum += weights_[h * states_ + i] * activations[i];
    const std::int64_t x =
        floor_shift(sum * weight_scale_[h] + (1 << 14), 15) + 4 * embedding_[rank * hidden_ + h];
    const auto unit = static_cast<std::int32_t>(floor_shift(x + 2, 2));
    stream.hidden[h] = std::min(std::max(unit, 0), 127);
  }
}

std::int32_t Recurrent::logit(const RecurrentStream& stream, std::size_t split) const {
  std::int64_t sum = 0;
  for (std::size_t h = 0; h < hidden_; ++h) sum += nodes_[split * hidden_ + h] * stream.hidden[h];
  const std::int64_t scaled = floor_shift(sum * node_scale_[split] + (1 << 16), 17);
  return clamp(static_cast<std::int32_t>(scaled) + node_bias_[split], kMaxStretch);
}

}  // namespace reference
