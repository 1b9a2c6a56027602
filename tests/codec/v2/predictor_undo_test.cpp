// What is learned of a text is undone exactly: a predictor that goes back predicts as one that
// never saw the text.
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "czip/codec/v2/coding/predictor.hpp"
#include "support/logistic.hpp"
#include "support/prior_tables.hpp"
#include "support/small_trees.hpp"
#include "support/splitmix64.hpp"
#include "support/v2_seeded_recurrent.hpp"

namespace czip::v2 {
namespace {

using Ranks = std::vector<std::uint32_t>;

constexpr std::array<std::string_view, 16> kTokens{"a", "b",   " ", "\n", ",",  "(", ")",  "=",
                                                   "c", "the", ".", "x",  "\t", ":", "\"", "ing"};

// Some tokens often follow others, so that lists, matches and counters have something to learn.
Ranks text_of(std::uint64_t seed, std::size_t tokens) {
  test::SplitMix64 random(seed);
  Ranks ranks{0};
  while (ranks.size() < tokens) {
    const bool repeats = ranks.size() > 20 && random.between(0, 5) == 0;
    const auto any = static_cast<std::uint32_t>(random.next() % 16);
    if (repeats) {
      const auto from = static_cast<std::size_t>(random.next() % (ranks.size() - 10));
      for (std::size_t i = from; i < from + 10; ++i) ranks.push_back(ranks[i]);
    } else {
      ranks.push_back(random.between(0, 2) == 0 ? any : (ranks.back() * 5 + 3) % 16);
    }
  }
  return ranks;
}

// A prior of two orders that find something in most contexts.
class Tables {
 public:
  Tables() {
    file_ = test::write_safetensors(test::make_seeded_recurrent_v2());
    auto network =
        RecurrentNetwork::create(safetensors::File::parse(file_).value(), best_simd_level());
    REQUIRE(network.has_value());
    network_ = std::make_unique<RecurrentNetwork>(std::move(*network));
  }
  [[nodiscard]] PredictorTables tables(bool recurrent) const {
    return {&test::logistic(), &tree_, &prior_, recurrent ? network_.get() : nullptr};
  }

 private:
  static test::PriorTables order(std::uint64_t seed) {
    test::SplitMix64 random(seed);
    std::vector<std::uint16_t> cells;
    for (std::uint32_t fingerprint = 0; fingerprint < 256; ++fingerprint) {
      if (random.between(0, 3) == 0) continue;
      const auto entries = static_cast<std::uint32_t>(random.between(1, 4));
      cells.push_back(test::prior_header(fingerprint, entries, 3));
      std::uint32_t rank = 0;
      for (std::uint32_t i = 0; i < entries; ++i) {
        cells.push_back(test::prior_entry(rank, static_cast<std::uint32_t>(random.between(0, 7))));
        rank += static_cast<std::uint32_t>(random.between(1, 4));
      }
    }
    return {{0, static_cast<std::uint32_t>(cells.size())}, cells};
  }

  CodeTree tree_ = test::tree_of_16();
  test::PriorTables order_1_ = order(1);
  test::PriorTables order_2_ = order(2);
  Prior prior_ =
      Prior::create(std::vector<std::uint32_t>(16, 1 << 28), {order_1_.order(), order_2_.order()})
          .value();
  std::vector<std::uint8_t> file_;
  std::unique_ptr<RecurrentNetwork> network_;
};

Stream new_stream() { return {0, History(100), {}, {}, 0}; }

// Codes the text, with what changes saved to `log`, and returns the probabilities of all decisions.
std::vector<std::uint32_t> code(Predictor& predictor, Stream& stream, const Ranks& ranks,
                                UndoLog* log = nullptr) {
  std::vector<std::uint32_t> all;
  for (const std::uint32_t rank : ranks) {
    predictor.begin_token(stream, log);
    while (!predictor.decided()) {
      all.push_back(predictor.predict(0));
      const bool bit = predictor.decision().bit(rank);
      if (log != nullptr) predictor.save_update(bit, *log);
      predictor.update(bit);
    }
    predictor.end_token(kTokens[rank]);
  }
  return all;
}

void check_same_state(const Predictor& a, const Predictor& b) {
  const TrainedState x = a.trained_state(), y = b.trained_state();
  CHECK(x.weights == y.weights);
  CHECK(x.final_weights == y.final_weights);
  CHECK(x.list_maps == y.list_maps);
  CHECK(x.match_maps == y.match_maps);
}

}  // namespace

TEST_CASE("a text is undone, in every profile, line by line or with all tables") {
  const Tables tables;
  const Ranks context = text_of(1, 1500);
  for (std::size_t profile = 0; profile < kProfiles.size(); ++profile) {
    for (const bool recurrent : {false, true}) {
      for (const bool by_line : {false, true}) {
        CAPTURE(profile);
        CAPTURE(recurrent);
        CAPTURE(by_line);
        const auto make = [&] {
          return Predictor(tables.tables(recurrent), kProfiles[profile],
                           TrainedState::initial(kProfiles[profile]),
                           TableSizes::for_text(100, kProfiles[profile]), best_simd_level());
        };
        Predictor undoing = make(), plain = make();
        Stream undoing_stream = new_stream(), plain_stream = new_stream();
        REQUIRE(code(undoing, undoing_stream, context) == code(plain, plain_stream, context));
        for (std::uint64_t seed = 2; seed < 4; ++seed) {
          Stream stream = undoing_stream;
          UndoLog log;
          undoing.save_small_tables(log);
          if (!by_line) undoing.save_large_tables(log);
          static_cast<void>(code(undoing, stream, text_of(seed, 800), by_line ? &log : nullptr));
          log.roll_back();
          check_same_state(undoing, plain);
        }
        // Lists, counters and matches of the texts' contexts show here, if any of them has changed.
        const Ranks after = text_of(2, 3000);
        CHECK(code(undoing, undoing_stream, after) == code(plain, plain_stream, after));
        check_same_state(undoing, plain);
      }
    }
  }
}

TEST_CASE("the same text has the same probabilities after it was undone") {
  const Tables tables;
  Predictor predictor(tables.tables(true), kProfiles[2], TrainedState::initial(kProfiles[2]),
                      TableSizes::for_text(100, kProfiles[2]), best_simd_level());
  Stream stream = new_stream();
  static_cast<void>(code(predictor, stream, text_of(1, 500)));
  const Ranks text = text_of(5, 300);
  std::vector<std::uint32_t> first;
  for (int i = 0; i < 3; ++i) {
    Stream copy = stream;
    UndoLog log;
    predictor.save_small_tables(log);
    const auto probabilities = code(predictor, copy, text, &log);
    log.roll_back();
    if (i == 0) first = probabilities;
    CHECK(probabilities == first);
  }
}

TEST_CASE("a recurrent network changes what is predicted, in the profiles that it takes part in") {
  const Tables tables;
  const Ranks text = text_of(1, 300);
  for (std::size_t profile = 0; profile < kProfiles.size(); ++profile) {
    const auto probabilities = [&](bool recurrent) {
      Predictor predictor(tables.tables(recurrent), kProfiles[profile],
                          TrainedState::initial(kProfiles[profile]),
                          TableSizes::for_text(100, kProfiles[profile]), best_simd_level());
      Stream stream = new_stream();
      return code(predictor, stream, text);
    };
    CHECK((probabilities(true) == probabilities(false)) == !kProfiles[profile].recurrent);
  }
}

}  // namespace czip::v2
