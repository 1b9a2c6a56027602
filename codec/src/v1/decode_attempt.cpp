#include "v1/decode_attempt.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "czip/base/pipeline.hpp"
#include "czip/base/utf8.hpp"
#include "io/stopwatch.hpp"
#include "v1/chunk_decoder.hpp"
#include "v1/file_reader.hpp"

namespace czip::v1 {
namespace {

std::uint32_t longest_chunk(const PayloadHeader& header) {
  return header.chunks > 1 ? header.context() : header.last_chunk_tokens;
}

// Chunks per task such that all threads get equally many tasks of about the same size.
std::uint32_t balanced_group(std::uint32_t chunks, unsigned threads, std::uint32_t max_group) {
  const std::uint64_t capacity = std::uint64_t{threads} * max_group;
  const std::uint64_t rounds = std::max<std::uint64_t>((chunks + capacity - 1) / capacity, 1);
  const std::uint64_t tasks = rounds * threads;
  return static_cast<std::uint32_t>(std::max<std::uint64_t>((chunks + tasks - 1) / tasks, 1));
}

// Owns what the pipeline's stages share.
class TextDecoder {
 public:
  TextDecoder(const Model& model, const Network& transformer, FileReader& reader, ByteSink& out,
              const AttemptOptions& options)
      : model_(&model),
        transformer_(&transformer),
        reader_(&reader),
        out_(&out),
        options_(&options),
        text_bytes_(reader.file_header().text_bytes),
        chunk_tokens_(longest_chunk(reader.header())) {
    workers_.resize(thread_count(options.threads, reader.header().chunks));
    group_chunks_ = balanced_group(reader.header().chunks, static_cast<unsigned>(workers_.size()),
                                   max_group_chunks(model, transformer, chunk_tokens_));
  }

  Status run() {
    Status status = run_ordered<Task>(
        static_cast<unsigned>(workers_.size()),
        {.pull = [this](Task& task) { return pull(task); },
         .process = [this](unsigned worker, Task& task) { return process(worker, task); },
         .commit = [this](Task& task) { return commit(task); }});
    if (!status) return status;
    if (written_ != text_bytes_)
      return misfit(
          {ErrorCode::corrupt, "byte 8: the text should have " + std::to_string(text_bytes_) +
                                   " bytes, its chunks make " + std::to_string(written_)});
    if (options_->require_utf8 && !utf8_.complete()) return not_utf8();
    return {};
  }

  [[nodiscard]] bool has_misfit() const { return misfit_; }
  [[nodiscard]] bool text_is_utf8() const { return utf8_.complete(); }

 private:
  struct Task {
    ChunkGroup group;
    std::string text;
    std::optional<Error> error;  // a misfit
  };

  Result<bool> pull(Task& task) {
    if (Status status = reader_->read_chunks(group_chunks_, task.group); !status)
      return tl::unexpected(std::move(status.error()));
    return !task.group.sizes.empty();
  }

  Status process(unsigned worker, Task& task) {
    std::unique_ptr<ChunkDecoder>& decoder = workers_[worker];
    if (decoder == nullptr) {
      CZIP_TRY_ASSIGN(auto created,
                      ChunkDecoder::create(*model_, *transformer_, chunk_tokens_, group_chunks_));
      decoder = std::make_unique<ChunkDecoder>(std::move(created));
    }
    task.error = decoder->decode(task.group, text_bytes_, task.text);
    return {};
  }

  Status commit(Task& task) {
    if (task.error) return misfit(std::move(*task.error));
    if (task.text.size() > text_bytes_ - written_)
      return misfit({ErrorCode::corrupt, "byte 8: the text should have " +
                                             std::to_string(text_bytes_) +
                                             " bytes, its chunks make more"});
    if (!utf8_.add(task.text) && options_->require_utf8) return not_utf8();
    // The text's characters are the bytes.
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(task.text.data());
    if (Status status = out_->write({bytes, task.text.size()}); !status) return status;
    written_ += task.text.size();
    if (options_->progress) options_->progress(written_);
    return {};
  }

  Status misfit(Error error) {
    misfit_ = true;
    return tl::unexpected(std::move(error));
  }

  Status not_utf8() { return misfit({ErrorCode::corrupt, "the text is not UTF-8"}); }

  const Model* model_;
  const Network* transformer_;
  FileReader* reader_;
  ByteSink* out_;
  const AttemptOptions* options_;
  std::uint64_t text_bytes_;
  std::uint32_t chunk_tokens_;
  std::uint32_t group_chunks_ = 1;
  std::vector<std::unique_ptr<ChunkDecoder>> workers_;
  std::uint64_t written_ = 0;
  Utf8Checker utf8_;
  bool misfit_ = false;
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
  return report;
}

AttemptResult failed(Error error) {
  AttemptResult result;
  result.status = tl::unexpected(std::move(error));
  return result;
}

}  // namespace

AttemptResult attempt_decode(const Model& model, ByteSource& in, ByteSink& out,
                             const AttemptOptions& options) {
  const Stopwatch stopwatch;
  FileReader reader(in);
  if (Status status = reader.open(); !status) return failed(std::move(status.error()));

  AttemptResult result;
  result.chunk_tokens = longest_chunk(reader.header());
  if (result.chunk_tokens > model.network.positions)
    return failed({ErrorCode::model_mismatch,
                   "the file has chunks of " + std::to_string(result.chunk_tokens) +
                       " tokens, but the model has " + std::to_string(model.network.positions) +
                       " positions"});
  const Result<Network> transformer = Network::create(model.network, options.simd, options.dialect);
  if (!transformer) return failed(transformer.error());

  TextDecoder decoder(model, *transformer, reader, out, options);
  result.status = decoder.run();
  result.misfit = decoder.has_misfit();
  result.text_is_utf8 = decoder.text_is_utf8();
  result.report = make_report(reader, options.dialect);
  result.report.coding_ns = stopwatch.elapsed_ns() - result.report.outer_ns;
  return result;
}

}  // namespace czip::v1
