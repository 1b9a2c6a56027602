// czip-v2-coding.md: the probability of each decision; sections 3, 9, 10 and 11.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "inputs.hpp"

namespace reference {

struct Stream {
  std::size_t number = 0;
  History history;
  MatchPositions matches{};
  NetworkStream network;
};

// Adaptive probability map, secondary estimation: corrects a probability by the bits that followed
// similar ones in the same context. Section 10.
class Apm {
 public:
  Apm(std::vector<std::uint16_t> points, int rate) : points_(std::move(points)), rate_(rate) {}
  std::int32_t refine(std::int32_t stretched, std::size_t context);
  void learn_bit(bool bit);

 private:
  std::vector<std::uint16_t> points_;
  int rate_;
  std::size_t nearest_ = 0;
};

class Mixer {
 public:
  Mixer(const TrainedState& state, std::size_t inputs, const Logistic& logistic);
  // choice[j]: the weight set of selector j; final_choice: that of the second layer.
  std::int32_t mix(const Inputs& inputs, const std::array<std::size_t, 5>& choice,
                   std::size_t final_choice);
  void learn_bit(bool bit, std::int32_t rate);

 private:
  // One selected weight set and its output, before any clamp.
  struct Neuron {
    std::int32_t* weights = nullptr;
    std::int32_t output = 0;
  };
  [[nodiscard]] static std::int32_t dot(const std::int32_t* weights, const Inputs& inputs);
  void train(const Neuron& neuron, const Inputs& inputs, bool bit, std::int32_t rate) const;

  const Logistic* logistic_;
  std::size_t input_count_;
  std::vector<std::int32_t> weights_;
  std::vector<std::int32_t> final_weights_;
  Inputs inputs_;
  Inputs final_inputs_;
  std::array<Neuron, 5> first_;
  Neuron final_;
};

class Predictor {
 public:
  // The model must outlive the predictor.
  Predictor(const Model& model, std::size_t profile, bool with_network, std::uint64_t text_bytes);
  Predictor(const Predictor&) = delete;
  Predictor& operator=(const Predictor&) = delete;

  void begin_token(Stream& stream);
  [[nodiscard]] bool decided() const { return node_.split == 0; }
  [[nodiscard]] std::uint32_t rank() const { return node_.low; }
  // The probability of a 1, Q16: 1 to 65535.
  std::uint32_t predict();
  void learn_bit(bool bit);
  void end_token(const std::string& bytes);

 private:
  struct Sizes {
    explicit Sizes(std::uint64_t text_bytes);
    std::uint32_t lists, lines, matches, map;  // log2
  };
  Predictor(const Model& model, const TrainedStates& states, std::size_t profile, Sizes sizes);
  std::int32_t mix();

  const Model* model_;
  Logistic logistic_;
  Sizes sizes_;
  CounterInputs counters_;
  PriorInputs prior_;
  MatchInputs matches_;
  SuccessorInputs successors_;
  std::optional<NetworkPrediction> network_;
  Mixer mixer_;
  Apm apm_by_node_;
  Apm apm_by_hash_;

  Stream* stream_ = nullptr;
  Contexts contexts_;
  Node node_;
  Inputs inputs_;
};

}  // namespace reference
