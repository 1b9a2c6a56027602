#include <array>
#include <cstddef>

#include "czip/codec/v2/codec.hpp"

namespace czip::v2 {

LevelSettings level_settings(int level) {
  constexpr std::uint32_t kMiB = std::uint32_t{1} << 20;
  // A block of the default level takes less than a second, so that a range does, too. Faster levels
  // that should not be larger have no longer ones than it.
  constexpr std::uint32_t kQuickBlock = kMiB * 3 / 4;
  constexpr std::uint32_t kKiB = std::uint32_t{1} << 10;
  // A language model takes a second for one or two KiB. It decodes as many streams at once in
  // little more time than one, but each begins without context.
  static constexpr std::array<LevelSettings, kMaxLevel> kLevels{{
      {.profile = 0, .block_bytes = kQuickBlock},
      {.profile = 0, .block_bytes = 2 * kMiB},
      {.profile = 1, .block_bytes = kQuickBlock},
      {.profile = 1, .block_bytes = 2 * kMiB},
      {.profile = 1, .block_bytes = 4 * kMiB},
      {.profile = 2,
       .block_bytes = kQuickBlock,
       .language_model_block_bytes = 128 * kKiB,
       .language_model_streams_log2 = 4},
      {.profile = 2,
       .network = true,
       .trials = Trials::no_network,
       .block_bytes = 2 * kMiB,
       .language_model_block_bytes = 256 * kKiB,
       .language_model_streams_log2 = 4},
      {.profile = 2,
       .network = true,
       .trials = Trials::no_network,
       .block_bytes = 4 * kMiB,
       .language_model_block_bytes = 512 * kKiB,
       .language_model_streams_log2 = 4},
      {.profile = 2,
       .network = true,
       .trials = Trials::one_stream,
       .block_bytes = 8 * kMiB,
       .language_model_block_bytes = kMiB,
       .language_model_streams_log2 = 4},
  }};
  return kLevels[static_cast<std::size_t>(level - kMinLevel)];
}

}  // namespace czip::v2
