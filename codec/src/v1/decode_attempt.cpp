#include "v1/decode_attempt.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "czip/base/memory_limit.hpp"
#include "czip/base/pipeline.hpp"
#include "czip/base/utf8.hpp"
#include "io/stopwatch.hpp"
#include "v1/file_reader.hpp"

namespace czip::v1 {
namespace {

std::uint32_t longest_chunk(const PayloadHeader& header) {
  return header.chunks > 1 ? header.context() : header.last_chunk_tokens;
}

// Chunks per task, chosen so that all threads get equally many tasks of about the same size.
std::uint32_t balanced_group(std::uint32_t chunks, unsigned threads, std::uint32_t max_group) {
  const std::uint64_t capacity = std::uint64_t{threads} * max_group;
  const std::uint64_t rounds = std::max<std::uint64_t>((chunks + capacity - 1) / capacity, 1);
  const std::uint64_t tasks = rounds * threads;
  return static_cast<std::uint32_t>(std::max<std::uint64_t>((chunks + tasks - 1) / tasks, 1));
}

// Owns what the pipeline's stages share.
class TextDecoder {
 public:
  TextDecoder(ContextState& context, const Network& network, FileReader& reader, ByteSink& out,
              const AttemptOptions& options, unsigned threads)
      : model_(&context.model()),
        network_(&network),
        reader_(&reader),
        out_(&out),
        options_(&options),
        text_bytes_(reader.file_header().text_bytes),
        chunk_tokens_(longest_chunk(reader.header())),
        threads_(threads) {
    group_chunks_ = balanced_group(reader.header().chunks, threads_,
                                   max_group_chunks(*model_, network, chunk_tokens_));
    decoders_ = &context.decoders(network, chunk_tokens_, group_chunks_, threads_);
  }

  Status run() {
    Status status = run_ordered<Task>(
        threads_, {.pull = [this](Task& task) { return pull(task); },
                   .process = [this](unsigned worker, Task& task) { return process(worker, task); },
                   .commit = [this](Task& task) { return commit(task); }});
    if (!status) return status;
    if (written_ != text_bytes_)
      return prediction_error("byte 8: the text should have " + std::to_string(text_bytes_) +
                              " bytes, its chunks make " + std::to_string(written_));
    if (options_->require_utf8 && !utf8_.complete()) return not_utf8();
    return {};
  }

  [[nodiscard]] bool has_prediction_error() const { return prediction_error_; }
  [[nodiscard]] bool text_is_utf8() const { return utf8_.complete(); }

 private:
  struct Task {
    ChunkGroup group;
    std::string text;
    Status prediction;  // whether the chunks are what the network predicts
  };

  Result<bool> pull(Task& task) {
    CZIP_TRY(reader_->read_chunks(group_chunks_, task.group));
    return !task.group.sizes.empty();
  }

  Status process(unsigned worker, Task& task) {
    std::unique_ptr<ChunkDecoder>& decoder = (*decoders_)[worker];
    if (decoder == nullptr) {
      CZIP_TRY_ASSIGN(auto created,
                      ChunkDecoder::create(*model_, *network_, chunk_tokens_, group_chunks_));
      decoder = std::make_unique<ChunkDecoder>(std::move(created));
    }
    task.prediction = decoder->decode(task.group, text_bytes_, task.text);
    return {};
  }

  Status commit(Task& task) {
    if (!task.prediction) return prediction_error(std::move(task.prediction.error().message));
    if (task.text.size() > text_bytes_ - written_)
      return prediction_error("byte 8: the text should have " + std::to_string(text_bytes_) +
                              " bytes, its chunks make more");
    if (!utf8_.add(task.text) && options_->require_utf8) return not_utf8();
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(task.text.data());
    CZIP_TRY(out_->write({bytes, task.text.size()}));
    written_ += task.text.size();
    return report_progress(options_->progress, written_);
  }

  Status prediction_error(std::string message) {
    prediction_error_ = true;
    return fail(ErrorCode::corrupt, std::move(message));
  }

  Status not_utf8() { return prediction_error("the text is not UTF-8"); }

  const Model* model_;
  const Network* network_;
  FileReader* reader_;
  ByteSink* out_;
  const AttemptOptions* options_;
  std::uint64_t text_bytes_;
  std::uint32_t chunk_tokens_;
  unsigned threads_;
  std::uint32_t group_chunks_ = 1;
  std::vector<std::unique_ptr<ChunkDecoder>>* decoders_ = nullptr;  // one for each thread
  std::uint64_t written_ = 0;
  Utf8Checker utf8_;
  bool prediction_error_ = false;
};

CodingReport make_report(const FileReader& reader, Dialect dialect) {
  CodingReport report;
  report.text_bytes = reader.file_header().text_bytes;
  report.tokens = reader.header().tokens();
  report.chunks = reader.header().chunks;
  report.payload_bytes = reader.payload_bytes();
  report.file_bytes = reader.file_bytes();
  report.context_log2 = reader.header().context_log2;
  report.dialect = dialect;
  report.outer_ns = reader.outer_ns();
  report.trailing = reader.trailing();
  return report;
}

DecodeAttempt failed(tl::unexpected<Error> error) {
  DecodeAttempt attempt;
  attempt.status = std::move(error);
  return attempt;
}

}  // namespace

DecodeAttempt attempt_decode(ContextState& context, ByteSource& in, ByteSink& out,
                             const AttemptOptions& options) {
  const Stopwatch stopwatch;
  FileReader reader(in);
  if (Status status = reader.open(); !status) return failed(error_of(status));

  DecodeAttempt attempt;
  attempt.longest_chunk = longest_chunk(reader.header());
  const std::uint32_t positions = context.model().network.positions;
  if (attempt.longest_chunk > positions)
    return failed(fail(ErrorCode::model_mismatch, "the file has chunks of " +
                                                      std::to_string(attempt.longest_chunk) +
                                                      " tokens, but the model has " +
                                                      std::to_string(positions) + " positions"));
  const auto network = context.network(options.simd, options.dialect);
  if (!network) return failed(error_of(network));

  const auto threads = threads_within_limit(
      options.threads, reader.header().chunks, options.memory_limit,
      {.per_thread = group_bytes(context.model(), **network, attempt.longest_chunk)});
  if (!threads) return failed(error_of(threads));

  TextDecoder decoder(context, **network, reader, out, options, *threads);
  attempt.status = decoder.run();
  attempt.prediction_error = decoder.has_prediction_error();
  attempt.text_is_utf8 = decoder.text_is_utf8();
  attempt.report = make_report(reader, options.dialect);
  attempt.report.coding_ns = stopwatch.elapsed_ns() - attempt.report.outer_ns;
  return attempt;
}

}  // namespace czip::v1
