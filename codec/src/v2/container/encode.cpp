#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "czip/base/pipeline.hpp"
#include "czip/codec/v2/block/block_coder.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "io/counting_streams.hpp"
#include "io/stopwatch.hpp"
#include "v2/container/block_plan.hpp"
#include "v2/container/container.hpp"
#include "v2/container/frame_writer.hpp"
#include "v2/container/hashing.hpp"
#include "v2/container/memory.hpp"
#include "v2/container/pass_progress.hpp"
#include "v2/container/repeats.hpp"

namespace czip::v2 {
namespace {

using Bytes = std::vector<std::uint8_t>;

// Sample size of the incompressibility probe, and the shortest block that is probed. These numbers
// and the next were chosen, not tuned; no file depends on them to be decoded.
constexpr std::size_t kSampleBytes = std::size_t{16} << 10;
constexpr std::size_t kMinProbedBytes = 4 * kSampleBytes;
// A block may be random if the sum of its squared byte counts exceeds the least possible sum by at
// most 1/64 of it.
constexpr std::uint64_t kFlatnessTolerance = 64;

// How long to code a block takes, for progress only: as was measured, with the network four times
// as long as without it, and eight times where its steps are for one stream each.
std::uint64_t pass_weight(const BlockSettings& settings) {
  if (!settings.network) return 1;
  return settings.streams_log2 == 0 ? 8 : 4;
}

void release(Bytes& bytes) { Bytes().swap(bytes); }

// Decides how blocks are coded at a level, and codes them.
class BlockEncoder {
 public:
  BlockEncoder(const Model& model, const LevelSettings& level, bool verify)
      : model_(&model), level_(level), verify_(verify) {}

  struct Block {
    BlockSettings settings;
    CodedBlock coded;
  };

  // nullopt: incompressible; store it. Counts all of `text` in the end.
  Result<std::optional<Block>> encode(BlockCoder& coder, std::span<const std::uint8_t> text,
                                      ProgressSum& progress) const {
    PassProgress of_block(progress, text.size());
    auto best = encode(coder, text, of_block);
    CZIP_TRY(best);
    CZIP_TRY(of_block.finish());
    return best;
  }

  [[nodiscard]] const Model& model() const { return *model_; }
  [[nodiscard]] BlockSettings settings_for(std::uint64_t text_bytes) const {
    return block_settings(*model_, level_, text_bytes);
  }

 private:
  Result<std::optional<Block>> encode(BlockCoder& coder, std::span<const std::uint8_t> text,
                                      PassProgress& progress) const {
    CZIP_TRY_ASSIGN(const auto random, looks_random(coder, text));
    if (random) return std::optional<Block>();
    std::optional<Block> best;
    std::size_t least = text.size();
    const std::vector<BlockSettings> all = trials(text.size());
    // To verify takes as long as the first, unless another is the smallest.
    std::uint64_t left = verify_ ? pass_weight(all.front()) : 0;
    for (const BlockSettings& settings : all) left += pass_weight(settings);
    for (const BlockSettings& settings : all) {
      progress.begin_pass(pass_weight(settings), left);
      left -= pass_weight(settings);
      CZIP_TRY_ASSIGN(auto coded, coder.encode(*model_, settings, text, progress.report()));
      if (coded.payload.size() >= least) continue;
      least = coded.payload.size();
      best = {settings, std::move(coded)};
    }
    if (best && verify_) {
      progress.begin_last_pass();
      CZIP_TRY(verify(coder, *best, text, progress.report()));
    }
    return best;
  }

  // Compressed and encrypted data take long to code and do not shrink. They are recognized by the
  // frequencies of their bytes, which are nearly equal, and by a sample that does not shrink.
  Result<bool> looks_random(BlockCoder& coder, std::span<const std::uint8_t> text) const {
    if (text.size() < kMinProbedBytes) return false;
    std::array<std::uint64_t, 256> counts{};
    for (const std::uint8_t byte : text) ++counts[byte];
    std::uint64_t squares = 0;  // below 2^52 for the largest block
    for (const std::uint64_t count : counts) squares += count * count;
    const std::uint64_t least = std::uint64_t{text.size()} * text.size() / counts.size();
    if (squares > least + least / kFlatnessTolerance) return false;
    const auto sample = text.subspan(text.size() / 2, kSampleBytes);
    const Result<CodedBlock> coded = coder.encode(*model_, {.profile = 0}, sample);
    CZIP_TRY(coded);
    return coded->payload.size() >= sample.size();
  }

  [[nodiscard]] std::vector<BlockSettings> trials(std::uint64_t text_bytes) const {
    const BlockSettings settings = settings_for(text_bytes);
    std::vector<BlockSettings> all{settings};
    if (!settings.network) return all;
    if (level_.trials == Trials::one_stream && settings.streams_log2 > 0)
      all.push_back({.profile = settings.profile, .streams_log2 = 0, .network = true});
    if (level_.trials != Trials::none)
      all.push_back({.profile = settings.profile, .streams_log2 = 0, .network = false});
    return all;
  }

