#include "czip/codec/v2/coding/prior_inputs.hpp"

#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "support/logistic.hpp"
#include "support/prior_tables.hpp"
#include "support/small_trees.hpp"

namespace czip::v2 {
namespace {

using test::prior_entry;
using test::prior_header;
using test::PriorTables;
using Inputs = std::array<std::int32_t, 3>;

// Sixteen ranks of the same order-0 probability, 2^28 of 2^32 unless a test says otherwise; two
// orders of one bucket each.
class Fixture {
 public:
  Fixture(const std::vector<std::uint16_t>& cells_1, const std::vector<std::uint16_t>& cells_2,
          std::uint32_t order_0 = 1 << 28)
      : order_1_({0, static_cast<std::uint32_t>(cells_1.size())}, cells_1),
        order_2_({0, static_cast<std::uint32_t>(cells_2.size())}, cells_2),
        prior_(Prior::create(std::vector<std::uint32_t>(16, order_0),
                             {order_1_.order(), order_2_.order()})
                   .value()) {
    inputs_.reset(prior_, kMaxPriorOrder);
  }

  // The contexts of both orders have the fingerprint 7.
  void begin() {
    Contexts contexts;
    contexts.order.fill(7 << 8);
    inputs_.begin_token(contexts);
    inputs_.set_candidate(kNoToken);
    decision_ = test::at(root_node(tree_));
  }
  // The decision is about this candidate.
  void ask_for(std::uint32_t candidate) {
    inputs_.set_candidate(candidate);
    decision_ = test::about(candidate);
  }
  Inputs inputs() {
    Inputs inputs{9999, 9999, 9999};
    inputs_.predict(decision_, test::logistic(), inputs);
    return inputs;
  }
  void code(bool bit) {
    static_cast<void>(inputs());
    inputs_.update(decision_, bit);
    decision_ = decision_.is_candidate
                    ? test::at(root_node(tree_), decision_.candidate)
                    : test::at(child_node(tree_, decision_.node, bit), decision_.candidate);
  }
  [[nodiscard]] std::uint32_t highest_order() const { return inputs_.highest_order(); }
  [[nodiscard]] PriorInputs& prior() { return inputs_; }

