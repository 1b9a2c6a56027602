// A matrix of a czip-llm-v1 network, output by output: weights in tiles go to a sink at once,
// scales are kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/import/dyadic.hpp"
#include "czip/import/network/factor.hpp"
#include "czip/import/network/model_sink.hpp"
#include "czip/import/network/scales.hpp"

namespace czip::importer {

class MatrixEncoder {
 public:
  MatrixEncoder(std::uint32_t inputs, ModelSink& sink);

  // The next output: its weights, and what makes them numbers of the output's unit but for the
  // format's own constants (127 and a power of two).
  Status add(const DyadicRow& row, const Factor& factor);
  // Fills the last tile. Errors: those of fixed_scales.
  Result<FixedScales> finish(std::string_view name);

 private:
  ModelSink& sink_;
  std::uint32_t inputs_;
  Factor format_;
  std::vector<std::int8_t> weights_;  // of one output
  std::vector<std::uint8_t> tiles_;   // of 32 outputs
  std::vector<RealScale> scales_;
};

}  // namespace czip::importer
