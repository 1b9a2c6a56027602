// Trains the network of a czip-model-v2 model by quantisation-aware training: the forward pass is
// the engine's, bit for bit. An optional component: it needs a BLAS library.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/v2/model.hpp"
#include "czip/engine/v2/network.hpp"

namespace czip::v2 {

struct NetworkProgress {
  std::uint64_t tokens = 0;      // trained on in this run
  double fraction = 0;           // of this run's budget
  double seconds_left = 0;       // estimated
  double tokens_per_second = 0;  // in this run
  double training_bits = 0;      // per byte, of the latest steps
  double held_out_bits = 0;      // per byte of text not trained on; 0: not measured now
};

// Shapes that were found to be worth their time; the vocabulary is left open.
enum class NetworkSize : std::uint8_t {
  small,  // 0.4 M multiply-adds per token, beside those of the head
  base,   // 2 M
  large,  // 15 M: for a machine with more than a few processors
};
[[nodiscard]] NetworkConfig network_config(NetworkSize size);

// What the networks of both formats are told.
struct NetworkRunOptions {
  // The budget of this run: it ends when either is used up. 0: none.
  std::uint64_t tokens = 0;
  double seconds = 0;
  std::uint64_t seed = 1;  // of the initial weights and the order of the text
  unsigned threads = 0;    // 0: as many as the machine has
  // A checkpoint of an earlier run of the same network and seed, with the same tokens, on the same
  // text; empty: begin anew.
  std::vector<std::uint8_t> checkpoint;
  // Called every few minutes while the learning rate is constant, and once when it begins to fall:
  // a run goes on better from there than from where it has fallen. An error ends the training.
  std::function<Status(std::span<const std::uint8_t>)> save_checkpoint;
  std::function<void(const NetworkProgress&)> progress;  // from the calling thread
};

struct NetworkTrainingOptions : NetworkRunOptions {
  // The vocabulary is the model's. Squared ReLU, and a head of its own. Sequences are as long
  // as the window.
  NetworkConfig config;
  // A file of a network of that configuration, to go on from; empty: random initial weights.
  std::vector<std::uint8_t> network;
  std::uint32_t batch_windows = 16;  // sequences per step
};

// The budget apart, the order of the text depends on the seed and the text alone. The weights
// depend on the number of threads and the library of matrix products as well.
class NetworkTrainer {
 public:
  // For the tokens of `model`, which must outlive the trainer.
  NetworkTrainer(NetworkTrainingOptions options, const Model& model);
  ~NetworkTrainer();
  NetworkTrainer(NetworkTrainer&&) noexcept;
  NetworkTrainer& operator=(NetworkTrainer&&) noexcept;

  // A document to learn from, or one to measure by only.
  Status add_document(std::span<const std::uint8_t> text, bool held_out = false);

  // A safetensors file of the network's tensors. Errors: invalid_argument (no budget, too little
  // text, a checkpoint or network of another configuration, a checkpoint of another seed), corrupt
  // (checkpoint, network), unsupported (a network of a kind that is not trained), out_of_memory,
  // and that of save_checkpoint.
  Result<std::vector<std::uint8_t>> train();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace czip::v2
