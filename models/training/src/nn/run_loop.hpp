// One run of a network's training, for either format: its budget, learning rates, threads,
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
#include "czip/tokenizer/token_id.hpp"
#include "czip/training/run_options.hpp"
#include "nn/parameters.hpp"
#include "nn/token_windows.hpp"

namespace czip::nn {

// The tokens to train on and those to measure with, in sequences of one length.
struct Sequences {
  // The last `predicted` of a sequence's `tokens` are predicted.
  Sequences(std::size_t tokens, std::size_t predicted)
      : sequence_tokens(tokens),
        predicted_tokens(predicted),
        training(tokens - 1),
        held_out(tokens - 1) {}

  void add(std::span<const TokenId> tokens, bool is_held_out);

  std::size_t sequence_tokens;
  std::size_t predicted_tokens;
  TokenWindows training, held_out;
  std::vector<std::size_t> token_bytes;  // by token
};

// A thread's passes over sequences laid end to end. Both functions return the code length of the
// predicted tokens in bits.
struct Pass {
  // Adds the gradients of the mean code length in nats, times the weight.
  std::function<double(std::span<const std::uint16_t>, float, Gradients&)> gradients;
  std::function<double(std::span<const std::uint16_t>)> evaluate;
};

// Makes a pass of the NetworkPass of either format. The parameters must outlive it.
template <class NetworkPass, class Parameters>
Pass pass_with(NetworkPass network_pass, const Parameters& parameters) {
  const auto pass = std::make_shared<NetworkPass>(std::move(network_pass));
  return {.gradients =
              [pass, &parameters](auto text, float weight, auto& gradients) {
                return pass->gradients(parameters, text, weight, gradients);
              },
          .evaluate = [pass, &parameters](auto text) { return pass->evaluate(parameters, text); }};
}

// What the run loop needs of a network.
struct TrainableNetwork {
  ParameterList& parameters;
  std::function<Pass()> make_pass;  // one for each thread
  std::size_t batch_tokens;         // per step, rounded up to whole passes
  std::size_t pass_sequences = 1;   // sequences in a pass: a micro-batch
  std::function<void()> after_step = [] {};
};

// Trains until the budget is used up. Errors: invalid_argument (no budget, too little text, a
// checkpoint of another network or seed), corrupt (checkpoint), out_of_memory, and those of the two
// callbacks.
Status train(const RunOptions& options, Sequences& sequences, const TrainableNetwork& network);

}  // namespace czip::nn
