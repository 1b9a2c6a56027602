// One run of a czip-model-v1 network's training.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/network_v1_training.hpp"
#include "training/network/optimizer.hpp"
#include "training/network/token_windows.hpp"
#include "training/network_v1/network_pass.hpp"
#include "training/network_v1/parameters.hpp"
#include "training/network_v1/value_bound.hpp"

namespace czip::network_v1 {

// What is trained on and measured by, in sequences of one length.
struct Corpus {
  explicit Corpus(std::size_t sequence_tokens)
      : training(sequence_tokens - 1), held_back(sequence_tokens - 1) {}

  network::TokenWindows training, held_back;
  std::vector<std::uint16_t> token_bytes;  // by token

  [[nodiscard]] double bytes(std::span<const std::uint16_t> tokens) const;
};

class TrainingRun {
 public:
  // Both must outlive the run; the corpus is shuffled.
  TrainingRun(const v1::NetworkTrainingOptions& options, const Corpus& corpus,
              std::size_t sequence_tokens);

  // From a checkpoint.
  Status resume(std::span<const std::uint8_t> checkpoint);
  Status train();

  [[nodiscard]] const Parameters& parameters() const { return parameters_; }

 private:
  using Clock = std::chrono::steady_clock;
  // A thread's share of each step.
  struct Worker {
    NetworkPass pass;
    network::Gradients gradients;
    double bits = 0;
  };

  [[nodiscard]] double seconds() const;
  [[nodiscard]] double used_budget() const;
  [[nodiscard]] float rate_share(double used) const;
  [[nodiscard]] std::size_t batch_sequences() const;
  template <class Work>
  double share_out(std::size_t count, const Work& work);
  void step(float share);
  double held_back_bits();
  void report(bool measure);
  Status save();

  const v1::NetworkTrainingOptions& options_;
  const Corpus& corpus_;
  std::size_t sequence_tokens_;
  Parameters parameters_;
  ValueBound value_bound_;
  network::Optimizer optimizer_;
  std::vector<Worker> workers_;
  Clock::time_point start_;
  std::uint64_t sequences_taken_ = 0;  // since the training began
  std::uint64_t steps_ = 0;            // of this run
  std::uint64_t tokens_ = 0;           // of this run
  double recent_bits_ = 0;             // since the last report
  double recent_bytes_ = 0;
};

}  // namespace czip::network_v1