  Status verify(BlockCoder& coder, const Block& block, std::span<const std::uint8_t> text,
                const PassReport& report) const {
    Bytes back(text.size());
    Status status = coder.decode(*model_, block.settings, block.coded.payload,
                                 block.coded.final_range, back, report);
    if (!status && (status.error().code == ErrorCode::out_of_memory ||
                    status.error().code == ErrorCode::cancelled))
      return status;
    if (status && std::ranges::equal(back, text)) return {};
    return fail(ErrorCode::internal, "a block does not decode to its text; please report this");
  }

  const Model* model_;
  LevelSettings level_;
  bool verify_;
};

// Writes a full frame. Owns what the pipeline's stages share.
class FrameEncoder {
 public:
  // `begun` is text that was already read from `source`, less than a block.
  FrameEncoder(const Model& model, const EncodeOptions& options, const LevelSettings& level,
               Bytes begun, ByteSource& source, ByteSink& out)
      : options_(&options),
        level_(level),
        encoder_(model, level_, options.verify),
        begun_(std::move(begun)),
        source_(&source),
        progress_(options.progress),
        writer_(out, {.archive = options.archive,
                      .level = options.level,
                      .model = model.hash(),
                      .block_bytes = level_.block_bytes,
                      .text_bytes = options.text_bytes}) {}

  Status run(CodingContext& context, CodingReport& report) {
    report_ = &report;
    CZIP_TRY(writer_.begin());
    const std::uint64_t expected =
        options_->text_bytes.value_or(std::numeric_limits<std::uint64_t>::max());
    const std::uint64_t block_bytes = std::min<std::uint64_t>(level_.block_bytes, expected);
    CZIP_TRY_ASSIGN(const MemoryNeed need,
                    coding_memory(encoder_.model(), encoder_.settings_for(block_bytes),
                                  options_->simd, block_bytes));
    CZIP_TRY_ASSIGN(const unsigned threads,
                    threads_within_limit(options_->threads, expected / level_.block_bytes + 1,
                                         options_->memory_limit, need));
    report.threads = threads;
    const auto coders = context.coders(threads, options_->simd);
    CZIP_TRY(run_ordered<Task>(
        threads,
        {.pull = [this](Task& task) { return pull(task); },
         .process = [&](unsigned worker, Task& task) { return process(coders[worker], task); },
         .commit = [this](Task& task) { return commit(task); }}));
    report.text_hash = hasher_.digest();
    return writer_.finish(report.text_hash);
  }

 private:
  struct Task {
    BlockHeader header;
    Bytes text;  // freed once coded
    Bytes payload;
    std::size_t pattern = 0;  // bytes that the text repeats; 0: another block
  };

  Result<bool> pull(Task& task) {
    task.text = std::exchange(begun_, {});
    CZIP_TRY(fill(*source_, level_.block_bytes, task.text));
    std::size_t end = task.text.size();
    task.pattern = std::exchange(next_pattern_, 0);
    if (task.pattern != 0) {
      end = repeat_end(task.text, task.pattern);
    } else if (const auto repeat = find_repeat(task.text)) {
      if (repeat->begin == 0) {
        task.pattern = repeat->pattern;
        end = repeat->length;
      } else {
        next_pattern_ = repeat->pattern;
        end = repeat->begin;
      }
    }
    begun_.assign(task.text.begin() + static_cast<std::ptrdiff_t>(end), task.text.end());
    task.text.resize(end);
    hasher_.add(task.text);
    return !task.text.empty();
  }

  Status process(BlockCoder& coder, Task& task) {
    BlockHeader& header = task.header;
    header = {.text_bytes = static_cast<std::uint32_t>(task.text.size()),
              .text_hash = hash64(task.text)};
    if (task.pattern != 0) {
      header.type = BlockType::repeated;
      task.payload.assign(task.text.begin(),
                          task.text.begin() + static_cast<std::ptrdiff_t>(task.pattern));
      header.payload_bytes = static_cast<std::uint32_t>(task.pattern);
      header.payload_hash = hash64(task.payload);
      release(task.text);
      return progress_.add(header.text_bytes);
    }
    auto coded = encoder_.encode(coder, task.text, progress_);
    CZIP_TRY(coded);
    if (!*coded) {
      header.payload_bytes = header.text_bytes;
      header.payload_hash = header.text_hash;
      task.payload = std::move(task.text);
      return {};
    }
    header.type = BlockType::coded;
    header.settings = (*coded)->settings;
    release(task.text);
    task.payload = std::move((*coded)->coded.payload);
    header.payload_bytes = static_cast<std::uint32_t>(task.payload.size());
    header.payload_hash = hash64(task.payload);
    header.final_range = (*coded)->coded.final_range;
    return {};
  }

  Status commit(Task& task) {
    CZIP_TRY(writer_.add(task.header, task.payload));
    release(task.payload);
    report_->text_bytes += task.header.text_bytes;
    report_->payload_bytes += task.header.payload_bytes;
    ++report_->blocks;
    if (task.header.type == BlockType::stored) ++report_->stored_blocks;
    return {};
  }

