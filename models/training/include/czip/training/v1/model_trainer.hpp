// Trains models of compress.zip's format, czip-model-v1: a tokenizer by byte-pair encoding, then a
// network by quantization-aware training (Jacob et al. 2018), whose forward pass is the engine's,
// bit for bit. An optional component: it needs a BLAS library.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/io/pass_report.hpp"
#include "czip/codec/model_description.hpp"
#include "czip/training/corpus.hpp"
#include "czip/training/run_options.hpp"

namespace czip::v1 {

// Learns the tokens of a model from the corpus without its held-out documents: 256 bytes, the most
// frequent merges of them up to 1,022 tokens, then <|bos|> and <|eos|>. Of a large corpus, 64 MiB
// of documents spread evenly over it are used. Gives the JSON that Tokenizer::from_json reads, the
// same for the same corpus on every machine with the same Unicode version in PCRE2. Takes some 640
// MiB of memory at most. Errors: invalid_argument (too little text), out_of_memory, those of
// `report`.
Result<std::string> train_tokenizer(const Corpus& corpus, const PassReport& report = {});

// The vocabulary is always 1,024 tokens and a head always has 64 elements; d_model is 64 * heads.
// The defaults are the public models' shape. With one layer, no text makes the attention's sums
// exceed 32 bits, where compress.zip's dialects differ; with more layers and a context_log2 of 9 or
// more, near-constant text might.
struct NetworkShape {
  std::uint32_t heads = 6;          // at most 16
  std::uint32_t d_ff = 1024;        // at most 1024
  std::uint32_t layers = 1;         // at most 8
  std::uint32_t context_log2 = 10;  // 6 to 10: compress.zip's levels
};

struct NetworkTrainingOptions : nn::RunOptions {
  NetworkShape shape;
  // Tokens of a training sequence; 0: the context. Shorter sequences train faster, but nothing
  // beyond their length is learnt.
  std::uint32_t sequence_tokens = 0;
  std::uint32_t batch_tokens = 4096;  // per step, rounded up to whole sequences
  ModelDescription description;       // empty fields are left out of the file
};

// Trains a network and returns a czip-model-v1 file. `tokenizer_json`, which train_tokenizer()
// made, becomes part of the model. Apart from the budget, the order of the text depends on the seed
// and the corpus alone; the weights also depend on the number of threads, the CPU and the BLAS
// library. Errors: invalid_argument (no budget, too little text, a checkpoint of another network or
// seed), unsupported (a shape beyond the limits), corrupt (checkpoint), out_of_memory, those of
// Tokenizer::from_json and of the two callbacks.
Result<std::vector<std::uint8_t>> train_model(const Corpus& corpus,
                                              const std::string& tokenizer_json,
                                              const NetworkTrainingOptions& options);

}  // namespace czip::v1
