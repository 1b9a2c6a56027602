#include "czip/codec/v2/coding/network_prediction.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "czip/codec/v2/model/network.hpp"
#include "support/logistic.hpp"
#include "support/small_trees.hpp"
#include "support/v2_seeded_network.hpp"

namespace czip::v2 {
namespace {

using test::about;
using test::at;
using test::logistic;

// A network over the tree of 16 tokens, in groups of at most 4: 0-3, 4-7, 8-11 and 12-15.
class Fixture {
 public:
  // `equal`: the head's weights are 0, so that all logits are 0 and all groups and all tokens of a
  // group are equally likely.
  explicit Fixture(bool equal) {
    test::SeededNetworkV2Options options;
    options.config.vocabulary = 16;
    options.config.group_size = 4;
    options.groups = groups_.size();
    test::SafetensorsContent content = test::make_seeded_network_v2(options);
    if (equal) {
      for (const char* name : {"network.group_head", "network.head"}) {
        auto& bytes = content.tensor(name).bytes;
        std::fill(bytes.begin(), bytes.end(), std::uint8_t{0});
      }
    }
    file_ = test::write_safetensors(content);
    const auto parsed = safetensors::File::parse(file_);
    REQUIRE(parsed.has_value());
    auto network = Network::create(*parsed, SimdLevel::scalar, network_order(tree_, groups_));
    REQUIRE_MESSAGE(network.has_value(), network.error().message);
    network_ = std::make_unique<Network>(std::move(*network));
  }
  NetworkStreams streams(std::uint32_t count) const {
    return NetworkStreams::create(*network_, groups_, count).value();
  }
  const CodeTree& tree() const { return tree_; }

