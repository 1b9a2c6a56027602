#include "czip/codec/v2/coding/prior_inputs.hpp"

#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "support/linear_logistic.hpp"
#include "support/prior_tables.hpp"
#include "support/small_trees.hpp"

namespace czip::v2 {
namespace {

using test::prior_entry;
using test::prior_header;
using test::PriorTables;
using Inputs = std::array<std::int32_t, 6>;

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
                   .value()) {}

  // The contexts of both orders have the fingerprint 7.
  void begin() {
    Contexts contexts;
    contexts.order.fill(7 << 8);
    inputs_.begin_token(contexts);
    node_ = root_node(tree_);
  }
  Inputs inputs() {
    Inputs inputs;
    inputs.fill(0);
    inputs_.predict(node_, logistic_, inputs);
    return inputs;
  }
  void code(bool bit) {
    static_cast<void>(inputs());
    inputs_.update(bit);
    node_ = child_node(tree_, node_, bit);
  }
  [[nodiscard]] std::uint32_t highest_order() const { return inputs_.highest_order(); }

 private:
  CodeTree tree_ = test::tree_of_16();
  Logistic logistic_ = test::linear_logistic();
  PriorTables order_1_;
  PriorTables order_2_;
  Prior prior_;
  PriorInputs inputs_{prior_};
  Node node_;
};

}  // namespace

TEST_CASE("order 0 says how much of the node's range is in its upper half") {
  Fixture prior({}, {});
  prior.begin();
  CHECK(prior.highest_order() == 0);
  // Both halves have 8 * 2^28 * 2^8 = 2^39: (2^39 + 1) * 65535 // (2^40 + 2) = 32767, stretched
  // 2047 - 2047 = 0; orders that do not know the context say 0, too.
  CHECK(prior.inputs() == Inputs{0, 0, 0, 0, 0, 0});
}

TEST_CASE("an order that knows the context mixes what it lists with the order below") {
  // Rank 10, scale 1, level 0: 44488 of 65536; the escape is 21048.
  Fixture prior({prior_header(7, 1, 1), prior_entry(10, 0)}, {});
  prior.begin();
  CHECK(prior.highest_order() == 1);
  // lower = 21048 * 2^39 >> 16 = 21048 * 2^23
  // upper = 44488 * 2^24 + 21048 * 2^23 = 110024 * 2^23, of 131072 * 2^23 = 2^40
  // (upper + 1) * 65535 // (2^40 + 2) = 65535 * 0.839417 = 55011; 3438 - 2047
  CHECK(prior.inputs() == Inputs{0, 1391, 0, 0, 0, 0});
  prior.code(true);  // 8..15, split 12
  // lower = 44488 * 2^24 + 21048 * 2^22 = 199000 * 2^22, upper = 21048 * 2^22, of 220048 * 2^22
  // 65535 * 21048 / 220048 = 6268.6; 391 - 2047
  CHECK(prior.inputs() == Inputs{0, -1656, 0, 0, 0, 0});
  prior.code(true);  // 12..15, split 14: nothing is listed there
  // Both 21048 * 2^21: 32767
  CHECK(prior.inputs() == Inputs{0, 0, 0, 0, 0, 0});
  CHECK(prior.highest_order() == 1);  // it knows the context all the same
}

TEST_CASE("a higher order is mixed with what the lower one says") {
  // Order 1: rank 2 with 44488. Order 2: ranks 3 and 12 with 31457 and 18504 (31457 * 10 // 17).
  Fixture prior({prior_header(7, 1, 1), prior_entry(2, 0)},
                {prior_header(7, 2, 2), prior_entry(3, 0), prior_entry(12, 1)});
  prior.begin();
  CHECK(prior.highest_order() == 2);
  // Order 1: lower = 110024 * 2^23, upper = 21048 * 2^23: 65535 * 21048 / 131072 = 10523.8;
  // 657 - 2047.
  // Order 2: escape = 65536 - 49961 = 15575; in units of 2^7:
  //   lower = 31457 * 2^17 + (15575 * 110024) = 4123131904 + 1713623800 = 5836755704
  //   upper = 18504 * 2^17 + (15575 * 21048) = 2425356288 + 327822600 = 2753178888
  // 65535 * 2753178888 / 8589934592 = 21004.7; 1312 - 2047
  CHECK(prior.inputs() == Inputs{0, -1390, -735, 0, 0, 0});
}

TEST_CASE("an order that does not know the context is left out between others") {
  Fixture prior({prior_header(8, 1, 1), prior_entry(2, 0)},
                {prior_header(7, 1, 1), prior_entry(10, 0)});
  prior.begin();
  CHECK(prior.highest_order() == 2);
  // Order 2 is mixed with order 0, as in the first test of one order.
  CHECK(prior.inputs() == Inputs{0, 0, 1391, 0, 0, 0});
}

TEST_CASE("both halves have one part more, so that a node without probability is even") {
  // Ranks 1 and 9 have all but one part in 65536; every rank has 1 of 2^32 in order 0.
  Fixture prior({prior_header(7, 2, 0), prior_entry(1, 0), prior_entry(9, 1)}, {}, 1);
  prior.begin();
  prior.code(true);
  prior.code(true);  // 12..15, split 14
  // Order 0: 2 * 256 in both halves. Order 1: 512 >> 16 = 0 in both: (0 + 1) * 65535 // 2 = 32767.
  CHECK(prior.inputs() == Inputs{0, 0, 0, 0, 0, 0});
  prior.code(true);  // 14 and 15, the same
  CHECK(prior.inputs() == Inputs{0, 0, 0, 0, 0, 0});
}

TEST_CASE("what a list leaves is one part in 65536 at least") {
  // 62915 + 37008, limited to 65535: ranks 1 and 9 have 62915 and 2620.
  Fixture prior({prior_header(7, 2, 0), prior_entry(1, 0), prior_entry(9, 1)}, {});
  prior.begin();
  // lower = 62915 * 2^24 + 2^23, upper = 2620 * 2^24 + 2^23, of 2^40:
  // 65535 * (2620.5 / 65536) = 2620.46; 163 - 2047
  CHECK(prior.inputs() == Inputs{0, -1884, 0, 0, 0, 0});
}

}  // namespace czip::v2
