// czip-model-v2.md, section 2.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "bytes.hpp"
#include "network.hpp"

namespace reference {

constexpr std::size_t kWeightSets = 768 + 64 + 384 + 1024 + 1024;
constexpr std::size_t kFinalWeightSets = 64;
constexpr std::size_t kApmPoints = 33;
constexpr std::size_t kListStates = 1176;
constexpr std::size_t kMatchStates = 128;
constexpr std::array<std::size_t, 3> kProfileLists{8, 16, 20};
constexpr std::array<std::size_t, 3> kProfileInputs{24, 32, 40};

struct PriorOrder {
  std::vector<std::uint32_t> index;
  std::vector<std::uint16_t> cells;
  std::uint32_t buckets_log2 = 0;
};

struct TrainedState {
  std::vector<std::int32_t> weights;  // Q16
  std::vector<std::int32_t> final_weights;
  std::vector<std::uint32_t> list_maps;
  std::vector<std::uint32_t> match_maps;
};

struct TrainedStates {
  std::vector<std::uint16_t> apm;
  std::array<TrainedState, 3> profiles;
};

struct Model {
  Hash128 hash;
  std::vector<std::string> tokens;
  std::vector<std::uint16_t> order;                    // [rank]: its token
  std::uint32_t root = 0;                              // the split of the root
  std::vector<std::array<std::uint32_t, 2>> children;  // [split][bit]; 0: a leaf
  std::vector<std::uint16_t> squash;
  std::vector<std::uint64_t> order0_below;  // [r]: probability of the ranks below r, Q32
  std::vector<PriorOrder> orders;           // [k - 1]
  TrainedStates states;                     // for blocks without the network
  std::optional<Network> network;
  TrainedStates network_states;  // for blocks with it; profile 0 is empty
};

Model parse_model(const Bytes& file);

}  // namespace reference