 private:
  CodeTree tree_ = test::tree_of_16();
  PriorTables order_1_;
  PriorTables order_2_;
  Prior prior_;
  PriorInputs inputs_{best_simd_level()};
  Decision decision_;
};

// What order 0 says of two sides that are equal: 2097151 of 2^22.
const std::int32_t kEven = test::stretch(2'097'151);

}  // namespace

TEST_CASE("order 0 says how much of the node's range is in its upper half") {
  Fixture prior({}, {});
  prior.begin();
  CHECK(prior.highest_order() == 0);
  // Both halves have 8 * 2^28 * 2^8 = 2^39: (2^39 + 1) * 4194303 // (2^40 + 2) = 2097151. Places of
  // orders that there are not are 0.
  CHECK(kEven == 0);
  CHECK(prior.inputs() == Inputs{kEven, 0, 0});
  prior.ask_for(5);
  // 2^36 of 2^40: 4194303 / 16 = 262143.9
  CHECK(prior.inputs() == Inputs{test::stretch(262'143), 0, 0});
  prior.code(false);
  // 7 * 2^36 below the split without rank 5, 8 * 2^36 past it: 4194303 * 8 / 15 = 2236961.6
  CHECK(prior.inputs() == Inputs{test::stretch(2'236'961), 0, 0});
}

TEST_CASE("an order that knows the context mixes what it lists with the order below") {
  // Rank 10, scale 1, level 0: 44488 of 65536; the escape is 21048.
  Fixture prior({prior_header(7, 1, 1), prior_entry(10, 0)}, {});
  prior.begin();
  CHECK(prior.highest_order() == 1);
  // lower = 21048 * 2^39 >> 16 = 21048 * 2^23
  // upper = 44488 * 2^24 + 21048 * 2^23 = 110024 * 2^23, of 131072 * 2^23 = 2^40
  // 4194303 * 110024 / 131072 = 3520767.2; then order 0
  CHECK(prior.inputs() == Inputs{test::stretch(3'520'767), kEven, 0});
  prior.code(true);  // 8..15, split 12
  // lower = 44488 * 2^24 + 21048 * 2^22 = 199000 * 2^22, upper = 21048 * 2^22, of 220048 * 2^22
  // 4194303 * 21048 / 220048 = 401192.9
  CHECK(prior.inputs() == Inputs{test::stretch(401'192), kEven, 0});
  prior.code(true);  // 12..15, split 14: nothing is listed there
  // Both 21048 * 2^21.
  CHECK(prior.inputs() == Inputs{kEven, kEven, 0});
  CHECK(prior.highest_order() == 1);  // it knows the context all the same
}

TEST_CASE("a candidate that is listed has its probability and its part of the escape") {
  // Ranks 2 and 10: 44488 * 10 // 17 = 26169 and 15393; the escape is 23974.
  Fixture prior({prior_header(7, 2, 1), prior_entry(2, 1), prior_entry(10, 2)}, {});
  prior.begin();
  prior.ask_for(10);
  // one = 15393 * 2^24 + 23974 * 2^20 = (246288 + 23974) * 2^20, of 2^40
  // 4194303 * 270262 / 1048576 = 1081047.7
  CHECK(prior.inputs() == Inputs{test::stretch(1'081'047), test::stretch(262'143), 0});
  prior.ask_for(3);  // not listed: the escape's 16th: 4194303 * 23974 / 1048576 = 95895.98
  CHECK(prior.inputs() == Inputs{test::stretch(95'895), test::stretch(262'143), 0});
  prior.ask_for(10);
  prior.code(false);
  // The root without 10: below 26169 * 2^24 + 23974 * 2^23 = 76312 * 2^23, past it 7/8 of the
  // escape's half, 23974 * 7 * 2^20 = 20977.25 * 2^23: 4194303 * 20977.25 / 97289.25 = 904364.5
  CHECK(prior.inputs() == Inputs{test::stretch(904'364), test::stretch(1'957'341), 0});
  prior.code(true);  // 8..15, split 12: rank 10 stays a cell below, without a probability
  // 3 * 2^20 against 4 * 2^20 parts of the escape: 4194303 * 4 / 7 = 2396744.6
  CHECK(prior.inputs() == Inputs{test::stretch(2'396'744), test::stretch(2'396'744), 0});
}

TEST_CASE("a higher order is mixed with what the lower one says") {
  // Order 1: rank 2 with 44488. Order 2: ranks 3 and 12 with 31457 and 18504 (31457 * 10 // 17).
  Fixture prior({prior_header(7, 1, 1), prior_entry(2, 0)},
                {prior_header(7, 2, 2), prior_entry(3, 0), prior_entry(12, 1)});
  prior.begin();
  CHECK(prior.highest_order() == 2);
  // Order 1: lower = 110024 * 2^23, upper = 21048 * 2^23: 4194303 * 21048 / 131072 = 673535.8.
  // Order 2: escape = 65536 - 49961 = 15575; in units of 2^7:
  //   lower = 31457 * 2^17 + (15575 * 110024) = 4123131904 + 1713623800 = 5836755704
  //   upper = 18504 * 2^17 + (15575 * 21048) = 2425356288 + 327822600 = 2753178888
  // 4194303 * 2753178888 / 8589934592 = 1344325.3; the highest order comes first, then order 1,
  // then order 0
  CHECK(prior.inputs() == Inputs{test::stretch(1'344'325), test::stretch(673'535), kEven});
}

TEST_CASE("an order that does not know the context is left out between others") {
  Fixture prior({prior_header(8, 1, 1), prior_entry(2, 0)},
                {prior_header(7, 1, 1), prior_entry(10, 0)});
  prior.begin();
  CHECK(prior.highest_order() == 2);
  // Order 2 is mixed with order 0, as in the first test of one order.
  CHECK(prior.inputs() == Inputs{test::stretch(3'520'767), kEven, 0});
}

TEST_CASE("of more than three orders the highest three have inputs, of those that are asked for") {
  const PriorTables one({0, 2}, {prior_header(7, 1, 1), prior_entry(10, 0)});
  const Prior prior =
      Prior::create(std::vector<std::uint32_t>(16, 1 << 28),
                    {one.order(), one.order(), one.order(), one.order(), one.order()})
          .value();
  const CodeTree tree = test::tree_of_16();
  Contexts contexts;
  contexts.order.fill(7 << 8);
  const auto inputs_of = [&](std::uint32_t highest) {
    PriorInputs inputs(best_simd_level());
    inputs.reset(prior, highest);
    inputs.begin_token(contexts);
    CHECK(inputs.highest_order() == highest);
    Inputs values{};
    inputs.predict(test::at(root_node(tree)), test::logistic(), values);
    return values;
  };
  const Inputs three = inputs_of(3);
  const Inputs five = inputs_of(5);
  CHECK(inputs_of(0) == Inputs{kEven, 0, 0});
  CHECK(inputs_of(1) == Inputs{three[2], kEven, 0});
  CHECK(inputs_of(2) == Inputs{three[1], three[2], kEven});
  CHECK(five[2] == three[0]);
  CHECK(five[0] > five[1]);  // each order is surer of 10
  CHECK(five[1] > five[2]);
}

TEST_CASE("both halves have one part more, so that a node without probability is even") {
  // Ranks 1 and 9 have all but one part in 65536; every rank has 1 of 2^32 in order 0.
  Fixture prior({prior_header(7, 2, 0), prior_entry(1, 0), prior_entry(9, 1)}, {}, 1);
  prior.begin();
  prior.code(true);
  prior.code(true);  // 12..15, split 14
  // Order 0: 2 * 256 in both halves. Order 1: 512 >> 16 = 0 in both: (0 + 1) * 4194303 // 2.
  CHECK(prior.inputs() == Inputs{kEven, kEven, 0});
  prior.code(true);  // 14 and 15, the same
  CHECK(prior.inputs() == Inputs{kEven, kEven, 0});
}

TEST_CASE("what a list leaves is one part in 65536 at least, and no side has more than 1") {
  // 62915 + 37008 are more than 65536.
  Fixture prior({prior_header(7, 2, 0), prior_entry(1, 0), prior_entry(9, 1)}, {});
  prior.begin();
  // lower = 62915 * 2^24 + 2^23, upper = 37008 * 2^24 + 2^23:
  // 4194303 * 37008.5 / 99924 = 1553429.2
  CHECK(prior.inputs() == Inputs{test::stretch(1'553'429), kEven, 0});
  // A rank that is listed twice, as in no trained model: the first cell is the candidate's, and the
  // other remains: 62915 * 2^24 + 2^20 against as much and 15 * 2^20:
  // 4194303 * 1006641 / 2013296 = 2097136.9
  Fixture twice({prior_header(7, 2, 0), prior_entry(1, 0), prior_entry(1, 0)}, {});
  twice.begin();
  twice.ask_for(1);
  CHECK(twice.inputs()[0] == test::stretch(2'097'136));
}

TEST_CASE("cells that are not sorted give inputs within bounds, at every decision") {
  Fixture prior({prior_header(7, 6, 0), prior_entry(15, 0), prior_entry(1, 0), prior_entry(9, 1),
                 prior_entry(8191, 0), prior_entry(0, 0), prior_entry(9, 0)},
                {prior_header(7, 3, 0), prior_entry(12, 0), prior_entry(3, 0), prior_entry(8, 0)});
  for (std::uint32_t rank = 0; rank < 16; ++rank) {
    for (std::uint32_t candidate = 0; candidate < 16; ++candidate) {
      prior.begin();
      prior.ask_for(candidate);
      prior.code(false);
      for (const std::uint32_t place : {3u, 2u, 1u, 0u}) {
        for (const std::int32_t input : prior.inputs()) {
          CHECK(input >= -kMaxStretch);
          CHECK(input <= kMaxStretch);
        }
        prior.code((rank >> place & 1) != 0);
      }
    }
  }
}

TEST_CASE("the likeliest is that of the highest order, with its probability there") {
  Fixture prior({prior_header(7, 1, 1), prior_entry(2, 0)},
                {prior_header(7, 2, 2), prior_entry(3, 1), prior_entry(12, 0)});
  prior.begin();
  CHECK(prior.prior().likeliest().rank == 12);
  CHECK(prior.prior().likeliest().probability == 31'457);
  Fixture none({}, {});
  none.begin();
  CHECK(none.prior().likeliest().rank == 0);
  CHECK(none.prior().likeliest().probability == 0);
}

TEST_CASE("a likeliest rank past the vocabulary is none: order 0 stands for it, with 0") {
  for (const std::uint32_t rank : {16U, 8191U}) {
    Fixture prior({prior_header(7, 1, 1), prior_entry(2, 0)},
                  {prior_header(7, 2, 2), prior_entry(3, 1), prior_entry(rank, 0)});
    prior.begin();
    CHECK(prior.prior().likeliest().rank == 0);
    CHECK(prior.prior().likeliest().probability == 0);
  }
  Fixture last({prior_header(7, 1, 1), prior_entry(15, 0)}, {});
  last.begin();
  CHECK(last.prior().likeliest().rank == 15);
}

TEST_CASE("a place of the token is gone back to") {
  Fixture prior({prior_header(7, 2, 1), prior_entry(2, 1), prior_entry(10, 2)}, {});
  prior.begin();
  const auto place = prior.prior().place();
  const Inputs before = prior.inputs();
  prior.code(true);
  CHECK(prior.inputs() != before);
  prior.prior().go_to(place);
  Inputs again{};
  const CodeTree tree = test::tree_of_16();
  prior.prior().predict(test::at(root_node(tree)), test::logistic(), again);
  CHECK(again == before);
}

}  // namespace czip::v2
