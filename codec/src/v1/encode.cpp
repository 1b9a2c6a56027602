#include "v1/encode.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "czip/base/little_endian.hpp"
#include "czip/base/memory_limit.hpp"
#include "czip/base/pipeline.hpp"
#include "io/byte_blocks.hpp"
#include "io/counting_streams.hpp"
#include "io/stopwatch.hpp"
#include "v1/chunk_decoder.hpp"
#include "v1/chunk_encoder.hpp"
#include "v1/container.hpp"
#include "v1/outer_codec.hpp"

namespace czip::v1 {
namespace {

// A payload in its three parts: the header is known last.
struct PayloadParts {
  PayloadHeader header;
  ByteBlocks chunk_sizes;  // u16 each
  ByteBlocks chunk_streams;

  [[nodiscard]] std::uint64_t size() const { return header.table_end() + chunk_streams.size(); }
};

Result<std::uint32_t> choose_context_log2(const Model& model, const EncodeOptions& options) {
  if (!options.level) return model.network.context_log2;
  if (*options.level < kMinLevel || *options.level > kMaxLevel)
    return fail(ErrorCode::invalid_argument, "level " + std::to_string(*options.level) +
                                                 " is outside " + std::to_string(kMinLevel) +
                                                 " to " + std::to_string(kMaxLevel));
  const std::uint32_t context_log2 = level_context_log2(*options.level);
  if ((std::uint32_t{1} << context_log2) > model.network.positions)
    return fail(ErrorCode::invalid_argument, "level " + std::to_string(*options.level) + " needs " +
                                                 std::to_string(std::uint32_t{1} << context_log2) +
                                                 " positions, but the model has " +
                                                 std::to_string(model.network.positions));
  return context_log2;
}

// Bytes that one thread takes to encode chunks of `context` tokens.
std::uint64_t encoder_bytes(const Model& model, const Network& network, std::uint32_t context) {
  return std::uint64_t{kEncoderRows} * row_bytes(model.network) +
         std::uint64_t{encoder_chunks(context)} * network.sequence_bytes(context);
}

// Turns a text into a payload; owns what the pipeline's stages share.
class PayloadEncoder {
 public:
  PayloadEncoder(ContextState& context, const Network& network, std::span<const std::uint8_t> text,
                 const EncodeOptions& options, std::uint32_t context_log2, unsigned threads)
      : model_(&context.model()),
        network_(&network),
        // The tokenizer takes the same bytes as a string_view.
        stream_(model_->tokenizer, {reinterpret_cast<const char*>(text.data()), text.size()}),
        progress_(options.progress),
        threads_(threads) {
    payload_.header.model_path_hash = options.model_path_hash;
    payload_.header.context_log2 = context_log2;
    payload_.header.last_chunk_tokens = payload_.header.context();
    task_tokens_ =
        std::size_t{payload_.header.context()} * encoder_chunks(payload_.header.context());
    encoders_ = &context.encoders(network, payload_.header.context(), threads_);
  }

  Result<PayloadParts> run() {
    const Status status = run_ordered<Task>(
        threads_, {.pull = [this](Task& task) { return pull(task); },
                   .process = [this](unsigned worker, Task& task) { return process(worker, task); },
                   .commit = [this](Task& task) { return commit(task); }});
    CZIP_TRY(status);
    return std::move(payload_);
  }

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
      CZIP_TRY_ASSIGN(auto created, ChunkEncoder::create(*network_, payload_.header.context(),
                                                         model_->first_token));
      encoder = std::make_unique<ChunkEncoder>(std::move(created));
    }
    encoder->encode(task.tokens, task.chunks);
    return {};
  }

  Status commit(Task& task) {
    PayloadHeader& header = payload_.header;
    for (const std::uint32_t size : task.chunks.sizes) {
      if (size > kMaxChunkBytes)
        return fail(ErrorCode::unsupported,
                    "chunk " + std::to_string(header.chunks) + " takes " + std::to_string(size) +
                        " bytes, but CZIPv1 stores chunks of at most " +
                        std::to_string(kMaxChunkBytes) + "; a lower level makes shorter ones");
      if (header.chunks == kMaxChunks)
        return fail(ErrorCode::unsupported,
                    "the text takes more than " + std::to_string(kMaxChunks) + " chunks");
      std::array<std::uint8_t, sizeof(std::uint16_t)> stored{};
      store_le(stored.data(), static_cast<std::uint16_t>(size));
      payload_.chunk_sizes.append(stored);
      ++header.chunks;
    }
    header.last_chunk_tokens =
        static_cast<std::uint32_t>((task.tokens.size() - 1) % header.context()) + 1;
    payload_.chunk_streams.append(task.chunks.bytes);
    return report_progress(progress_, task.text_bytes);
  }

