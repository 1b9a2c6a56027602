// Which decisions a token takes, whatever the tree and the candidate, and looking at them without
// learning.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "czip/codec/v2/coding/predictor.hpp"
#include "support/logistic.hpp"
#include "support/small_trees.hpp"

namespace czip::v2 {
namespace {

class Fixture {
 public:
  // Order 0 makes `likeliest` the candidate while nothing else is known.
  Fixture(CodeTree tree, std::uint32_t likeliest, std::size_t profile = 2)
      : tree_(std::move(tree)),
        prior_(Prior::create(order0(tree_.size(), likeliest), {}).value()),
        predictor_({&test::logistic(), &tree_, &prior_}, kProfiles[profile],
                   TrainedState::initial(kProfiles[profile]),
                   TableSizes::for_text(1000, kProfiles[profile]), best_simd_level()) {}

  Predictor& operator*() { return predictor_; }
  Predictor* operator->() { return &predictor_; }
  void begin() { predictor_.begin_token(stream_); }
  [[nodiscard]] const CodeTree& tree() const { return tree_; }

 private:
  static std::vector<std::uint32_t> order0(std::uint32_t size, std::uint32_t likeliest) {
    std::vector<std::uint32_t> order0(size, 1 << 16);
    order0[likeliest] = 1 << 20;
    return order0;
  }

  CodeTree tree_;
  Prior prior_;
  Predictor predictor_;
  Stream stream_{0, History(100), {}, {}, 0};
};

// How many decisions the token takes: by sets of tokens, a bit is needed where both sides of a node
// have a token that is left.
std::uint32_t decisions_of(const CodeTree& tree, std::uint32_t candidate, std::uint32_t rank) {
  if (rank == candidate) return 1;
  std::set<std::uint32_t> left;
  for (std::uint32_t r = 0; r < tree.size(); ++r)
    if (r != candidate) left.insert(r);
  std::uint32_t decisions = 1;
  for (std::uint32_t split = tree.root(); split != CodeTree::kLeaf;
       split = tree.child(split, rank >= split)) {
    std::set<std::uint32_t> zero, one;
    for (const std::uint32_t r : left) (r >= split ? one : zero).insert(r);
    if (!zero.empty() && !one.empty()) ++decisions;
    left = rank >= split ? one : zero;
  }
  return decisions;
}

std::vector<CodeTree> trees() {
  std::vector<CodeTree> all;
  all.push_back(test::tree_of({1}));
  all.push_back(test::tree_of({1, 2}));
  all.push_back(test::tree_of({2, 1}));
  all.push_back(test::tree_of({1, 2, 3, 4, 5, 6}));
  all.push_back(test::tree_of({6, 5, 4, 3, 2, 1}));
  all.push_back(test::tree_of({3, 1, 2, 5, 4, 6}));
  all.push_back(test::tree_of_16());
  return all;
}

// The probabilities of the token's bits.
std::vector<std::uint32_t> code(Fixture& f, std::uint32_t rank) {
  std::vector<std::uint32_t> all;
  f.begin();
  while (!f->decided()) {
    const std::uint32_t p = f->predict(0);
    const bool bit = f->decision().bit(rank);
    REQUIRE(f->decision().can_be(rank));
    all.push_back(bit ? p : kProbabilityOne - p);
    f->update(bit);
  }
  REQUIRE(f->rank() == rank);
  f->end_token("a");
  return all;
}

struct Walk {
  double sum = 0;  // of the tokens' probabilities
  std::set<std::uint32_t> tokens;
};

// All tokens that decisions from here on lead to, without learning.
void walk(Fixture& f, double probability, Walk& all) {
  if (f->decided()) {
    all.sum += probability;
    CHECK(all.tokens.insert(f->rank()).second);
    return;
  }
  const double one = f->predict(0) / static_cast<double>(kProbabilityOne);
  const Predictor::Place here = f->place();
  for (const bool bit : {false, true}) {
    f->go_to(here);
    f->descend(bit);
    walk(f, probability * (bit ? one : 1 - one), all);
  }
}

}  // namespace

TEST_CASE("a token takes a bit at each node that leaves a choice without the candidate") {
  for (const CodeTree& tree : trees()) {
    for (std::uint32_t candidate = 0; candidate < tree.size(); ++candidate) {
      for (std::uint32_t rank = 0; rank < tree.size(); ++rank) {
        CAPTURE(tree.size());
        CAPTURE(candidate);
        CAPTURE(rank);
        Fixture f(tree, candidate);
        f.begin();
        CHECK(f->decision().candidate == candidate);
        CHECK(code(f, rank).size() == decisions_of(tree, candidate, rank));
      }
    }
  }
}

TEST_CASE("two tokens take one decision, three take two at most") {
  for (const std::uint32_t candidate : {0U, 1U}) {
    for (const std::uint32_t rank : {0U, 1U}) {
      Fixture f(test::tree_of({1}), candidate);
      CHECK(code(f, rank).size() == 1);
    }
  }
  for (const std::uint32_t candidate : {0U, 1U, 2U}) {
    for (const std::uint32_t rank : {0U, 1U, 2U}) {
      Fixture f(test::tree_of({1, 2}), candidate);
      CHECK(code(f, rank).size() == (rank == candidate ? 1 : 2));
    }
  }
}

TEST_CASE("decisions lead to every token once, with probabilities of 1 together") {
  for (const CodeTree& tree : trees()) {
    for (std::size_t profile = 0; profile < kProfiles.size(); ++profile) {
      Fixture f(tree, 0, profile);
      for (std::uint32_t i = 0; i < 30; ++i) {
        f.begin();
        const Predictor::Place first = f->place();
        Walk all;
        walk(f, 1, all);
        CHECK(all.tokens.size() == tree.size());
        CHECK(all.sum == doctest::Approx(1));
        f->go_to(first);
        const std::uint32_t rank = (i * i + i / 7) % tree.size();
        while (!f->decided()) {
          static_cast<void>(f->predict(0));
          f->update(f->decision().bit(rank));
        }
        CHECK(f->rank() == rank);
        f->end_token("a");
      }
    }
  }
}

TEST_CASE("to look ahead changes nothing of what is predicted and learned") {
  Fixture looking(test::tree_of_16(), 3);
  Fixture plain(test::tree_of_16(), 3);
  for (std::uint32_t i = 0; i < 200; ++i) {
    const std::uint32_t rank = (i * i % 11 + i % 3) % 16;
    looking.begin();
    plain.begin();
    const Predictor::Place first = looking->place();
    Walk all;
    walk(looking, 1, all);
    looking->go_to(first);
    while (!plain->decided()) {
      REQUIRE_FALSE(looking->decided());
      REQUIRE(looking->predict(0) == plain->predict(0));
      const bool bit = plain->decision().bit(rank);
      // In the middle of a token, too: from the place of this decision.
      const Predictor::Place here = looking->place();
      looking->descend(!bit);
      looking->go_to(here);
      REQUIRE(looking->predict(0) == plain->predict(0));
      looking->update(bit);
      plain->update(bit);
    }
    looking->end_token("ab,\n");
    plain->end_token("ab,\n");
  }
  const TrainedState a = looking->trained_state(), b = plain->trained_state();
  CHECK(a.weights == b.weights);
  CHECK(a.list_maps == b.list_maps);
  CHECK(a.match_maps == b.match_maps);
}

}  // namespace czip::v2
