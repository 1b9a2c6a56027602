#include "network/matrix_encoder.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "czip/base/error.hpp"
#include "czip/engine/llm/config.hpp"
#include "czip/engine/llm/constants.hpp"
#include "czip/engine/llm/functions.hpp"
#include "czip/import/dyadic.hpp"
#include "czip/import/network/factor.hpp"
#include "czip/import/quantize.hpp"

namespace czip::importer {

MatrixEncoder::MatrixEncoder(std::uint32_t inputs, ModelSink& sink)
    : sink_(sink),
      inputs_(inputs),
      format_(power_of_two(llm::accumulator_shift(inputs) - llm::kMantissaBits) *
              inverse(factor_of(llm::kActivationBound))),
      weights_(inputs),
      tiles_(inputs * llm::kTileOutputs, std::uint8_t{llm::kWeightOffset}) {}

Status MatrixEncoder::add(const DyadicRow& row, const Factor& factor) {
  const std::size_t output = scales_.size() % llm::kTileOutputs;
  scales_.push_back(real_scale(quantize_row(row, weights_), factor * format_));
  for (std::size_t i = 0; i < weights_.size(); ++i)
    tiles_[llm::tile_place(output, i, inputs_)] =
        static_cast<std::uint8_t>(weights_[i] + llm::kWeightOffset);
  if (output + 1 < llm::kTileOutputs) return {};
  CZIP_TRY(sink_.append(tiles_));
  std::ranges::fill(tiles_, std::uint8_t{llm::kWeightOffset});
  return {};
}

Result<FixedScales> MatrixEncoder::finish(std::string_view name) {
  if (scales_.size() % llm::kTileOutputs != 0) CZIP_TRY(sink_.append(tiles_));
  return fixed_scales(scales_, llm::kLeastShift, llm::kMostShift, name);
}

}  // namespace czip::importer
