// The names and units of a czip-model-v2 file, for its reader and its writer. Specification:
// conformance/czip-model-v2.md.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "czip/codec/v2/coding/constants.hpp"
#include "czip/engine/v2/constants.hpp"

namespace czip::v2 {

// Metadata.
inline constexpr std::string_view kModelFormat = "czip-model-v2";
inline constexpr std::string_view kFormatKey = "format";
inline constexpr std::string_view kNameKey = "name";
inline constexpr std::string_view kDescriptionKey = "description";
inline constexpr std::string_view kLicenseKey = "license";
inline constexpr std::string_view kTrainingDataKey = "training_data";

// Tensors, or the beginnings of their names.
inline constexpr std::string_view kTokenLengthsTensor = "tokenizer.lengths";
inline constexpr std::string_view kTokenBytesTensor = "tokenizer.bytes";
inline constexpr std::string_view kCodeOrderTensor = "code.order";
inline constexpr std::string_view kCodeSplitsTensor = "code.splits";
// A tensor that models had before the present predictor.
inline constexpr std::string_view kDraftTensor = "tables.squash";
inline constexpr std::string_view kPriorPrefix = "prior.";
inline constexpr std::string_view kStatePrefix = "state.";
inline constexpr std::string_view kNetworkStatePrefix = "state.network.";

[[nodiscard]] inline bool is_network_tensor(std::string_view name) {
  return name.starts_with(kTensorPrefix);
}
[[nodiscard]] inline std::string prior_order0_tensor() {
  return std::string(kPriorPrefix) + "order0";
}
[[nodiscard]] inline std::string prior_index_tensor(std::size_t order) {
  return std::string(kPriorPrefix) + std::to_string(order) + ".index";
}
[[nodiscard]] inline std::string prior_cells_tensor(std::size_t order) {
  return std::string(kPriorPrefix) + std::to_string(order) + ".cells";
}

// The tensors of a trained state; `prefix` is kStatePrefix or kNetworkStatePrefix.
struct StateTensors {
  std::array<std::string, kMixers> weights;  // of each mixer
  std::array<std::string, kMixers> final_weights;
  std::string list_maps;
  std::string match_maps;
};
[[nodiscard]] inline StateTensors state_tensors(std::string_view prefix, std::size_t profile) {
  const std::string begin = std::string(prefix) + std::to_string(profile) + ".";
  return {{begin + "candidate.weights", begin + "tree.weights"},
          {begin + "candidate.final_weights", begin + "tree.final_weights"},
          begin + "list_maps",
          begin + "match_maps"};
}

// Mixer weights are stored in 16 bits with 12 fractional bits, four fewer than the mixer uses.
inline constexpr int kStoredWeightShift = 4;

}  // namespace czip::v2
