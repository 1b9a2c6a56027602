#include "v1/text_coding.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "czip/base/memory_limit.hpp"
#include "czip/base/pipeline.hpp"
#include "io/stopwatch.hpp"
#include "v1/chunk_decoder.hpp"

namespace czip::v1 {
namespace {

// Turns a text into a payload; owns what the pipeline's stages share.
class TextEncoder {
 public:
  TextEncoder(ContextState& context, const Network& network, std::span<const std::uint8_t> text,
              const EncodeOptions& options, std::uint32_t context_log2, unsigned threads,
              const TakeChunks& take)
      : model_(&context.model()),
        network_(&network),
        // The tokenizer takes the same bytes as a string_view.
        stream_(model_->tokenizer, {reinterpret_cast<const char*>(text.data()), text.size()}),
        progress_(options.progress),
        threads_(threads),
        take_(&take) {
    header_.model_path_hash = options.model_path_hash;
    header_.context_log2 = context_log2;
    header_.last_chunk_tokens = header_.context();
    task_tokens_ = std::size_t{header_.context()} * encoder_chunks(header_.context());
    encoders_ = &context.encoders(network, header_.context(), threads_);
  }

  Result<PayloadHeader> run() {
    const Status status = run_ordered<Task>(
        threads_, {.pull = [this](Task& task) { return pull(task); },
                   .process = [this](unsigned worker, Task& task) { return process(worker, task); },
                   .commit = [this](Task& task) { return commit(task); }});
    CZIP_TRY(status);
    return header_;
  }

  [[nodiscard]] std::uint64_t stream_bytes() const { return stream_bytes_; }

 private:
  struct Task {
    std::vector<TokenId> tokens;
    std::uint64_t text_bytes = 0;  // of the text up to the task's end
    EncodedChunks chunks;
  };

  Result<bool> pull(Task& task) {
    task.tokens.clear();
    while (task.tokens.size() < task_tokens_) {
      CZIP_TRY_ASSIGN(const auto count,
                      stream_.next(task_tokens_ - task.tokens.size(), task.tokens));
      if (count == 0) break;
    }
    task.text_bytes = stream_.bytes_consumed();
    return !task.tokens.empty();
  }

  Status process(unsigned worker, Task& task) {
    std::unique_ptr<ChunkEncoder>& encoder = (*encoders_)[worker];
    if (encoder == nullptr) {
      CZIP_TRY_ASSIGN(auto created,
                      ChunkEncoder::create(*network_, header_.context(), model_->first_token));
      encoder = std::make_unique<ChunkEncoder>(std::move(created));
    }
    encoder->encode(task.tokens, task.chunks);
    return {};
  }

  Status commit(Task& task) {
    for (const std::uint32_t size : task.chunks.sizes) {
      if (size > kMaxChunkBytes)
        return fail(ErrorCode::unsupported,
                    "chunk " + std::to_string(header_.chunks) + " takes " + std::to_string(size) +
                        " bytes, but CZIPv1 stores chunks of at most " +
                        std::to_string(kMaxChunkBytes) + "; a lower level makes shorter ones");
      if (header_.chunks == kMaxChunks)
        return fail(ErrorCode::unsupported,
                    "the text takes more than " + std::to_string(kMaxChunks) + " chunks");
      ++header_.chunks;
    }
    header_.last_chunk_tokens =
        static_cast<std::uint32_t>((task.tokens.size() - 1) % header_.context()) + 1;
    stream_bytes_ += task.chunks.bytes.size();
    CZIP_TRY((*take_)(task.chunks));
    return report_progress(progress_, task.text_bytes);
  }

  const Model* model_;
  const Network* network_;
  TokenStream stream_;
  const Progress& progress_;
  unsigned threads_;
  const TakeChunks* take_;
  PayloadHeader header_;
  std::uint64_t stream_bytes_ = 0;
  std::size_t task_tokens_ = 0;
  std::vector<std::unique_ptr<ChunkEncoder>>* encoders_ = nullptr;  // one for each thread
};

}  // namespace

Result<std::uint32_t> choose_context_log2(const Model& model, std::optional<int> level) {
  if (!level) return model.network.context_log2;
  if (*level < kMinLevel || *level > kMaxLevel)
    return fail(ErrorCode::invalid_argument, "level " + std::to_string(*level) + " is outside " +
                                                 std::to_string(kMinLevel) + " to " +
                                                 std::to_string(kMaxLevel));
  const std::uint32_t context_log2 = level_context_log2(*level);
  if ((std::uint32_t{1} << context_log2) > model.network.positions)
    return fail(ErrorCode::invalid_argument, "level " + std::to_string(*level) + " needs " +
                                                 std::to_string(std::uint32_t{1} << context_log2) +
                                                 " positions, but the model has " +
                                                 std::to_string(model.network.positions));
  return context_log2;
}

std::uint64_t encoder_bytes(const Model& model, const Network& network, std::uint32_t context) {
  return std::uint64_t{kEncoderRows} * row_bytes(model.network) +
         std::uint64_t{encoder_chunks(context)} * network.sequence_bytes(context);
}

Result<PayloadHeader> code_text(ContextState& context, std::span<const std::uint8_t> text,
                                const EncodeOptions& options, CodingReport& report,
                                const TakeChunks& take) {
  const Stopwatch stopwatch;
  if (text.size() > kMaxTextBytes)
    return fail(ErrorCode::invalid_argument,
                "a text of " + std::to_string(text.size()) +
                    " bytes is too long for CZIPv1, which stores at most " +
                    std::to_string(kMaxTextBytes));
  CZIP_TRY_ASSIGN(const auto context_log2, choose_context_log2(context.model(), options.level));
  CZIP_TRY_ASSIGN(const Network* const network, context.network(options.simd, options.dialect));
  const std::uint32_t chunk_tokens = std::uint32_t{1} << context_log2;
  // No token is shorter than a byte.
  const std::uint64_t tasks = text.size() / chunk_tokens + 1;
  CZIP_TRY_ASSIGN(
      const unsigned threads,
      threads_within_limit(options.threads, tasks, options.memory_limit,
                           {.per_thread = encoder_bytes(context.model(), *network, chunk_tokens)}));
  TextEncoder encoder(context, *network, text, options, context_log2, threads, take);
  CZIP_TRY_ASSIGN(const auto header, encoder.run());
  report.text_bytes = text.size();
  report.tokens = header.tokens();
  report.chunks = header.chunks;
  report.payload_bytes = header.table_end() + encoder.stream_bytes();
  report.context_log2 = context_log2;
  report.dialect = options.dialect;
  report.coding_ns = stopwatch.elapsed_ns();
  return header;
}

}  // namespace czip::v1
