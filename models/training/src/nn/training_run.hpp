// One run of a network's training, whichever the format: its budget, learning rate, threads,
// checkpoints and reports.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/tokenizer/v1/tokenizer.hpp"
#include "czip/training/v2/network_trainer.hpp"
#include "nn/token_windows.hpp"
#include "v2/network/parameters.hpp"

namespace czip::nn {

// What is trained on and measured by, in sequences of one length.
struct Corpus {
  Corpus(std::size_t sequence, std::size_t predicted)
      : sequence_tokens(sequence),
        predicted_tokens(predicted),
        training(sequence - 1),
        held_out(sequence - 1) {}

  void add(std::span<const TokenId> tokens, bool is_held_out);

  std::size_t sequence_tokens;
  std::size_t predicted_tokens;  // of a sequence, its last ones
  TokenWindows training, held_out;
  std::vector<std::size_t> token_bytes;  // by token
};

// A thread's passes over sequences laid end to end. Both return the bits of what is predicted.
struct Pass {
  // Adds gradients of the mean natural logarithm, times the weight.
  std::function<double(std::span<const std::uint16_t>, float, Gradients&)> gradients;
  std::function<double(std::span<const std::uint16_t>)> evaluate;
};

// With the NetworkPass of either format; the parameters must outlive it.
template <class NetworkPass, class Parameters>
Pass pass_with(NetworkPass network_pass, const Parameters& parameters) {
  const auto pass = std::make_shared<NetworkPass>(std::move(network_pass));
  return {.gradients =
              [pass, &parameters](auto text, float weight, auto& gradients) {
                return pass->gradients(parameters, text, weight, gradients);
              },
          .evaluate = [pass, &parameters](auto text) { return pass->evaluate(parameters, text); }};
}

// What the networks of the formats differ in.
struct Trainee {
  ParameterList& parameters;
  std::function<Pass()> make_pass;
  std::size_t batch_tokens;        // per step, rounded up to whole passes
  std::size_t pass_sequences = 1;  // sequences that a pass takes at a time
  std::function<void()> after_step = [] {};
};

// Trains until the budget is used up. Errors: those of both formats' NetworkTrainer::train, but
// memory that cannot be had, in whichever thread, is std::bad_alloc.
Status train(const v2::NetworkRunOptions& options, Corpus& corpus, const Trainee& trainee);

}  // namespace czip::nn
