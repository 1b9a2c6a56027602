#include "czip/codec/v2/coding/recurrent_inputs.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <vector>

#include "support/logistic.hpp"
#include "support/small_trees.hpp"
#include "support/v2_seeded_recurrent.hpp"

namespace czip::v2 {
namespace {

using test::about;
using test::at;
using test::logistic;

class Fixture {
 public:
  Fixture() {
    file_ = test::write_safetensors(test::make_seeded_recurrent_v2());
    const auto parsed = safetensors::File::parse(file_);
    REQUIRE(parsed.has_value());
    auto network = RecurrentNetwork::create(*parsed, best_simd_level());
    REQUIRE_MESSAGE(network.has_value(), network.error().message);
    network_ = std::make_unique<RecurrentNetwork>(std::move(*network));
    inputs.reset(network_.get(), tree);
  }
  // The probability of a 1 at each node, by the network alone.
  double one_at(std::uint32_t split) const {
    return logistic().squash(network_->logit(state, split)) / 4194304.0;
  }
  // That of a token: the product on the way to it.
  double of_token(std::uint32_t rank) const {
    double product = 1;
    for (std::uint32_t split = tree.root(); split != CodeTree::kLeaf;
         split = tree.child(split, rank >= split))
      product *= rank >= split ? one_at(split) : 1 - one_at(split);
    return product;
  }
  double of_range(std::uint32_t low, std::uint32_t high, std::uint32_t but) const {
    double sum = 0;
    for (std::uint32_t rank = low; rank < high; ++rank) sum += rank == but ? 0 : of_token(rank);
    return sum;
  }

  CodeTree tree = test::tree_of_16();
  RecurrentInputs inputs;
  RecurrentState state;

 private:
  std::vector<std::uint8_t> file_;
  std::unique_ptr<RecurrentNetwork> network_;
};

double stretched(double p) { return 256 * std::log(p / (1 - p)); }

// A part of the stretch table covers some 4 units at most in the middle, more near the ends, where
// the rounding of 22 bits shows, too.
void check_close(std::int32_t input, double p) {
  REQUIRE(p > 1e-4);
  REQUIRE(p < 1 - 1e-4);
  CHECK(input >= stretched(p) - 12);
  CHECK(input <= stretched(p) + 12);
}

}  // namespace

TEST_CASE("without a network every input is 0, and no state is made") {
  const CodeTree tree = test::tree_of_16();
  RecurrentInputs inputs;
  inputs.reset(nullptr, tree);
  RecurrentState state;
  inputs.begin_token(state, 5);
  CHECK(state.empty());
  inputs.set_candidate(3, logistic());
  CHECK(inputs.input(about(3), logistic()) == 0);
  CHECK(inputs.input(at(root_node(tree), 3), logistic()) == 0);
}

TEST_CASE("the candidate's probability is the product on the way to it") {
  Fixture f;
  for (const std::uint32_t last : {0U, 9U, 4U}) {
    f.inputs.begin_token(f.state, last);
    double sum = 0;
    for (std::uint32_t candidate = 0; candidate < 16; ++candidate) {
      CAPTURE(candidate);
      f.inputs.set_candidate(candidate, logistic());
      const double p = f.of_token(candidate);
      if (p > 1e-4) check_close(f.inputs.input(about(candidate), logistic()), p);
      sum += p;
    }
    CHECK(sum == doctest::Approx(1));
  }
}

TEST_CASE("a node on the way to the candidate is told that it has not come") {
  Fixture f;
  f.inputs.begin_token(f.state, 5);
  int compared = 0;
  for (std::uint32_t candidate = 0; candidate < 16; ++candidate) {
    f.inputs.set_candidate(candidate, logistic());
    for (Node node = root_node(f.tree); node.split != CodeTree::kLeaf;
         node = child_node(f.tree, node, candidate >= node.split)) {
      CAPTURE(candidate);
      CAPTURE(node.split);
      const double zero = f.of_range(node.low, node.split, candidate);
      const double one = f.of_range(node.split, node.high, candidate);
      if (zero == 0 || one == 0) continue;  // takes no bit
      const double p = one / (zero + one);
      if (p < 1e-4 || p > 1 - 1e-4) continue;
      check_close(f.inputs.input(at(node, candidate), logistic()), p);
      ++compared;
    }
  }
  CHECK(compared > 30);
}

TEST_CASE("a node beside the way to the candidate has the network's own logit") {
  Fixture f;
  f.inputs.begin_token(f.state, 5);
  f.inputs.set_candidate(3, logistic());
  Node node = child_node(f.tree, root_node(f.tree), true);  // 8..15
  const double p = f.one_at(node.split);
  check_close(f.inputs.input(at(node, 3), logistic()), p);
  // The same whatever the candidate is, as long as it is elsewhere.
  const std::int32_t input = f.inputs.input(at(node, 3), logistic());
  f.inputs.set_candidate(7, logistic());
  CHECK(f.inputs.input(at(node, 7), logistic()) == input);
}

TEST_CASE("a node whose side is the candidate alone stays within bounds") {
  Fixture f;
  f.inputs.begin_token(f.state, 5);
  for (std::uint32_t candidate = 0; candidate < 16; ++candidate) {
    f.inputs.set_candidate(candidate, logistic());
    Node node = root_node(f.tree);
    for (int depth = 0; depth < 3; ++depth)
      node = child_node(f.tree, node, candidate >= node.split);
    const std::int32_t input = f.inputs.input(at(node, candidate), logistic());
    CHECK(input >= -kMaxStretch);
    CHECK(input <= kMaxStretch);
    // The other side is all that is left.
    CHECK((candidate >= node.split ? input < -2500 : input > 2500));
  }
}

TEST_CASE("a state of no network becomes one, and a stream's state follows its own tokens") {
  Fixture f;
  RecurrentState other;
  f.inputs.begin_token(f.state, 5);
  f.inputs.begin_token(f.state, 9);
  f.inputs.begin_token(other, 5);
  CHECK_FALSE(other.empty());
  f.inputs.begin_token(other, 9);
  f.inputs.set_candidate(2, logistic());
  const std::int32_t of_other = f.inputs.input(about(2), logistic());
  RecurrentState third;
  f.inputs.begin_token(third, 9);
  f.inputs.set_candidate(2, logistic());
  CHECK(f.inputs.input(about(2), logistic()) != of_other);
  f.inputs.begin_token(third, 5);
  f.inputs.begin_token(f.state, 3);
  f.inputs.begin_token(other, 3);
  f.inputs.set_candidate(11, logistic());
  const std::int32_t after = f.inputs.input(about(11), logistic());
  RecurrentState again;
  for (const std::uint32_t rank : {5U, 9U, 3U}) f.inputs.begin_token(again, rank);
  f.inputs.set_candidate(11, logistic());
  CHECK(f.inputs.input(about(11), logistic()) == after);
}

}  // namespace czip::v2
