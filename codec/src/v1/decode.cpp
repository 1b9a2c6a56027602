#include <new>
#include <string>
#include <utility>
#include <vector>

#include "czip/codec/v1/codec.hpp"
#include "v1/decode_attempt.hpp"
#include "v1/file_reader.hpp"

namespace czip::v1 {
namespace {

// From this position on the 32-bit attention accumulator of `rust` can overflow, and `i64` differ.
constexpr std::uint32_t kFirstOverflowTokens = 258;

// The only chunk length of the Python implementation.
constexpr std::uint32_t kPythonContextLog2 = 6;

// Dialects besides `rust` that can have written the file.
std::vector<Dialect> alternatives(const AttemptResult& result) {
  std::vector<Dialect> dialects;
  if (result.chunk_tokens >= kFirstOverflowTokens) dialects.push_back(Dialect::i64);
  if (result.report.context_log2 == kPythonContextLog2) dialects.push_back(Dialect::python);
  return dialects;
}

// Decodes without knowing the dialect.
class DialectDetection {
 public:
  DialectDetection(const Model& model, RewindableSource& in, RewindableSink& out,
                   const DecodeOptions& options)
      : model_(&model),
        in_(&in),
        out_(&out),
        attempt_{.dialect = Dialect::rust,
                 .require_utf8 = false,
                 .threads = options.threads,
                 .simd = options.simd,
                 .progress = {}} {
    // A later attempt begins again, and keeps still until it is further.
    if (options.progress)
      attempt_.progress = [this, &options](std::uint64_t text_bytes) {
        if (text_bytes <= progress_) return;
        progress_ = text_bytes;
        options.progress(text_bytes);
      };
  }

  Result<CodingReport> run() {
    AttemptResult rust = attempt_decode(*model_, *in_, *out_, attempt_);
    if (rust.status && rust.text_is_utf8) return rust.report;
    if (!rust.status && !rust.misfit) return tl::unexpected(std::move(rust.status.error()));
    // The other implementations write nothing but UTF-8.
    attempt_.require_utf8 = true;
    return rust.status ? doubt(rust) : recover(rust);
  }

 private:
  // The text fits, but is not UTF-8. Should another dialect make UTF-8 of it, that is the text;
  // otherwise it is one that czip wrote, and stays as it is in `out`.
  Result<CodingReport> doubt(const AttemptResult& rust) {
    for (const Dialect dialect : alternatives(rust)) {
      attempt_.dialect = dialect;
      if (!in_->rewind()) break;
      NullSink probe;
      if (!attempt_decode(*model_, *in_, probe, attempt_).status) continue;
      if (Status status = rewind_both(); !status) return tl::unexpected(std::move(status.error()));
      AttemptResult result = attempt_decode(*model_, *in_, *out_, attempt_);
      if (!result.status) return tl::unexpected(std::move(result.status.error()));
      return result.report;
    }
    return rust.report;
  }

  // `rust` is wrong for this file.
  Result<CodingReport> recover(const AttemptResult& rust) {
    for (const Dialect dialect : alternatives(rust)) {
      attempt_.dialect = dialect;
      if (Status status = rewind_both(); !status) return tl::unexpected(std::move(status.error()));
      AttemptResult result = attempt_decode(*model_, *in_, *out_, attempt_);
      if (result.status) return result.report;
      if (!result.misfit) return tl::unexpected(std::move(result.status.error()));
    }
    return fail(rust.status.error().code,
                rust.status.error().message +
                    "; no dialect fits: the file is damaged or was made with another model");
  }

  Status rewind_both() {
    if (Status status = in_->rewind(); !status) return status;
    return out_->rewind();
  }

  const Model* model_;
  RewindableSource* in_;
  RewindableSink* out_;
  AttemptOptions attempt_;
  std::uint64_t progress_ = 0;
};

Result<CodingReport> decode_dialect(const Model& model, ByteSource& in, ByteSink& out,
                                    const DecodeOptions& options) {
  AttemptResult result = attempt_decode(model, in, out,
                                        {.dialect = *options.dialect,
                                         .require_utf8 = false,
                                         .threads = options.threads,
                                         .simd = options.simd,
                                         .progress = options.progress});
  if (result.status) return result.report;
  Error& error = result.status.error();
  if (result.misfit)
    error.message += "; the file is damaged or was made with another model or dialect";
  return tl::unexpected(std::move(error));
}

}  // namespace

Result<CodingReport> decode(const Model& model, RewindableSource& in, RewindableSink& out,
                            const DecodeOptions& options) {
  try {
    if (options.dialect) return decode_dialect(model, in, out, options);
    return DialectDetection(model, in, out, options).run();
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory to decode");
  }
}

Result<FileInfo> inspect(ByteSource& in) {
  try {
    FileReader reader(in);
    if (Status status = reader.open(); !status) return tl::unexpected(std::move(status.error()));
    ChunkGroup chunk;
    do {
      if (Status status = reader.read_chunks(1, chunk); !status)
        return tl::unexpected(std::move(status.error()));
    } while (!chunk.sizes.empty());
    const PayloadHeader& header = reader.header();
    FileInfo info;
    info.outer = reader.file_header().outer;
    info.text_bytes = reader.file_header().text_bytes;
    info.file_bytes = reader.file_bytes();
    info.payload_bytes = reader.payload_bytes();
    info.model_path_hash = header.model_path_hash;
    info.chunks = header.chunks;
    info.last_chunk_tokens = header.last_chunk_tokens;
    info.context_log2 = header.context_log2;
    info.tokens = header.tokens();
    return info;
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory to inspect");
  }
}

Result<std::vector<std::uint8_t>> read_payload(ByteSource& in) {
  try {
    return FileReader(in).read_payload();
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory to hold the payload");
  }
}

}  // namespace czip::v1
