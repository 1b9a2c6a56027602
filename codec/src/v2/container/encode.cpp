#include <algorithm>
#include <cstdint>
#include <limits>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "czip/base/little_endian.hpp"
#include "czip/base/parallel.hpp"
#include "czip/base/pipeline.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "io/counting_streams.hpp"
#include "io/stopwatch.hpp"
#include "v2/block/x86_branches.hpp"
#include "v2/container/block_encoder.hpp"
#include "v2/container/block_plan.hpp"
#include "v2/container/container.hpp"
#include "v2/container/earlier_blocks.hpp"
#include "v2/container/frame_writer.hpp"
#include "v2/container/hashing.hpp"
#include "v2/container/memory.hpp"
#include "v2/container/repeats.hpp"

namespace czip::v2 {
namespace {

using Bytes = std::vector<std::uint8_t>;

// A pattern of as many bytes at most is not coded, so that no model is needed for zeros and the
// like. This number and the next were chosen, not tuned; no file depends on them to be decoded.
constexpr std::size_t kMaxPlainPattern = 64;
// Blocks of a frame that begins with a repetition; their number is what repetitions cost.
constexpr std::uint32_t kRepetitionBlockBytes = std::uint32_t{8} << 20;

// A compact frame has no room to name the filter of machine code, which saves more than a full
// frame takes in a text of this length.
constexpr std::size_t kMinFilteredText = std::size_t{16} << 10;

bool may_gain_by_filter(std::span<const std::uint8_t> text) {
  return text.size() >= kMinFilteredText && may_be_x86(text);
}

// The largest text of a block in a frame that begins so: the level's, or more for repetitions, if a
// block of the level is all one.
std::uint32_t frame_block_bytes(const EncodeOptions& options, const LevelSettings& level,
                                std::span<const std::uint8_t> begun) {
  if (options.archive || options.block_bytes != 0 || begun.size() < level.block_bytes)
    return level.block_bytes;
  const auto repeat = find_repeat(begun.first(kMinRepeatBytes));
  if (!repeat || repeat_end(begun, repeat->pattern) < begun.size()) return level.block_bytes;
  return std::max(level.block_bytes, kRepetitionBlockBytes);
}

void release(Bytes& bytes) { Bytes().swap(bytes); }

// Writes a full frame. Owns what the pipeline's stages share.
class FrameEncoder {
 public:
  // `begun` is text that was already read from `source`, at most a block.
  FrameEncoder(const Model& model, const EncodeOptions& options, const LevelSettings& level,
               Bytes begun, ByteSource& source, ByteSink& out)
      : options_(&options),
        level_(level),
        block_bytes_(frame_block_bytes(options, level, begun)),
        encoder_(model, level_, options.verify),
        begun_(std::move(begun)),
        source_(&source),
        progress_(options.progress),
        header_{.archive = options.archive,
                .level = options.level,
                .model = model.hash(),
                .block_bytes = block_bytes_,
                .text_bytes = options.text_bytes},
        writer_(out, header_),
        earlier_(options.earlier, header_) {}

  Status run(CodingContext& context, CodingReport& report) {
    report_ = &report;
    const std::uint64_t expected =
        options_->text_bytes.value_or(std::numeric_limits<std::uint64_t>::max());
    const std::uint64_t block_bytes = std::min<std::uint64_t>(level_.block_bytes, expected);
    CZIP_TRY_ASSIGN(MemoryNeed need, encoder_.memory(options_->simd, block_bytes));
    // A repetition, and what was read behind it for the next block.
    need.per_thread += 2 * std::uint64_t{block_bytes_ - level_.block_bytes};
    CZIP_TRY_ASSIGN(const unsigned threads,
                    threads_within_limit(options_->threads, expected / level_.block_bytes + 1,
                                         options_->memory_limit, need));
    report.threads = threads;
    const auto coders =
        context.coders(threads, thread_count(options_->threads, kMaxThreads), options_->simd);
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
    bool taken = false;       // from the earlier file
  };

  Result<bool> pull(Task& task) {
    task.taken = false;
    task.text = std::exchange(begun_, {});
    CZIP_TRY(fill(*source_, level_.block_bytes, task.text));
    std::size_t end = std::min<std::size_t>(task.text.size(), level_.block_bytes);
    task.pattern = std::exchange(next_pattern_, 0);
    if (task.pattern == 0) {
      if (const auto repeat = find_repeat(std::span(task.text).first(end))) {
        if (repeat->begin == 0) {
          task.pattern = repeat->pattern;
        } else {
          next_pattern_ = repeat->pattern;
          end = repeat->begin;
        }
      }
    }
    if (task.pattern != 0) {
      if (repeat_end(task.text, task.pattern) == task.text.size())
        CZIP_TRY(fill(*source_, block_bytes_, task.text));
      end = repeat_end(task.text, task.pattern);
    }
    begun_.assign(task.text.begin() + static_cast<std::ptrdiff_t>(end), task.text.end());
    task.text.resize(end);
    hasher_.add(task.text);
    if (auto earlier = earlier_.take(task.text)) {
      task.header = earlier->block;
      task.payload = std::move(earlier->payload);
      task.taken = true;
    }
    return !task.text.empty();
  }

