// The tensors of a czip-llm-v1 file (conformance/czip-network-llm.md, section 1), read and checked.
// Weights stay where the file has them: nothing large is copied, so that a mapped file of any size
// takes no memory of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/engine/llm/config.hpp"
#include "czip/engine/llm/functions.hpp"
#include "czip/engine/safetensors/reader.hpp"

namespace czip::llm {

struct Matrix {
  std::uint32_t outputs = 0;
  std::uint32_t inputs = 0;
  std::span<const std::uint8_t> tiles;  // of tiled_outputs(outputs) outputs, in the file
  std::vector<std::uint32_t> scale;     // as many, those past the last output 0
  std::vector<std::int32_t> bias;       // likewise; empty where there is none
  int shift = kLeastShift;
};

struct Layer {
  Matrix qkv;  // queries, keys, values
  Matrix output;
  Matrix up;  // gated: gates first
  Matrix down;
  int score_shift = kLeastScoreShift;
};

// Any bytes of weights, scales and biases are valid; everything that could make a sum overflow is
// checked when a file is parsed.
struct Weights {
  // The views point into the file's bytes, which must outlive them. Refuses tensors of
  // kTensorPrefix that the configuration does not have. Errors, which name the tensor and what is
  // wrong with it: corrupt, unsupported.
  static Result<Weights> parse(const safetensors::File& file);

  Config config;
  Exp2Table exp2{};
  GateTable gate{};
  std::vector<std::int16_t> rotary;            // [C, R]: cosines, then sines, of each position
  std::vector<std::int32_t> positions;         // [C, D], where there is no rotary
  std::span<const std::uint8_t> embedding;     // [V, D] int8
  std::vector<std::uint32_t> embedding_scale;  // [V]
  int embedding_shift = 1;
  std::vector<Layer> layers;
  Matrix head;
};

}  // namespace czip::llm
