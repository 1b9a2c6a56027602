// czip-model-v2.md, section 2.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "bytes.hpp"
#include "network.hpp"

namespace reference {

constexpr std::size_t kMixerSets = 768 + 64 + 384 + 1024 + 1024;
constexpr std::size_t kFinalSets = 64;
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

struct FirstState {
  std::vector<std::int32_t> weights;  // Q16
  std::vector<std::int32_t> final_weights;
  std::vector<std::uint32_t> list_maps;
  std::vector<std::uint32_t> match_maps;
};

struct FirstStates {
  std::vector<std::uint16_t> apm;
  std::array<FirstState, 3> profiles;
};

struct Model {
  Hash128 hash;
  std::vector<std::string> tokens;
  std::vector<std::uint16_t> order;                    // the token of each rank
  std::uint32_t root = 0;                              // a split
  std::vector<std::array<std::uint32_t, 2>> children;  // by split and bit; 0: a leaf
  std::vector<std::uint16_t> squash;
  std::vector<std::uint64_t> order0_below;  // [r]: probability of the ranks below r
  std::vector<PriorOrder> orders;           // [k - 1]
  FirstStates states;                       // where no network takes part
  std::optional<Network> network;
  FirstStates network_states;  // where it does, which is never in profile 0
};

Model parse_model(const Bytes& file);

}  // namespace reference
