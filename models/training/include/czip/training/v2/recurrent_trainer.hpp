// Trains the recurrent network of a czip-model-v2. Deterministic: the same ranks, tree and options
// give the same bytes, whatever the threads, compiler, optimization or CPU.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/v2/coding/code_tree.hpp"

namespace czip::v2 {

struct RecurrentTrainingProgress {
  std::uint64_t tokens = 0;   // trained on
  std::uint64_t total = 0;    // to train on
  double bits_per_token = 0;  // of the training text since the last report, or since the start
};

struct RecurrentTrainingOptions {
  std::uint32_t state_width = 128;   // a multiple of 64, at most 1024
  std::uint32_t hidden_width = 256;  // a multiple of 64, at most 2048
  std::uint64_t tokens = 0;          // most tokens to train on; 0: all, `epochs` times
  std::uint32_t epochs = 1;          // how often the text is seen, at most; at least 1
  std::uint64_t seed = 1;            // of the initial parameters and the order of the documents
  unsigned threads = 0;              // 0: as many as the machine has; more than 4 are of no use
  // How far one step goes, relative to the default.
  double learning_rate = 1;
  // Called some hundred times. An error ends the training; so a caller cancels it.
  std::function<Status(const RecurrentTrainingProgress&)> progress;
  // If given, called some ten times with the network so far, in the form of the result.
  std::function<Status(std::span<const std::uint8_t>)> checkpoint;
};

// Returns a safetensors file with the tensors "recurrent.*". `ranks` are the documents' tokens, as
// their places in the tree's order, with kNoToken after each document. Errors: invalid_argument
// (options out of range, ranks that are not the tree's, no tokens), out_of_memory, and those of
// `progress` and `checkpoint`.
Result<std::vector<std::uint8_t>> train_recurrent(std::span<const std::uint16_t> ranks,
                                                  const CodeTree& tree,
                                                  const RecurrentTrainingOptions& options);

}  // namespace czip::v2
