// czip-model-v2.md, section 2.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "bytes.hpp"
#include "constants.hpp"
#include "llm_predictor.hpp"
#include "network.hpp"
#include "recurrent.hpp"

namespace reference {

// The format's version, too: another one has another name.
constexpr const char* kModelFormat = "czip-model-v2";

struct PriorOrder {
  std::vector<std::uint32_t> index;
  std::vector<std::uint16_t> cells;
  std::uint32_t buckets_log2 = 0;
};

// Of the mixers: that of the candidate, that of the tree.
struct TrainedState {
  std::array<std::vector<std::int32_t>, 2> weights;  // Q16
  std::array<std::vector<std::int32_t>, 2> final_weights;
  std::vector<std::uint32_t> list_maps;
  std::vector<std::uint32_t> match_maps;
};

using TrainedStates = std::array<TrainedState, kProfiles.size()>;

struct Model {
  Hash128 hash;
  std::vector<std::string> tokens;
  std::vector<std::uint16_t> order;                    // [rank]: its token
  std::uint32_t root = 0;                              // the split of the root
  std::vector<std::array<std::uint32_t, 2>> children;  // [split][bit]; 0: a leaf
  std::vector<std::uint64_t> order0_below;             // [r]: probability of the ranks below r, Q32
  std::vector<PriorOrder> orders;                      // [k - 1]
  TrainedStates states;                                // for blocks without the network
  std::optional<Network> network;
  TrainedStates network_states;  // for blocks with it; those of profiles without it are empty
  std::optional<Recurrent> recurrent;
  std::optional<llm::LanguageModel> language;
};

Model parse_model(const Bytes& file);

}  // namespace reference
