#include "v1/decode.hpp"

#include <algorithm>
#include <new>
#include <vector>

#include "v1/decode_attempt.hpp"
#include "v1/file_reader.hpp"

namespace czip::v1 {
namespace {

// The shortest chunk, in tokens, in which the 32-bit attention accumulator of `rust` can overflow,
// so that `i64` differs.
constexpr std::uint32_t kFirstOverflowTokens = 258;

// The only chunk length of the Python implementation.
constexpr std::uint32_t kPythonContextLog2 = kDefaultContextLog2;

// Dialects besides `rust` that can have written the file.
std::vector<Dialect> alternatives(const DecodeAttempt& attempt) {
  std::vector<Dialect> dialects;
  if (attempt.longest_chunk >= kFirstOverflowTokens) dialects.push_back(Dialect::i64);
  if (attempt.report.context_log2 == kPythonContextLog2) dialects.push_back(Dialect::python);
  return dialects;
}

// Decodes without knowing the dialect.
class DialectDetection {
 public:
  DialectDetection(ContextState& context, RewindableSource& in, RewindableSink& out,
                   const DecodeOptions& options)
      : context_(&context),
        in_(&in),
        out_(&out),
        attempt_{.dialect = Dialect::rust,
                 .require_utf8 = false,
                 .threads = options.threads,
                 .simd = options.simd,
                 .progress = {},
                 .memory_limit = options.memory_limit} {
    // A later attempt begins again. The caller is told of its progress once it is further than the
    // attempts before.
    if (options.progress)
      attempt_.progress = [this, &options](std::uint64_t text_bytes) {
        progress_ = std::max(progress_, text_bytes);
        return options.progress(progress_);
      };
  }

  Result<CodingReport> run() {
    const DecodeAttempt rust = attempt_decode(*context_, *in_, *out_, attempt_);
    if (rust.status && rust.text_is_utf8) return rust.report;
    if (!rust.status && !rust.prediction_error) return error_of(rust.status);
    // The other implementations write nothing but UTF-8.
    attempt_.require_utf8 = true;
    return rust.status ? prefer_utf8(rust) : try_alternatives(rust);
  }

 private:
  // `rust` decodes the file, but to a text that is not UTF-8. Should another dialect make UTF-8 of
  // it, that is the text; otherwise czip wrote it, and it stays as it is in `out`.
  Result<CodingReport> prefer_utf8(const DecodeAttempt& rust) {
    for (const Dialect dialect : alternatives(rust)) {
      attempt_.dialect = dialect;
      if (!in_->rewind()) break;
      NullSink probe;
      const DecodeAttempt probed = attempt_decode(*context_, *in_, probe, attempt_);
      if (!probed.status && probed.status.error().code == ErrorCode::cancelled)
        return error_of(probed.status);
      if (!probed.status) continue;
      CZIP_TRY(rewind_both());
      const DecodeAttempt attempt = attempt_decode(*context_, *in_, *out_, attempt_);
      CZIP_TRY(attempt.status);
      return attempt.report;
    }
    return rust.report;
  }

  // `rust` does not decode the file.
  Result<CodingReport> try_alternatives(const DecodeAttempt& rust) {
    for (const Dialect dialect : alternatives(rust)) {
      attempt_.dialect = dialect;
      CZIP_TRY(rewind_both());
      const DecodeAttempt attempt = attempt_decode(*context_, *in_, *out_, attempt_);
      if (attempt.status) return attempt.report;
      if (!attempt.prediction_error) return error_of(attempt.status);
    }
    return fail(rust.status.error().code,
                rust.status.error().message +
                    "; no dialect fits: the file is damaged or was made with another model");
  }

  Status rewind_both() {
    CZIP_TRY(in_->rewind());
    return out_->rewind();
  }

  ContextState* context_;
  RewindableSource* in_;
  RewindableSink* out_;
  AttemptOptions attempt_;
  std::uint64_t progress_ = 0;
};

Result<CodingReport> decode_dialect(ContextState& context, ByteSource& in, ByteSink& out,
                                    const DecodeOptions& options) {
  const DecodeAttempt attempt = attempt_decode(context, in, out,
                                               {.dialect = *options.dialect,
                                                .require_utf8 = false,
                                                .threads = options.threads,
                                                .simd = options.simd,
                                                .progress = options.progress,
                                                .memory_limit = options.memory_limit});
  if (attempt.status) return attempt.report;
  const Error& error = attempt.status.error();
  if (!attempt.prediction_error) return error_of(attempt.status);
  return fail(error.code,
              error.message + "; the file is damaged or was made with another model or dialect");
}

}  // namespace

Result<CodingReport> decode_with(ContextState& context, RewindableSource& in, RewindableSink& out,
                                 const DecodeOptions& options) {
  if (options.dialect) return decode_dialect(context, in, out, options);
  return DialectDetection(context, in, out, options).run();
}

Result<FileInfo> inspect(ByteSource& in) {
  try {
    FileReader reader(in);
    CZIP_TRY(reader.open());
    ChunkGroup chunk;
    do {
      CZIP_TRY(reader.read_chunks(1, chunk));
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
    info.trailing = reader.trailing();
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
