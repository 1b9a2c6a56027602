// The sums over cells of a prior's list: by hand, and the same at every SIMD level.
#include "czip/engine/v2/prior_kernels.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <vector>

#include "czip/base/little_endian.hpp"
#include "support/splitmix64.hpp"

namespace czip::v2 {
namespace {

using Cells = std::vector<std::uint8_t>;

constexpr PriorLevelTable kTable{1000, 500, 250, 120, 60, 30, 15, 7};
constexpr PriorLevelTable kLargest{65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535};
constexpr std::uint32_t kMaxRank = (1 << 13) - 1;

struct Cell {
  std::uint32_t rank;
  std::uint32_t level;
};

Cells packed(const std::vector<Cell>& cells) {
  Cells bytes(2 * cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i)
    store_le(&bytes[2 * i],
             static_cast<std::uint16_t>(cells[i].rank << kPriorLevelBits | cells[i].level));
  return bytes;
}

// The cells of ranks below `split`, and the sum of their probabilities.
using Below = std::array<std::uint32_t, 2>;
Below below(const PriorKernels& kernels, const Cells& cells, std::uint32_t split,
            const PriorLevelTable& table = kTable) {
  const PriorSum sum = kernels.below(cells.data(), cells.size() / 2, split, table);
  return {sum.cells, sum.probability};
}

// `count` cells of any ranks below `ranks`, in any order, that begin `shift` bytes past a boundary
// of 64 and end with the memory.
class RandomCells {
 public:
  RandomCells(test::SplitMix64& random, std::size_t count, std::uint32_t ranks, std::size_t shift)
      : shift_(shift), count_(count), memory_(shift + 2 * count) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto rank = static_cast<std::uint32_t>(random.next() % ranks);
      const auto level = static_cast<std::uint32_t>(random.next() % kPriorLevels);
      store_le(&memory_[shift + 2 * i],
               static_cast<std::uint16_t>(rank << kPriorLevelBits | level));
    }
  }
  [[nodiscard]] const std::uint8_t* data() const { return memory_.data() + shift_; }
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] std::uint32_t rank(std::size_t i) const {
    return load_le<std::uint16_t>(data() + 2 * i) >> kPriorLevelBits;
  }

 private:
  std::size_t shift_;
  std::size_t count_;
  Cells memory_;
};

void check_same(const PriorKernels& kernels, const RandomCells& cells, std::uint32_t rank,
                const PriorLevelTable& table) {
  const PriorKernels& scalar = prior_kernels(SimdLevel::scalar);
  const auto of = [&](const PriorKernels& k) {
    const PriorSum sum = k.below(cells.data(), cells.count(), rank, table);
    return Below{sum.cells, sum.probability};
  };
  REQUIRE(of(kernels) == of(scalar));
  REQUIRE(kernels.find(cells.data(), cells.count(), rank) ==
          scalar.find(cells.data(), cells.count(), rank));
  if (cells.count() > 0)
    REQUIRE(kernels.likeliest(cells.data(), cells.count()) ==
            scalar.likeliest(cells.data(), cells.count()));
}

}  // namespace

TEST_CASE("the cells of ranks below a split are counted and their probabilities added up") {
  const Cells cells = packed({{3, 0}, {5, 2}, {6, 7}, {9, 1}, {kMaxRank, 3}});
  for (const SimdLevel level : supported_simd_levels()) {
    CAPTURE(simd_level_name(level));
    const PriorKernels& kernels = prior_kernels(level);
    CHECK(below(kernels, cells, 0) == Below{0, 0});
    CHECK(below(kernels, cells, 6) == Below{2, 1250});
    CHECK(below(kernels, cells, 7) == Below{3, 1257});
    CHECK(below(kernels, cells, kMaxRank) == Below{4, 1757});
    CHECK(below(kernels, cells, kMaxRank + 1) == Below{5, 1877});
    CHECK(below(kernels, {}, 6) == Below{0, 0});
  }
}

