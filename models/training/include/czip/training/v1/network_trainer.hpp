// Trains models of compress.zip's format, czip-model-v1: a tokenizer, then a network by
// quantisation-aware training, whose forward pass is the engine's, bit for bit. An optional
// component: it needs a BLAS library.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/v2/model.hpp"
#include "czip/training/v2/network_trainer.hpp"

namespace czip::v1 {

// Learns the tokens of a model from text: 256 bytes, the most frequent merges of them up to 1,022
// tokens, then <|bos|> and <|eos|>. The same text gives the same tokenizer.
class TokenizerTrainer {
 public:
  static Result<TokenizerTrainer> create();
  TokenizerTrainer(TokenizerTrainer&&) noexcept;
  TokenizerTrainer& operator=(TokenizerTrainer&&) noexcept;
  ~TokenizerTrainer();

  // Memory grows with the number of different words, to some 640 MiB at most.
  Status add_document(std::span<const std::uint8_t> text);

  // The JSON that Tokenizer::from_json reads. Error: invalid_argument (too little text).
  [[nodiscard]] Result<std::string> train() const;

 private:
  struct State;
  explicit TokenizerTrainer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The vocabulary is always 1,024 tokens and a head always has 64 elements; d_model is 64 * heads.
// The defaults are the public models' shape. With one layer, no text makes the attention's sums
// exceed 32 bits, where compress.zip's dialects differ; with more layers, near-constant text might
// from a context_log2 of 9 on.
struct NetworkShape {
  std::uint32_t heads = 6;          // at most 16
  std::uint32_t d_ff = 1024;        // at most 1024
  std::uint32_t layers = 1;         // at most 8
  std::uint32_t context_log2 = 10;  // 6 to 10: compress.zip's levels
};

struct NetworkTrainingOptions : v2::NetworkRunOptions {
  NetworkShape shape;
  // Tokens of a training sequence; 0: the context. Shorter ones are learnt faster, but what lies
  // beyond them is not learnt.
  std::uint32_t sequence_tokens = 0;
  // Per step, rounded up to whole sequences. A thread takes whole sequences.
  std::uint32_t batch_tokens = 4096;
  v2::ModelDescription description;  // what is empty is left out of the file
};

// The budget apart, the order of the text depends on the seed and the text alone. The weights
// depend on the number of threads and the library of matrix products as well.
class NetworkTrainer {
 public:
  // `tokenizer_json` as TokenizerTrainer gives it; it becomes part of the model. Errors:
  // unsupported (a shape beyond the limits), and those of Tokenizer::from_json.
  static Result<NetworkTrainer> create(NetworkTrainingOptions options, std::string tokenizer_json);
  NetworkTrainer(NetworkTrainer&&) noexcept;
  NetworkTrainer& operator=(NetworkTrainer&&) noexcept;
  ~NetworkTrainer();

  // A document to learn from, or one to measure by only.
  Status add_document(std::span<const std::uint8_t> text, bool held_out = false);

  // A czip-model-v1 file. Errors: invalid_argument (no budget, too little text, a checkpoint of
  // another network or seed), corrupt (checkpoint), out_of_memory, and that of save_checkpoint.
  Result<std::vector<std::uint8_t>> train();

 private:
  struct State;
  explicit NetworkTrainer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace czip::v1
