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

// Of the levels that use a language model, where the model has one.
std::string language_model_table() {
  std::string text = "  level  block    streams\n";
  for (int i = v2::kMinLevel; i <= v2::kMaxLevel; ++i) {
    const v2::LevelSettings level = v2::level_settings(i);
    if (level.language_model_block_bytes == 0) continue;
    text +=
        format("  -%d     %-7s  up to %u", i, block_size(level.language_model_block_bytes).c_str(),
               1U << level.language_model_streams_log2) +
        (level.trials == v2::Trials::one_stream ? "; and one, if smaller: slow to decompress"
                                                : "") +
        '\n';
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

)" + table() +
      R"(
With a model of a public language model (czip import), levels 6 to 9 try that for each
block, too, and blocks are shorter; levels 1 to 5 do not use it. A block is kept without it
where that is smaller. Some KB a second and less are coded with it, for compressing and for
decompressing. The streams of a block share the steps of decompressing, so more are faster,
but each begins without context. czip list -v counts the blocks that use it.

)" + language_model_table();
  return text;
}

}  // namespace czip::tool
