#include <doctest/doctest.h>

#include <array>

#include "czip/codec/v2/codec.hpp"

namespace czip::v2 {

TEST_CASE("levels are those of the table") {
  // czip-v2-container.md, section 5.
  constexpr std::array<int, 9> kProfile{0, 0, 1, 1, 1, 2, 2, 2, 2};
  constexpr std::array<bool, 9> kNetwork{false, false, false, false, false,
                                         false, true,  true,  true};
  constexpr Trials kNone = Trials::none;
  constexpr std::array<Trials, 9> kTrials{kNone,
                                          kNone,
                                          kNone,
                                          kNone,
                                          kNone,
                                          kNone,
                                          Trials::no_network,
                                          Trials::no_network,
                                          Trials::one_stream};
  constexpr std::array<std::uint32_t, 9> kQuarters{3, 8, 3, 8, 16, 3, 8, 16, 32};
  CHECK(kMinLevel == 1);
  CHECK(kMaxLevel == 9);
  for (std::size_t i = 0; i < 9; ++i) {
    const LevelSettings level = level_settings(static_cast<int>(i) + 1);
    CHECK(level.profile == kProfile[i]);
    CHECK(level.network == kNetwork[i]);
    CHECK(level.trials == kTrials[i]);
    CHECK(level.block_bytes == kQuarters[i] * 262144);
  }
}

}  // namespace czip::v2
