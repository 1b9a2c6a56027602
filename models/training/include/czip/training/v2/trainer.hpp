// Trains a czip-model-v2 model on a corpus: tokenizer, n-gram prior and the predictor's initial
// state.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/v2/model.hpp"

namespace czip::v2 {

// Where training stands, for a progress report.
struct TrainingProgress {
  std::string_view stage;   // "tokenizer", "tokens", "prior", "predictions", "mixer"
  std::string_view part{};  // of the stage, where it has several: "profile 2 with the network"
  std::uint64_t done = 0;   // of `total`, in the stage's own units; a part ends with all of them
  std::uint64_t total = 0;
  double bits_per_byte = 0;  // on held-out text, in the last two stages; else 0
};

struct TrainingOptions {
  std::uint32_t vocabulary_size = 8192;       // 257..8192
  std::uint64_t prior_bytes = 20'000'000;     // the prior's size, at most
  std::uint64_t tokenizer_bytes = 8'000'000;  // of each source, what the tokenizer learns from
  std::uint64_t mixer_bytes = 1'500'000;  // of each source, held out from the prior for the mixer
  std::uint64_t network_mixer_bytes = 500'000;  // the same for blocks with a network
  unsigned threads = 0;                         // 0: as many as the machine has
  ModelDescription description;
  std::function<void(const TrainingProgress&)> progress;  // never from two threads at once
};

// The same documents in the same order and the same options give the same model, whatever the
// threads.
class Trainer {
 public:
  explicit Trainer(TrainingOptions options);
  ~Trainer();
  Trainer(Trainer&&) noexcept;
  Trainer& operator=(Trainer&&) noexcept;

  // Begins a source: a body of text of one kind. Each source weighs alike with the tokenizer and
  // the mixer, whatever its size.
  void begin_source();
  // Adds a document to the source at hand. Nothing is learned across the documents' borders.
  Status add_document(std::span<const std::uint8_t> text);

  // Calls with every document and whether it is held out from the prior, until an error.
  Status for_each_document(
      const std::function<Status(std::span<const std::uint8_t> text, bool held_out)>& call) const;

  // The model file. Errors: too little text, out_of_memory. Memory: some 15 bytes for each byte of
  // text.
  Result<std::vector<std::uint8_t>> train();

  // The file of a model made of the same documents in the same order, with a network: its
  // tokenizer, prior and states stay as they are, and states for blocks with the network are
  // trained beside them. A network that it has already is replaced; of the options, what the
  // description leaves empty stays as it is, too. Of the safetensors file `network`, the tensors
  // "network.*" count (conformance/czip-network-v2.md), trained with the model's tokens and, like
  // the prior, without every 24th document of a source. Errors: those of train, corrupt and
  // unsupported (a network that is none, or has not the model's vocabulary).
  Result<std::vector<std::uint8_t>> add_network(const Model& model,
                                                std::span<const std::uint8_t> network) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace czip::v2
