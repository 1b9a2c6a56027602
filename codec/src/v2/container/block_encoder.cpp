#include "v2/container/block_encoder.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "czip/codec/v2/model/parts.hpp"
#include "v2/block/x86_branches.hpp"
#include "v2/container/block_plan.hpp"
#include "v2/container/memory.hpp"

namespace czip::v2 {
namespace {

// The numbers here were chosen, not tuned; no file depends on them to be decoded.

// Sample size of the probes, and the shortest block that is probed for being incompressible.
constexpr std::size_t kSampleBytes = std::size_t{16} << 10;
constexpr std::size_t kMinProbedBytes = 4 * kSampleBytes;
// A block may be random if the sum of its squared byte counts exceeds the least possible sum by at
// most 1/64 of it.
constexpr std::uint64_t kFlatnessTolerance = 64;
// Where a text's tokens have on average less than this many bytes, single bytes may do better.
constexpr std::size_t kShortTokenBytes = 2;
// A shorter text is not worth two trials.
constexpr std::size_t kMinTriedAsBytes = 512;

// In a text of no more bytes, which profile is the best one is chance. All up to the level's are
// tried, with both kinds of tokens, so that no level makes it longer than a lower one does.
constexpr std::size_t kMaxChanceText = std::size_t{16} << 10;

// A sample shows whether a language model helps in a text of more than kMinSampledText bytes: it is
// not used where it makes of the sample kHopelessNumerator / kHopelessDenominator of what the
// predictor makes of the text.
constexpr std::size_t kMinSampledText = std::size_t{16} << 10;
constexpr std::size_t kLanguageModelSample = std::size_t{4} << 10;
constexpr std::uint64_t kHopelessNumerator = 5;
constexpr std::uint64_t kHopelessDenominator = 4;

// How long to code a block takes, for progress only: as was measured, with the network four times
// as long as without it, and eight times where its steps are for one stream each; with a language
// model of a billion parameters some five hundred times.
constexpr std::uint64_t kLanguageModelWeight = 500;
std::uint64_t pass_weight(const BlockSettings& settings) {
  if (settings.language_model) return kLanguageModelWeight;
  if (!settings.network) return 1;
  return settings.streams_log2 == 0 ? 8 : 4;
}

std::size_t bytes_of(const std::optional<BlockEncoder::Block>& block,
                     std::span<const std::uint8_t> text) {
  return block ? block->coded.payload.size() : text.size();
}

std::span<const std::uint8_t> middle_of(std::span<const std::uint8_t> text, std::size_t bytes) {
  bytes = std::min(bytes, text.size());
  return text.subspan((text.size() - bytes) / 2, bytes);
}

}  // namespace

BlockSettings BlockEncoder::settings_for(std::uint64_t text_bytes) const {
  return block_settings(*model_, level_, text_bytes);
}

Result<MemoryNeed> BlockEncoder::memory(SimdLevel simd, std::uint64_t text_bytes) const {
  CZIP_TRY_ASSIGN(MemoryNeed need,
                  coding_memory(*model_, settings_for(text_bytes), simd, text_bytes));
  const auto settings = language_model_settings(*model_, level_, text_bytes);
  if (!settings.empty()) {
    CZIP_TRY_ASSIGN(const MemoryNeed more,
                    coding_memory(*model_, settings.front(), simd, text_bytes));
    need.shared += more.shared;
  }
  return need;
}

Result<std::optional<BlockEncoder::Block>> BlockEncoder::encode(BlockCoder& coder,
                                                                std::span<const std::uint8_t> text,
                                                                BlockPlaceKind place,
                                                                ProgressSum& progress) const {
  PassProgress of_block(progress, text.size());
  auto best = encode(coder, text, place, of_block);
  CZIP_TRY(best);
  CZIP_TRY(of_block.finish());
  return best;
}

Result<std::optional<BlockEncoder::Block>> BlockEncoder::encode(
    BlockCoder& coder, std::span<const std::uint8_t> text) const {
  const Progress none;
  ProgressSum nowhere(none);
  return encode(coder, text, BlockPlaceKind::full_frame, nowhere);
}

Result<std::optional<BlockEncoder::Block>> BlockEncoder::encode(BlockCoder& coder,
                                                                std::span<const std::uint8_t> text,
                                                                BlockPlaceKind place,
                                                                PassProgress& progress) const {
  CZIP_TRY_ASSIGN(const auto random, looks_random(coder, text));
  if (random) return std::optional<Block>();
  CZIP_TRY_ASSIGN(const auto all, trials(coder, text, place));
  const auto with_language_model = language_model_settings(*model_, level_, text.size());
  std::optional<Block> best;
  std::uint64_t left = with_language_model.size() * kLanguageModelWeight;
  // To verify takes as long as the first, unless another is the smallest.
  if (verify_)
    left += with_language_model.empty() ? pass_weight(all.front().settings) : kLanguageModelWeight;
  for (const Trial& trial : all) left += pass_weight(trial.settings);
  const auto try_one = [&](const Trial& trial) -> Status {
    progress.begin_pass(pass_weight(trial.settings), left);
    left -= pass_weight(trial.settings);
    CZIP_TRY_ASSIGN(auto coded, coder.encode(*model_, trial.settings, text, progress.report(),
                                             trial.segmentation));
    if (coded.payload.size() < bytes_of(best, text)) best = {trial.settings, std::move(coded)};
    return {};
  };
  for (const Trial& trial : all) CZIP_TRY(try_one(trial));
  if (!with_language_model.empty()) {
    CZIP_TRY_ASSIGN(const bool may_help,
                    language_model_may_help(coder, text, bytes_of(best, text)));
    if (may_help)
      for (const BlockSettings& settings : with_language_model) CZIP_TRY(try_one({settings}));
  }
  if (best && verify_) {
    progress.begin_last_pass();
    CZIP_TRY(verify(coder, *best, text, progress.report()));
  }
  return best;
}

// `least`: what the block takes without a language model.
Result<bool> BlockEncoder::language_model_may_help(BlockCoder& coder,
                                                   std::span<const std::uint8_t> text,
                                                   std::size_t least) const {
  if (text.size() <= kMinSampledText) return true;
  const auto sample = middle_of(text, kLanguageModelSample);
  CZIP_TRY_ASSIGN(const auto coded, coder.encode(*model_, {.language_model = true}, sample));
  // In 64 bits: a sample and a block, both of up to 2^26 bytes, would overflow 32.
  return std::uint64_t{coded.payload.size()} * text.size() * kHopelessDenominator <=
         std::uint64_t{least} * sample.size() * kHopelessNumerator;
}

// Compressed and encrypted data take long to code and do not shrink. They are recognized by the
// frequencies of their bytes, which are nearly equal, and by a sample that does not shrink.
Result<bool> BlockEncoder::looks_random(BlockCoder& coder,
                                        std::span<const std::uint8_t> text) const {
  if (text.size() < kMinProbedBytes) return false;
  std::array<std::uint64_t, 256> counts{};
  for (const std::uint8_t byte : text) ++counts[byte];
  std::uint64_t squares = 0;  // below 2^52 for the largest block
  for (const std::uint64_t count : counts) squares += count * count;
  const std::uint64_t least = std::uint64_t{text.size()} * text.size() / counts.size();
  if (squares > least + least / kFlatnessTolerance) return false;
  const auto sample = middle_of(text, kSampleBytes);
  const Result<CodedBlock> coded = coder.encode(*model_, {.profile = 0}, sample);
  CZIP_TRY(coded);
  return coded->payload.size() >= sample.size();
}

// Base64 and programs have few of the tokenizer's words, and its tokens tear apart what is alike.
Result<BlockEncoder::Tokens> BlockEncoder::tokens_of(BlockCoder& coder,
                                                     std::span<const std::uint8_t> text) const {
  Tokens found;
  if (text.size() < kMinTriedAsBytes) return found;
  const auto sample = middle_of(text, 2 * kSampleBytes);
  std::vector<TokenId> tokens;
  CZIP_TRY(model_->parts().tokenizer.encode(sample, tokens));
  found.are_short = tokens.size() * kShortTokenBytes > sample.size();
  if (!found.are_short) return found;
  if (text.size() <= kMaxChanceText) {
    found.to_try.push_back(Segmentation::bytes);
    return found;
  }
  const BlockSettings settings{.profile = level_.profile};
  CZIP_TRY_ASSIGN(const auto as_tokens, coder.encode(*model_, settings, sample));
  CZIP_TRY_ASSIGN(const auto as_bytes,
                  coder.encode(*model_, settings, sample, {}, Segmentation::bytes));
  if (as_bytes.payload.size() < as_tokens.payload.size()) found.to_try = {Segmentation::bytes};
  return found;
}

Result<std::vector<BlockEncoder::Trial>> BlockEncoder::trials(BlockCoder& coder,
                                                              std::span<const std::uint8_t> text,
                                                              BlockPlaceKind place) const {
  CZIP_TRY_ASSIGN(const auto tokens, tokens_of(coder, text));
  const std::vector<BlockSettings> settings = settings_to_try(text, place, tokens.are_short);
  std::vector<Trial> all;
  for (const Segmentation segmentation : tokens.to_try)
    for (const BlockSettings& with : settings) all.push_back({with, segmentation});
  return all;
}

std::vector<BlockSettings> BlockEncoder::settings_to_try(std::span<const std::uint8_t> text,
                                                         BlockPlaceKind place,
                                                         bool tokens_are_short) const {
  const BlockSettings settings = settings_for(text.size());
  std::vector<BlockSettings> all{settings};
  if (settings.network) {
    if (level_.trials == Trials::one_stream && settings.streams_log2 > 0)
      all.push_back({.profile = settings.profile, .streams_log2 = 0, .network = true});
    if (level_.trials != Trials::none)
      all.push_back({.profile = settings.profile, .streams_log2 = 0, .network = false});
  }
  if (place == BlockPlaceKind::full_frame && may_be_x86(text)) {
    for (std::size_t i = 0, plain = all.size(); i < plain; ++i) {
      all.push_back(all[i]);
      all.back().x86 = true;
    }
  } else if (text.size() <= kMaxChanceText) {
    for (std::uint8_t profile = settings.profile; profile > 0;)
      all.push_back({.profile = --profile, .streams_log2 = 0, .network = false});
  } else if (tokens_are_short && settings.profile > 0) {
    // Each input costs a little where nothing can be predicted.
    all.push_back({.profile = 0, .streams_log2 = 0, .network = false});
  }
  return all;
}

Status BlockEncoder::verify(BlockCoder& coder, const Block& block,
                            std::span<const std::uint8_t> text, const PassReport& report) const {
  std::vector<std::uint8_t> back(text.size());
  Status status = coder.decode(*model_, block.settings, block.coded.payload,
                               block.coded.final_range, back, report);
  if (!status && (status.error().code == ErrorCode::out_of_memory ||
                  status.error().code == ErrorCode::cancelled))
    return status;
  if (status && std::ranges::equal(back, text)) return {};
  return fail(ErrorCode::internal, "a block does not decode to its text; please report this");
}

}  // namespace czip::v2
