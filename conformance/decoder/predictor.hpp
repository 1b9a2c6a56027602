// czip-v2-coding.md: the probability of each decision; sections 1, 3, 8 (candidate), 9 and 10.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "inputs.hpp"
#include "mixer.hpp"

namespace reference {

struct Stream {
  std::size_t number = 0;
  History history;
  MatchPositions matches{};
  NetworkStream network;
  RecurrentStream recurrent;
  std::size_t hits = 0;  // the last three candidates, the latest lowest: 1 if it was the token
};

class Predictor {
 public:
  // The model must outlive the predictor.
  Predictor(const Model& model, std::size_t profile, bool with_network, std::uint64_t text_bytes);
  Predictor(const Predictor&) = delete;
  Predictor& operator=(const Predictor&) = delete;

  void begin_token(Stream& stream);
  [[nodiscard]] bool decided() const {
    return !decision_.of_candidate && decision_.node.split == 0;
  }
  [[nodiscard]] std::uint32_t rank() const { return decision_.node.low; }
  // The probability of a 1, Q22: 1 to kMaxProbability.
  std::uint32_t predict();
  void learn_bit(bool bit);
  // From here on, decisions teach what predicts them nothing: czip-v2-records.md, section 1.
  void end_learning() { learns_ = false; }
  void end_token(const std::string& bytes);

  // To look on: what the token's contexts are, what the last predict() was about and made of.
  [[nodiscard]] const Contexts& contexts() const { return contexts_; }
  [[nodiscard]] const Decision& decision() const { return decision_; }
  [[nodiscard]] const Inputs& inputs() const { return inputs_; }
  [[nodiscard]] const Mixer& mixer() const { return mixers_[decision_.of_candidate ? 0 : 1]; }
  // nullptr: the network takes no part, or no recurrent one does.
  [[nodiscard]] const Activations* network_output() const {
    return network_ ? &network_->output() : nullptr;
  }
  [[nodiscard]] const RecurrentStream* recurrent_stream() const {
    return recurrent_ ? &stream_->recurrent : nullptr;
  }

 private:
  struct Sizes {
    Sizes(const Profile& profile, std::uint64_t text_bytes);
    std::uint32_t lists, lines, matches;  // log2
  };
  Predictor(const Model& model, const TrainedState& state, const Profile& profile, Sizes sizes);

  [[nodiscard]] Mixer make_mixer(std::size_t number, const TrainedState& state,
                                 std::size_t selectors) const;
  std::uint32_t find_candidate();
  std::int32_t mix_for_candidate();
  std::int32_t mix_for_node();
  [[nodiscard]] std::size_t orders() const {
    return 6 * std::size_t{successors_.highest_order()} + prior_.highest_order();
  }
  void go_to(const Node& node);

  const Model* model_;
  const Profile* profile_;
  Logistic logistic_;
  SuccessorInputs successors_;
  PriorInputs prior_;
  MatchInputs matches_;
  CounterInputs counters_;
  std::optional<NetworkInput> network_;
  std::optional<RecurrentInput> recurrent_;
  std::array<Mixer, 2> mixers_;

  bool learns_ = true;
  Stream* stream_ = nullptr;
  Contexts contexts_;
  Decision decision_;
  std::size_t votes_ = 0;  // for the candidate
  Inputs inputs_;
};

}  // namespace reference