TEST_CASE("cells that are not sorted, or of one rank, count each for itself") {
  const Cells cells = packed({{9, 1}, {3, 0}, {9, 2}, {3, 7}, {9, 0}});
  for (const SimdLevel level : supported_simd_levels()) {
    CAPTURE(simd_level_name(level));
    const PriorKernels& kernels = prior_kernels(level);
    CHECK(below(kernels, cells, 9) == Below{2, 1007});
    CHECK(below(kernels, cells, 10) == Below{5, 2757});
  }
}

TEST_CASE("the first cell of a rank is found, or none") {
  const Cells cells = packed({{9, 1}, {3, 0}, {9, 2}, {3, 7}, {9, 0}});
  std::vector<Cell> many(40, {5, 6});
  many[39] = {8, 5};
  const Cells far = packed(many);
  for (const SimdLevel level : supported_simd_levels()) {
    CAPTURE(simd_level_name(level));
    const PriorKernels& kernels = prior_kernels(level);
    CHECK(kernels.find(cells.data(), 5, 9) == 0);
    CHECK(kernels.find(cells.data(), 5, 3) == 1);
    CHECK(kernels.find(cells.data(), 5, 4) == 5);
    CHECK(kernels.find(cells.data(), 0, 9) == 0);
    CHECK(kernels.find(far.data(), 40, 8) == 39);
    CHECK(kernels.find(far.data(), 39, 8) == 39);       // there is none among these
    CHECK(kernels.find(far.data(), 40, 0xffff) == 40);  // no cell has it
  }
}

TEST_CASE("the likeliest is the first of the least level") {
  const Cells cells = packed({{9, 4}, {3, 2}, {7, 2}, {1, 3}});
  std::vector<Cell> many(40, {5, 6});
  many[33] = {8, 5};
  many[37] = {2, 5};
  const Cells far = packed(many);
  for (const SimdLevel level : supported_simd_levels()) {
    CAPTURE(simd_level_name(level));
    const PriorKernels& kernels = prior_kernels(level);
    CHECK(kernels.likeliest(cells.data(), 4) == 1);
    CHECK(kernels.likeliest(cells.data(), 1) == 0);
    CHECK(kernels.likeliest(far.data(), 40) == 33);
    CHECK(kernels.likeliest(far.data(), 33) == 0);
  }
}

TEST_CASE("the longest list of the largest probabilities does not overflow") {
  const Cells cells = packed(std::vector<Cell>(65535, {1, 7}));
  for (const SimdLevel level : supported_simd_levels()) {
    CAPTURE(simd_level_name(level));
    const PriorKernels& kernels = prior_kernels(level);
    CHECK(below(kernels, cells, 1, kLargest) == Below{0, 0});
    CHECK(below(kernels, cells, 2, kLargest) == Below{65535, 65535U * 65535U});
    CHECK(kernels.likeliest(cells.data(), 65535) == 0);
    CHECK(kernels.find(cells.data(), 65535, 2) == 65535);
  }
}

TEST_CASE("every SIMD level gives the sums of the scalar kernels, wherever the cells lie") {
  test::SplitMix64 random(1);
  std::vector<std::size_t> lengths{8192};
  for (std::size_t length = 0; length <= 70; ++length) lengths.push_back(length);
  for (const std::size_t length : lengths) {
    for (const std::size_t shift : {std::size_t{0}, std::size_t{1}, std::size_t{2}}) {
      for (const std::uint32_t ranks : {3U, 40U, kMaxRank + 1}) {
        const RandomCells cells(random, length, ranks, shift);
        const auto any_rank = [&] {
          return static_cast<std::uint32_t>(random.next() % (ranks + 1));
        };
        const std::uint32_t listed =
            length == 0 ? 0 : cells.rank(static_cast<std::size_t>(random.next() % length));
        for (const SimdLevel level : supported_simd_levels()) {
          CAPTURE(simd_level_name(level));
          const PriorKernels& kernels = prior_kernels(level);
          check_same(kernels, cells, any_rank(), kTable);
          check_same(kernels, cells, listed, kLargest);
          check_same(kernels, cells, 0, kTable);
          check_same(kernels, cells, 0xffff, kTable);
        }
      }
    }
  }
}

}  // namespace czip::v2
