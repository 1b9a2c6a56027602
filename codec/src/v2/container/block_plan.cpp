#include "v2/container/block_plan.hpp"

#include <algorithm>
#include <span>
#include <string>

namespace czip::v2 {

Result<LevelSettings> choose_settings(const Model& model, int level, std::uint32_t block_bytes) {
  if (block_bytes != 0 && (block_bytes < kMinBlockBytes || block_bytes > kMaxBlockBytes))
    return fail(ErrorCode::invalid_argument,
                "blocks of " + std::to_string(block_bytes) + " bytes are not possible");
  if (level < kMinLevel || level > kMaxLevel)
    return fail(ErrorCode::invalid_argument, "level " + std::to_string(level) + " is outside " +
                                                 std::to_string(kMinLevel) + " to " +
                                                 std::to_string(kMaxLevel));
  LevelSettings settings = level_settings(level);
  if (model.has_language_model() && settings.language_model_block_bytes != 0)
    settings.block_bytes = settings.language_model_block_bytes;
  if (block_bytes != 0) settings.block_bytes = block_bytes;
  return settings;
}

BlockSettings block_settings(const Model& model, const LevelSettings& level,
                             std::uint64_t text_bytes) {
  BlockSettings settings{.profile = level.profile, .streams_log2 = 0, .network = false};
  if (!level.network || !model.has_network()) return settings;
  settings.network = true;
  settings.streams_log2 = network_streams_log2(text_bytes);
  return settings;
}

std::vector<BlockSettings> language_model_settings(const Model& model, const LevelSettings& level,
                                                   std::uint64_t text_bytes) {
  if (!model.has_language_model() || level.language_model_block_bytes == 0) return {};
  const std::uint8_t most =
      language_model_streams_log2(text_bytes, level.language_model_streams_log2);
  std::vector<BlockSettings> all{{.streams_log2 = most, .language_model = true}};
  if (level.trials == Trials::one_stream && most > 0) all.push_back({.language_model = true});
  return all;
}

Status fill(ByteSource& source, std::size_t limit, std::vector<std::uint8_t>& text) {
  constexpr std::size_t kStep = std::size_t{256} << 10;
  text.reserve(limit);  // pages that are not touched take no memory
  while (text.size() < limit) {
    const std::size_t before = text.size();
    text.resize(std::min(limit, before + kStep));
    const Result<std::size_t> got = source.read(std::span(text).subspan(before));
    text.resize(before + got.value_or(0));
    CZIP_TRY(got);
    if (*got == 0) break;
  }
  return {};
}

}  // namespace czip::v2
