#include "cli/help_levels.hpp"

#include <cstdint>
#include <string>

#include "base/text.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/coding/profile.hpp"

namespace czip::tool {
namespace {

std::string_view networks_of(const v2::LevelSettings& level) {
  if (level.network) return "recurrent, transformer";
  return v2::kProfiles[level.profile].recurrent ? "recurrent" : "none";
}

std::string_view tries_of(v2::Trials trials) {
  switch (trials) {
    case v2::Trials::none:
      return "";
    case v2::Trials::no_network:
      return "no transformer";
    case v2::Trials::one_stream:
      return "no transformer; one stream";
  }
  return "";
}

std::string block_size(std::uint32_t bytes) {
  constexpr std::uint32_t kMiB = std::uint32_t{1} << 20;
  return bytes % kMiB == 0 ? format("%u MiB", bytes / kMiB) : format("%u KiB", bytes / 1024);
}

std::string table() {
  // Lines with spaces before them stay as they are in the manual page.
  std::string text = "  level  contexts  networks                block    also tried\n";
  for (int i = v2::kMinLevel; i <= v2::kMaxLevel; ++i) {
    const v2::LevelSettings level = v2::level_settings(i);
    std::string line =
        format("  -%d     %8zu  %-22s  %-7s  %s", i, v2::kProfiles[level.profile].lists,
               std::string(networks_of(level)).c_str(), block_size(level.block_bytes).c_str(),
               std::string(tries_of(level.trials)).c_str());
    line.resize(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

}  // namespace

std::string_view help_of_levels() {
  static const std::string text =
      R"(Levels of czip's own format, from fast to small. More kinds of context and networks
predict better and take longer, for compressing and for decompressing. A longer block
makes long texts smaller; --range and -T take blocks as wholes (--block-size sets them).
Levels that try a block in other ways, too, keep the smallest.

)" + table();
  return text;
}

}  // namespace czip::tool
