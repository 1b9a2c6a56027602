// Trains a czip-model-v2 model on a corpus: tokenizer, n-gram prior, recurrent network and the
// predictor's initial state. Deterministic: the same documents in the same order and the same
// options give the same bytes, whatever the threads, compiler, optimization or CPU. The recurrent
// network learns in floating point (recurrent_trainer.hpp); all else is integers.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/model_description.hpp"
#include "czip/codec/v2/model.hpp"
#include "czip/training/corpus.hpp"

namespace czip::v2 {

struct TrainingProgress {
  std::string_view stage;   // "tokenizer", "tokens", "prior", "recurrent network", "mixer"
  std::string_view part{};  // of the stage, where it has several: "normal profile with the network"
  std::uint64_t done = 0;   // of `total`, never less than before in the same part
  std::uint64_t total = 0;
  std::string_view unit{};   // a plural: what `done` counts; empty: bytes of text
  double bits_per_byte = 0;  // on held-out text, in the last stage; else 0
};

struct TrainingOptions {
  // 257..8192, for which the text must suffice; 0: 8192, or as many as the text suffices for.
  std::uint32_t vocabulary_size = 0;
  std::uint64_t prior_bytes = 20'000'000;       // most bytes of the prior
  std::uint64_t tokenizer_bytes = 8'000'000;    // of each source, to train the tokenizer on
  std::uint64_t mixer_bytes = 1'500'000;        // held-out text of each source, for the mixer
  std::uint64_t network_mixer_bytes = 500'000;  // the same for blocks with a network
  // How often the recurrent network sees the text; 0: the model gets none. It has up to 1024 bytes
  // for each token of the vocabulary.
  std::uint32_t recurrent_epochs = 1;
  // Documents are coded each alone, as records are: the mixer learns from single ones.
  bool lone_documents = false;
  unsigned threads = 0;  // 0: as many as the machine has
  ModelDescription description;
  // Never called from two threads at once. An error ends the training; so a caller cancels it.
  std::function<Status(const TrainingProgress&)> progress;
};

// Returns the model file. Errors: invalid_argument (options out of range, no text or too little of
// it for the vocabulary), out_of_memory, and those of `progress`. Takes some 15 bytes of memory for
// each byte of text.
Result<std::vector<std::uint8_t>> train_model(const Corpus& corpus, const TrainingOptions& options);

// Whether add_network can add the network of this file to `model`. Errors: corrupt, unsupported.
Status check_network(const Model& model, std::span<const std::uint8_t> network);

// Adds a network to `model`, which must have been trained on the same documents in the same order,
// and returns the new file. Tokenizer, prior, recurrent network and states stay as they are, and
// states for blocks with the network are trained in addition. A network that the model already has
// is replaced. Fields that are empty in the options' description keep the model's text. The
// safetensors file `network` gives the tensors "network.*" (conformance/czip-network-v2.md); they
// must have been trained with the model's tokens and without the held-out documents. Errors: those
// of train_model; corrupt and unsupported (`network` holds no valid network, or one of another
// vocabulary).
Result<std::vector<std::uint8_t>> add_network(const Model& model,
                                              std::span<const std::uint8_t> network,
                                              const Corpus& corpus, const TrainingOptions& options);

}  // namespace czip::v2
