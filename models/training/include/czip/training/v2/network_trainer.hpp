// Trains the network of a czip-model-v2 model by quantization-aware training (Jacob et al. 2018):
// the forward pass is the engine's, bit for bit. An optional component: it needs a BLAS library.
#pragma once

#include <cstdint>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/v2/model.hpp"
#include "czip/engine/v2/network.hpp"
#include "czip/training/corpus.hpp"
#include "czip/training/run_options.hpp"

namespace czip::v2 {

// Sizes whose compression is worth their time (models/training/experiments.md).
enum class NetworkSize : std::uint8_t {
  small,  // 0.4 M multiply-adds per token, without the head's
  base,   // 2 M
  large,  // 15 M: for a machine with more than a few processors
};
// The configuration of a size; its vocabulary is 0.
[[nodiscard]] NetworkConfig network_config(NetworkSize size);

struct NetworkTrainingOptions : nn::RunOptions {
  // The vocabulary is replaced by the model's. gated and tied must be 0. Sequences are as long as
  // the window.
  NetworkConfig config;
  // The file of a network of that configuration to train further; empty: random initial weights.
  std::vector<std::uint8_t> network;
  std::uint32_t batch_windows = 16;  // sequences per step
};

// Trains a network for the tokens of `model` and returns a safetensors file of its tensors
// (conformance/czip-network-v2.md). Apart from the budget, the order of the text depends on the
// seed and the corpus alone; the weights also depend on the number of threads, the CPU and the BLAS
// library. Errors: invalid_argument (no budget, too little text, a checkpoint or network of another
// configuration, a checkpoint of another seed), corrupt (checkpoint, network), unsupported (a
// network of a kind that is not trained), out_of_memory, and those of the two callbacks.
Result<std::vector<std::uint8_t>> train_network(const Corpus& corpus, const Model& model,
                                                const NetworkTrainingOptions& options);

}  // namespace czip::v2