  const Model* model_;
  const Network* network_;
  TokenStream stream_;
  const Progress& progress_;
  unsigned threads_;
  PayloadParts payload_;
  std::size_t task_tokens_ = 0;
  std::vector<std::unique_ptr<ChunkEncoder>>* encoders_ = nullptr;  // one for each thread
};

Result<PayloadParts> make_payload(ContextState& context, std::span<const std::uint8_t> text,
                                  const EncodeOptions& options, CodingReport& report) {
  const Stopwatch stopwatch;
  if (text.size() > kMaxTextBytes)
    return fail(ErrorCode::invalid_argument,
                "a text of " + std::to_string(text.size()) +
                    " bytes is too long for CZIPv1, which stores at most " +
                    std::to_string(kMaxTextBytes));
  CZIP_TRY_ASSIGN(const auto context_log2, choose_context_log2(context.model(), options));
  CZIP_TRY_ASSIGN(const Network* const network, context.network(options.simd, options.dialect));
  const std::uint32_t chunk_tokens = std::uint32_t{1} << context_log2;
  // No token is shorter than a byte.
  const std::uint64_t tasks = text.size() / chunk_tokens + 1;
  CZIP_TRY_ASSIGN(
      const unsigned threads,
      threads_within_limit(options.threads, tasks, options.memory_limit,
                           {.per_thread = encoder_bytes(context.model(), *network, chunk_tokens)}));
  Result<PayloadParts> payload =
      PayloadEncoder(context, *network, text, options, context_log2, threads).run();
  CZIP_TRY(payload);
  report.text_bytes = text.size();
  report.tokens = payload->header.tokens();
  report.chunks = payload->header.chunks;
  report.payload_bytes = payload->size();
  report.context_log2 = context_log2;
  report.dialect = options.dialect;
  report.coding_ns = stopwatch.elapsed_ns();
  return payload;
}

// Hands the payload's bytes to `consume`, in order.
template <class Consume>
Status for_each_part(const PayloadParts& payload, Consume consume) {
  CZIP_TRY(consume(std::span<const std::uint8_t>(serialize(payload.header))));
  for (const ByteBlocks* part : {&payload.chunk_sizes, &payload.chunk_streams})
    for (const std::vector<std::uint8_t>& block : part->blocks())
      CZIP_TRY(consume(std::span<const std::uint8_t>(block)));
  return {};
}

Status write_file(const PayloadParts& payload, std::uint64_t text_bytes, OuterCodec codec,
                  ByteSink& out) {
  const FileHeader header{
      .outer = codec,
      .text_bytes = static_cast<std::uint32_t>(text_bytes),
      .payload_table_end = static_cast<std::uint32_t>(payload.header.table_end())};
  CZIP_TRY(out.write(serialize(header)));
  CZIP_TRY_ASSIGN(auto encoder, create_outer_encoder(codec, payload.size(), out));
  Status status = for_each_part(
      payload, [&](std::span<const std::uint8_t> bytes) { return encoder->write(bytes); });
  if (!status) return status;
  return encoder->finish();
}

}  // namespace

Result<std::vector<std::uint8_t>> encode_payload_with(ContextState& context,
                                                      std::span<const std::uint8_t> text,
                                                      const EncodeOptions& options,
                                                      CodingReport* report) {
  CodingReport own_report;
  CZIP_TRY_ASSIGN(const auto payload, make_payload(context, text, options, own_report));
  std::vector<std::uint8_t> bytes;
  bytes.reserve(static_cast<std::size_t>(payload.size()));
  CZIP_TRY(for_each_part(payload, [&](std::span<const std::uint8_t> part) -> Status {
    bytes.insert(bytes.end(), part.begin(), part.end());
    return {};
  }));
  if (report != nullptr) *report = own_report;
  return bytes;
}

Result<CodingReport> encode_with(ContextState& context, std::span<const std::uint8_t> text,
                                 ByteSink& out, const EncodeOptions& options) {
  CodingReport report;
  CZIP_TRY_ASSIGN(const auto payload, make_payload(context, text, options, report));
  const Stopwatch stopwatch;
  CountingSink counted(out);
  CZIP_TRY(write_file(payload, text.size(), options.outer, counted));
  report.outer_ns = stopwatch.elapsed_ns();
  report.file_bytes = counted.size();
  return report;
}

}  // namespace czip::v1
