// The names and units of a czip-model-v2 file, for its reader and its writer. Specification:
// conformance/czip-model-v2.md.
#pragma once

#include <string>
#include <string_view>

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
inline constexpr std::string_view kSquashTensor = "tables.squash";
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

// The tensors of trained states; `prefix` is kStatePrefix or kNetworkStatePrefix. All profiles
// share one adaptive probability map.
[[nodiscard]] inline std::string apm_tensor(std::string_view prefix) {
  return std::string(prefix) + "apm";
}
struct StateTensors {
  std::string weights;
  std::string final_weights;
  std::string list_maps;
  std::string match_maps;
};
[[nodiscard]] inline StateTensors state_tensors(std::string_view prefix, std::size_t profile) {
  const std::string begin = std::string(prefix) + std::to_string(profile) + ".";
  return {begin + "weights", begin + "final_weights", begin + "list_maps", begin + "match_maps"};
}

// Mixer weights are stored in 16 bits with 12 fractional bits, four fewer than the mixer uses.
inline constexpr int kStoredWeightShift = 4;

}  // namespace czip::v2