  const EncodeOptions* options_;
  LevelSettings level_;
  BlockEncoder encoder_;
  Bytes begun_;                   // text of the next block, as far as it has been read
  std::size_t next_pattern_ = 0;  // the next block's, where it is known to repeat one
  ByteSource* source_;
  ProgressSum progress_;
  FrameWriter writer_;
  TextHasher hasher_;
  CodingReport* report_ = nullptr;
};

CompactHeader compact_header_of(bool archive, const Model& model, const BlockEncoder::Block& block,
                                std::span<const std::uint8_t> text) {
  CompactHeader header{.archive = archive,
                       .settings = block.settings,
                       .text_bytes = static_cast<std::uint32_t>(text.size()),
                       .payload_bytes = static_cast<std::uint32_t>(block.coded.payload.size())};
  const auto hash = hash_bytes(model.hash());
  std::copy_n(hash.begin(), header.model_hash.size(), header.model_hash.begin());
  return header;
}

Bytes compact_frame(const CompactHeader& header, std::span<const std::uint8_t> payload,
                    std::span<const std::uint8_t> text) {
  Bytes frame = serialize(header);
  const Bytes check = compact_check(header, frame, payload, text);
  frame.insert(frame.end(), check.begin(), check.end());
  frame.insert(frame.end(), payload.begin(), payload.end());
  return frame;
}

Status write_compact(const Model& model, const EncodeOptions& options, const LevelSettings& level,
                     CodingContext& context, std::span<const std::uint8_t> text, ByteSink& out,
                     CodingReport& report) {
  const BlockEncoder encoder(model, level, options.verify);
  CZIP_TRY_ASSIGN(const MemoryNeed need, coding_memory(model, encoder.settings_for(text.size()),
                                                       options.simd, text.size()));
  CZIP_TRY_ASSIGN(report.threads, threads_within_limit(1, 1, options.memory_limit, need));
  Result<std::optional<BlockEncoder::Block>> coded = std::optional<BlockEncoder::Block>();
  ProgressSum progress(options.progress);
  if (!text.empty()) {
    coded = encoder.encode(context.coders(1, options.simd).front(), text, progress);
  }
  CZIP_TRY(coded);
  const auto text_bytes = static_cast<std::uint32_t>(text.size());
  CompactHeader header{.archive = options.archive,
                       .stored = true,
                       .short_kind = !options.archive && text_bytes <= kMaxShortText,
                       .text_bytes = text_bytes,
                       .payload_bytes = text_bytes};
  Bytes file = compact_frame(header, text, text);
  std::span<const std::uint8_t> payload = text;
  if (*coded) {
    const CompactHeader coded_header = compact_header_of(options.archive, model, **coded, text);
    Bytes coded_file = compact_frame(coded_header, (*coded)->coded.payload, text);
    if (coded_file.size() < file.size()) {
      file = std::move(coded_file);
      header = coded_header;
      payload = (*coded)->coded.payload;
    }
  }

  TextHasher hasher;
  hasher.add(text);
  report.text_hash = hasher.digest();
  report.text_bytes = text.size();
  report.payload_bytes = payload.size();
  report.blocks = 1;
  report.stored_blocks = header.stored ? 1 : 0;
  return out.write(file);
}

Status encode_text(const Model& model, ByteSource& text, ByteSink& out,
                   const EncodeOptions& options, CodingReport& report) {
  CZIP_TRY_ASSIGN(const LevelSettings level, choose_settings(options.level, options.block_bytes));
  // Load the network before the blocks' memory is allocated: loading takes twice its memory.
  if (level.network && model.has_network()) {
    CZIP_TRY(network_of(model.parts(), options.simd));
  }
  Bytes begun;
  CZIP_TRY(fill(text, kMaxCompactText + 1, begun));
  report.frames = 1;
  CodingContext own_context;
  CodingContext& context = options.context != nullptr ? *options.context : own_context;
  if (begun.size() <= kMaxCompactText) {
    CZIP_TRY(write_compact(model, options, level, context, begun, out, report));
  } else {
    CZIP_TRY(FrameEncoder(model, options, level, std::move(begun), text, out).run(context, report));
  }
  if (options.text_bytes.value_or(report.text_bytes) != report.text_bytes)
    return fail(ErrorCode::io, "has " + std::to_string(report.text_bytes) +
                                   " bytes instead of the " + std::to_string(*options.text_bytes) +
                                   " announced; it changed while it was read");
  return {};
}

}  // namespace

Result<CodingReport> encode(const Model& model, ByteSource& text, ByteSink& out,
                            const EncodeOptions& options) {
  try {
    const Stopwatch stopwatch;
    CodingReport report;
    CountingSink counted(out);
    CZIP_TRY(encode_text(model, text, counted, options, report));
    report.file_bytes = counted.size();
    report.coding_ns = stopwatch.elapsed_ns();
    return report;
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory to encode");
  }
}

Result<CodingReport> encode(const Model& model, std::span<const std::uint8_t> text, ByteSink& out,
                            const EncodeOptions& options) {
  MemorySource source(text);
  EncodeOptions announced = options;
  announced.text_bytes = text.size();
  return encode(model, source, out, announced);
}

}  // namespace czip::v2
