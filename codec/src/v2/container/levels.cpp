#include <array>
#include <cstddef>

#include "czip/codec/v2/codec.hpp"

namespace czip::v2 {

LevelSettings level_settings(int level) {
  constexpr std::uint32_t kMiB = std::uint32_t{1} << 20;
  // A block of the default level takes less than a second, so that a range does, too. Faster levels
  // that should not be larger have no longer ones than it.
  constexpr std::uint32_t kQuickBlock = kMiB * 3 / 4;
  static constexpr std::array<LevelSettings, kMaxLevel> kLevels{{
      {.profile = 0, .block_bytes = kQuickBlock},
      {.profile = 0, .block_bytes = 2 * kMiB},
      {.profile = 1, .block_bytes = kQuickBlock},
      {.profile = 1, .block_bytes = 2 * kMiB},
      {.profile = 1, .block_bytes = 4 * kMiB},
      {.profile = 2, .block_bytes = kQuickBlock},
      {.profile = 2, .network = true, .trials = Trials::no_network, .block_bytes = 2 * kMiB},
      {.profile = 2, .network = true, .trials = Trials::no_network, .block_bytes = 4 * kMiB},
      {.profile = 2, .network = true, .trials = Trials::one_stream, .block_bytes = 8 * kMiB},
  }};
  return kLevels[static_cast<std::size_t>(level - kMinLevel)];
}

}  // namespace czip::v2
