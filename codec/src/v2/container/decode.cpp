#include <new>

#include "czip/codec/v2/codec.hpp"
#include "io/stopwatch.hpp"
#include "v2/container/stream_decoder.hpp"

namespace czip::v2 {

Result<CodingReport> decode(const ModelFinder& models, ByteSource& in, ByteSink& out,
                            const DecodeOptions& options) {
  try {
    const Stopwatch stopwatch;
    StreamDecoder decoder(models, in, options,
                          [&out](const DecodingTask& block) { return out.write(block.text); });
    CodingContext own_context;
    CZIP_TRY(decoder.run(options.context != nullptr ? *options.context : own_context));
    CodingReport report = decoder.report();
    report.coding_ns = stopwatch.elapsed_ns();
    return report;
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory to decode");
  }
}

Result<CodingReport> decode(const Model& model, ByteSource& in, ByteSink& out,
                            const DecodeOptions& options) {
  return decode([&model](const ModelReference& wanted) { return matching_model(model, wanted); },
                in, out, options);
}

}  // namespace czip::v2