  Status process(BlockCoder& coder, Task& task) {
    if (task.taken) {
      release(task.text);
      return progress_.add(task.header.text_bytes);
    }
    BlockHeader& header = task.header;
    header = {.text_bytes = static_cast<std::uint32_t>(task.text.size()),
              .text_hash = hash64(task.text)};
    if (task.pattern != 0) return process_repetition(coder, task);
    auto coded = encoder_.encode(coder, task.text, BlockPlaceKind::full_frame, progress_);
    CZIP_TRY(coded);
    if (!*coded) {
      header.payload_bytes = header.text_bytes;
      header.payload_hash = header.text_hash;
      task.payload = std::move(task.text);
      return {};
    }
    header.type = BlockType::coded;
    release(task.text);
    task.payload = std::move((*coded)->coded.payload);
    describe_payload(task, **coded);
    return {};
  }

  Status process_repetition(BlockCoder& coder, Task& task) {
    task.text.resize(task.pattern);
    std::optional<BlockEncoder::Block> coded;
    if (task.pattern > kMaxPlainPattern) {
      CZIP_TRY_ASSIGN(coded, encoder_.encode(coder, task.text));
    }
    if (coded && kPatternLengthBytes + coded->coded.payload.size() < task.pattern) {
      task.header.type = BlockType::coded_pattern;
      task.payload.resize(kPatternLengthBytes);
      store_le(task.payload.data(), static_cast<std::uint32_t>(task.pattern));
      const Bytes& payload = coded->coded.payload;
      task.payload.insert(task.payload.end(), payload.begin(), payload.end());
      describe_payload(task, *coded);
    } else {
      task.header.type = BlockType::repeated;
      task.payload = std::move(task.text);
      describe_payload(task, {});
    }
    release(task.text);
    return progress_.add(task.header.text_bytes);
  }

  static void describe_payload(Task& task, const BlockEncoder::Block& block) {
    task.header.settings = block.settings;
    task.header.payload_bytes = static_cast<std::uint32_t>(task.payload.size());
    task.header.payload_hash = hash64(task.payload);
    task.header.final_range = block.coded.final_range;
  }

  Status commit(Task& task) {
    CZIP_TRY(writer_.add(task.header, task.payload));
    release(task.payload);
    report_->text_bytes += task.header.text_bytes;
    report_->payload_bytes += task.header.payload_bytes;
    count_block(task.header.type == BlockType::stored, task.header.settings, *report_);
    if (task.taken) ++report_->taken_blocks;
    return {};
  }

  const EncodeOptions* options_;
  LevelSettings level_;
  std::uint32_t block_bytes_;  // of the frame
  BlockEncoder encoder_;
  Bytes begun_;                   // text of the next block, as far as it has been read
  std::size_t next_pattern_ = 0;  // the next block's, where it is known to repeat one
  ByteSource* source_;
  ProgressSum progress_;
  FrameHeader header_;
  FrameWriter writer_;
  EarlierBlocks earlier_;
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
  CZIP_TRY_ASSIGN(const MemoryNeed need, encoder.memory(options.simd, text.size()));
  CZIP_TRY_ASSIGN(report.threads, threads_within_limit(1, 1, options.memory_limit, need));
  Result<std::optional<BlockEncoder::Block>> coded = std::optional<BlockEncoder::Block>();
  ProgressSum progress(options.progress);
  if (!text.empty()) {
    coded = encoder.encode(
        context.coders(1, thread_count(options.threads, kMaxThreads), options.simd).front(), text,
        BlockPlaceKind::compact_frame, progress);
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
  count_block(header.stored, header.settings, report);
  return out.write(file);
}

// Takes fewer streams of a language model where the limit has no room for the level's, which are
// recorded in the file: a decoder needs the same memory.
Status fit_language_model(const Model& model, const EncodeOptions& options, LevelSettings& level) {
  if (options.memory_limit == 0) return {};
  const std::uint64_t text_bytes =
      std::min<std::uint64_t>(level.block_bytes, options.text_bytes.value_or(level.block_bytes));
  while (level.language_model_streams_log2 > 0 &&
         !language_model_settings(model, level, text_bytes).empty()) {
    CZIP_TRY_ASSIGN(const MemoryNeed need,
                    BlockEncoder(model, level, false).memory(options.simd, text_bytes));
    if (need.shared + need.per_thread <= options.memory_limit) break;
    --level.language_model_streams_log2;
  }
  return {};
}

Status encode_text(const Model& model, ByteSource& text, ByteSink& out,
                   const EncodeOptions& options, CodingReport& report) {
  CZIP_TRY_ASSIGN(LevelSettings level, choose_settings(model, options.level, options.block_bytes));
  CZIP_TRY(fit_language_model(model, options, level));
  // Load the network before the blocks' memory is allocated: loading takes twice its memory.
  if (level.network && model.has_network()) {
    CZIP_TRY(network_of(model.parts(), options.simd));
  }
  Bytes begun;
  CZIP_TRY(fill(text, kMaxCompactText + 1, begun));
  report.frames = 1;
  CodingContext own_context;
  CodingContext& context = options.context != nullptr ? *options.context : own_context;
  if (begun.size() <= kMaxCompactText && !may_gain_by_filter(begun)) {
    CZIP_TRY(write_compact(model, options, level, context, begun, out, report));
  } else {
    CZIP_TRY(fill(text, level.block_bytes, begun));
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
