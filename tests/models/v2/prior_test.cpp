#include "czip/codec/v2/coding/prior.hpp"

#include <doctest/doctest.h>

#include <map>
#include <numeric>
#include <random>

#include "czip/codec/v2/coding/hash.hpp"
#include "v2/prior/prior_trainer.hpp"

namespace czip::v2::training {
namespace {

constexpr std::uint32_t kRanks = 64;

// Documents in which 5 is always followed by 9, and after 5 9 comes 1 or 2, 2 three times as often.
std::vector<std::uint16_t> corpus() {
  std::mt19937 random(1);
  std::vector<std::uint16_t> ranks;
  for (int i = 0; i < 20000; ++i) {
    ranks.push_back(static_cast<std::uint16_t>(10 + random() % 50));
    if (random() % 4 == 0) {
      ranks.push_back(5);
      ranks.push_back(9);
      ranks.push_back(random() % 4 == 0 ? 1 : 2);
    }
    if (random() % 1000 == 0) ranks.push_back(static_cast<std::uint16_t>(kNoToken));
  }
  return ranks;
}

TrainedPrior train(unsigned threads) {
  const std::vector<std::size_t> budgets{4000, 4000, 4000};
  return train_prior(corpus(), kRanks, budgets, threads, {}).value();
}

// What a context lists, as probabilities.
std::map<std::uint32_t, double> listed(const Prior& prior,
                                       std::initializer_list<std::uint32_t> last) {
  std::uint64_t hash = 0;
  for (const std::uint32_t rank : last) hash = extend_context(hash, rank);
  const PriorList list = prior.find(static_cast<std::uint32_t>(last.size()), hash);
  std::map<std::uint32_t, double> probabilities;
  for (std::uint32_t i = 0; i < list.size; ++i) {
    probabilities[list.entry(i).rank] = list.probability_at(i) / 65536.0;
  }
  return probabilities;
}

}  // namespace

TEST_CASE("the prior knows what follows, how often, and stays within its bytes") {
  const TrainedPrior trained = train(1);
  const auto prior = Prior::create(trained.order0, trained.views());
  REQUIRE(prior.has_value());
  CHECK(prior->orders() == 3);
  for (const PriorTable& table : trained.orders) CHECK(table.size() <= 4000 + 8);
  CHECK(listed(*prior, {5}).at(9) > 0.9);
  const auto after = listed(*prior, {9, 5});
  CHECK(after.at(2) == doctest::Approx(0.75).epsilon(0.2));
  CHECK(after.at(1) == doctest::Approx(0.25).epsilon(0.3));
  CHECK(listed(*prior, {63}).empty());
  CHECK(prior->order0_cumulative(kRanks) <= std::uint64_t{1} << 32);
  for (std::uint32_t r = 0; r < kRanks; ++r) {
    CHECK(prior->order0_cumulative(r) < prior->order0_cumulative(r + 1));
  }
}

TEST_CASE("a prior keeps what occurred once where it has a byte for two tokens") {
  auto ranks = corpus();
  ranks.insert(ranks.end(), {61, 62, 63});
  const std::size_t enough = (ranks.size() + 1) / 2;
  for (const std::size_t bytes : {enough - 1, enough}) {
    const std::vector<std::size_t> budgets{bytes / 2, bytes / 2, bytes % 2};
    const TrainedPrior trained = train_prior(ranks, kRanks, budgets, 1, {}).value();
    const auto prior = Prior::create(trained.order0, trained.views());
    REQUIRE(prior.has_value());
    CHECK(listed(*prior, {62}).contains(63) == (bytes == enough));
  }
}

TEST_CASE("the prior is the same for any number of threads") {
  const TrainedPrior one = train(1), three = train(3);
  CHECK(one.order0 == three.order0);
  REQUIRE(one.orders.size() == three.orders.size());
  for (std::size_t k = 0; k < one.orders.size(); ++k) {
    CHECK(one.orders[k].index == three.orders[k].index);
    CHECK(one.orders[k].cells == three.orders[k].cells);
  }
}

TEST_CASE("a prior of any bytes is searched without leaving it, and lists ascending sums up to 1") {
  std::mt19937 random(1);
  const std::vector<std::uint32_t> order0(kRanks, 1 << 20);
  for (int round = 0; round < 200; ++round) {
    PriorTable table;
    table.buckets_log2 = 3;
    table.index.resize(4 * 9);
    table.cells.resize(2 * (random() % 100));
    for (auto& byte : table.cells) byte = static_cast<std::uint8_t>(random());
    for (std::size_t i = 0; i < table.index.size(); ++i) {
      table.index[i] = static_cast<std::uint8_t>(round % 2 == 0 && i % 4 != 0 ? 0 : random());
    }
    const auto prior = Prior::create(order0, {table.view()});
    REQUIRE(prior.has_value());
    for (int i = 0; i < 1000; ++i) {
      const std::uint64_t hash = std::uint64_t{random()} << 32 | random();
      prior->prefetch_index(1, hash);
      prior->prefetch_cells(1, hash);
      const PriorList list = prior->find(1, hash);
      if (list.size == 0) continue;
      REQUIRE(list.cells >= table.cells.data());
      REQUIRE(list.cells + 2 * std::size_t{list.size} <= table.cells.data() + table.cells.size());
    }
  }
}

TEST_CASE("tables of the wrong size and impossible probabilities are refused") {
  const std::vector<std::uint32_t> order0(kRanks, 1 << 20);
  PriorTable table{std::vector<std::uint8_t>(4 * 9), {}, 3};
  CHECK(Prior::create(order0, {table.view()}).has_value());
  table.index.pop_back();
  CHECK_FALSE(Prior::create(order0, {table.view()}).has_value());
  table.index.resize(4 * 9);
  table.cells.resize(3);
  CHECK_FALSE(Prior::create(order0, {table.view()}).has_value());
  CHECK_FALSE(Prior::create(std::vector<std::uint32_t>(kRanks, 0), {}).has_value());
  CHECK_FALSE(Prior::create(std::vector<std::uint32_t>(kRanks, 1 << 27), {}).has_value());
  CHECK_FALSE(Prior::create(std::vector<std::uint32_t>(kMaxPriorRanks + 1, 1), {}).has_value());
}

}  // namespace czip::v2::training