 private:
  CodeTree tree_ = test::tree_of_16();
  TokenGroups groups_{tree_, 4};
  std::vector<std::uint8_t> file_;
  std::unique_ptr<Network> network_;
};

}  // namespace

TEST_CASE("without a network every input is 0") {
  const Fixture f(true);
  NetworkPrediction prediction(logistic(), nullptr, 0);
  CHECK(prediction.input(at(root_node(f.tree()))) == 0);
  CHECK(prediction.input(about(3)) == 0);
}

TEST_CASE("a node between groups asks for groups, one within a group for its tokens") {
  const Fixture f(true);
  NetworkStreams streams = f.streams(1);
  streams.step(1);
  NetworkPrediction prediction(logistic(), &streams, 0);
  Node node = root_node(f.tree());
  // Halves everywhere: 4194303 // 2 = 2097151, stretched 0 (logistic_test.cpp).
  CHECK(prediction.input(at(node)) == 0);  // groups 0, 1 against 2, 3
  node = child_node(f.tree(), node, true);
  CHECK(prediction.input(at(node)) == 0);  // 2 against 3
  node = child_node(f.tree(), node, false);
  CHECK(prediction.input(at(node)) == 0);  // tokens 8, 9 against 10, 11
}

TEST_CASE("the candidate has its group's frequency times its share of the group") {
  const Fixture f(true);
  NetworkStreams streams = f.streams(1);
  streams.step(1);
  for (const std::uint32_t candidate : {0u, 6u, 15u}) {
    NetworkPrediction prediction(logistic(), &streams, 0);
    // A quarter of a quarter: 4194303 / 16.
    CHECK(prediction.input(about(candidate)) == test::stretch(262'143));
  }
}

TEST_CASE("nodes are told that the candidate has not come") {
  const Fixture f(true);
  NetworkStreams streams = f.streams(1);
  streams.step(1);
  NetworkPrediction prediction(logistic(), &streams, 0);
  Node node = root_node(f.tree());
  // All tokens are equally likely, and 9 is ruled out.
  CHECK(prediction.input(at(node, 9)) == test::stretch(1'957'341));  // 7 of 15: 1957341.4
  node = child_node(f.tree(), node, true);                           // 8..15
  CHECK(prediction.input(at(node, 9)) == test::stretch(2'396'744));  // 4 of 7: 2396744.6
  const Node beside = child_node(f.tree(), node, true);              // 12..15
  node = child_node(f.tree(), node, false);                          // 8..11
  CHECK(prediction.input(at(node, 9)) == test::stretch(2'796'202));  // 2 of 3
  CHECK(prediction.input(at(beside, 9)) == 0);
  // 8 is alone with 9: nothing is left for a 1, and both sides have one part more.
  node = child_node(f.tree(), node, false);
  CHECK(prediction.input(at(node, 9)) == test::stretch(0));
}

TEST_CASE("the input is the upper part of the node's cumulative frequencies") {
  const Fixture f(false);
  NetworkStreams streams = f.streams(2);
  streams.set_last_token(0, 5);
  streams.set_last_token(1, 9);
  streams.step(2);
  for (const std::uint32_t stream : {0u, 1u}) {
    const auto group_view = streams.group_cumulative(stream);
    const std::vector<std::uint64_t> groups(group_view.begin(), group_view.end());
    REQUIRE(groups.size() == 5);
    for (std::uint32_t rank = 0; rank < 16; ++rank) {
      const auto member_view = streams.member_cumulative(stream, rank / 4);
      const std::vector<std::uint64_t> members(member_view.begin(), member_view.end());
      REQUIRE(members.size() == 5);
      NetworkPrediction prediction(logistic(), &streams, stream);
      Node node = root_node(f.tree());
      for (int depth = 0; depth < 4; ++depth) {
        // Between groups down to 4 ranks, then within one.
        const bool between = node.high - node.low > 4;
        const std::uint32_t unit = between ? 4 : 1, first = between ? 0 : rank / 4 * 4;
        const auto& c = between ? groups : members;
        const std::uint64_t l = c[(node.low - first) / unit];
        const std::uint64_t m = c[(node.split - first) / unit];
        const std::uint64_t h = c[(node.high - first) / unit];
        const std::uint64_t p = (h - m + 1) * 4'194'303 / (h - l + 2);
        CHECK(prediction.input(at(node)) == test::stretch(p));
        node = child_node(f.tree(), node, rank >= node.split);
      }
    }
  }
}

TEST_CASE("a stream begins with token 0, and depends on its own tokens alone") {
  const Fixture f(false);
  const auto root_input = [&](NetworkStreams& streams, std::uint32_t stream) {
    return NetworkPrediction(logistic(), &streams, stream).input(at(root_node(f.tree())));
  };
  NetworkStreams one = f.streams(1), zero = f.streams(1), both = f.streams(2);
  one.step(1);
  zero.set_last_token(0, 0);
  zero.step(1);
  CHECK(root_input(one, 0) == root_input(zero, 0));
  both.step(2);
  CHECK(root_input(both, 1) == root_input(one, 0));
  one.set_last_token(0, 7);
  one.step(1);
  both.set_last_token(0, 3);
  both.set_last_token(1, 7);
  both.step(2);
  CHECK(root_input(both, 1) == root_input(one, 0));
  CHECK(root_input(both, 0) != root_input(one, 0));
}

TEST_CASE("what is left without the candidate, by frequencies of any size") {
  const Fixture f(false);
  NetworkStreams streams = f.streams(1);
  streams.set_last_token(0, 5);
  streams.step(1);
  const auto group_view = streams.group_cumulative(0);
  const std::vector<std::uint64_t> groups(group_view.begin(), group_view.end());
  for (std::uint32_t candidate = 0; candidate < 16; ++candidate) {
    const std::uint32_t group = candidate / 4;
    const auto member_view = streams.member_cumulative(0, group);
    const std::vector<std::uint64_t> members(member_view.begin(), member_view.end());
    const std::uint64_t of_member = members[candidate % 4 + 1] - members[candidate % 4];
    const std::uint64_t share = (of_member << 31) / members[4];
    const std::uint64_t of_candidate = (groups[group + 1] - groups[group]) * share >> 31;
    NetworkPrediction prediction(logistic(), &streams, 0);
    CHECK(prediction.input(about(candidate)) ==
          test::stretch((of_candidate + 1) * 4'194'303 / (groups[4] + 2)));
    // The root: groups 0 and 1 against 2 and 3.
    std::uint64_t zero = groups[2], one = groups[4] - groups[2];
    (group < 2 ? zero : one) -= of_candidate;
    CHECK(prediction.input(at(root_node(f.tree()), candidate)) ==
          test::stretch((one + 1) * 4'194'303 / (zero + one + 2)));
  }
}

}  // namespace czip::v2
