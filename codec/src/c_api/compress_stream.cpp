#include <cstdint>
#include <utility>
#include <vector>

#include "c_api/compress.hpp"
#include "c_api/whole_input.hpp"

namespace czip::c_api {
namespace {

// Each part of the input becomes a frame.
Status compress_v2(czip_cctx& context, const v2::Model& model, Exchange& exchange) {
  const ExecutorScope scope(context.callbacks.threads());
  ExchangeSource source(exchange);
  ExchangeSink sink(exchange);
  std::uint64_t before = 0;
  for (;;) {
    CZIP_TRY_ASSIGN(const bool more, exchange.begin_part());
    if (!more) return {};
    v2::EncodeOptions options = options_v2(context);
    options.progress = context.callbacks.follow(&exchange, before);
    CZIP_TRY_ASSIGN(const auto report, v2::encode(model, source, sink, options));
    before += report.text_bytes;
  }
}

Status compress_v1(const czip_cctx& context, const v1::Model& model, Exchange& exchange) {
  const ExecutorScope scope(context.callbacks.threads());
  CZIP_TRY_ASSIGN(auto options, options_v1(context));
  CZIP_TRY_ASSIGN(const auto text, read_whole(exchange, {}, context.parameters.memory_limit));
  ExchangeSink sink(exchange);
  options.progress = context.callbacks.follow(&exchange);
  CZIP_TRY(v1::encode(model, text, sink, options));
  return {};
}

Status stream(czip_cctx& context, czip_out_buffer& out, czip_in_buffer& in, int directive,
              int& done) {
  CZIP_TRY_ASSIGN(const Directive what, directive_of(directive, true));
  CZIP_TRY_ASSIGN(const auto model, model_of(context));
  if (model->v1() != nullptr && what == Directive::flush)
    return fail(ErrorCode::unsupported, "a stream of CZIPv1 cannot be flushed: it has one part");
  const auto code = [&context, model](Exchange& exchange) {
    return model->v1() != nullptr ? compress_v1(context, *model->v1(), exchange)
                                  : compress_v2(context, *model->v2(), exchange);
  };
  return advance(context.stream, code, out, in, what, done);
}

}  // namespace
}  // namespace czip::c_api

czip_status czip_cctx_stream(czip_cctx* context, czip_out_buffer* out, czip_in_buffer* in,
                             int directive, int* done) {
  using namespace czip::c_api;
  return guarded([&]() -> czip::Status {
    if (done != nullptr) *done = 0;
    if (context == nullptr) return null_pointer("context");
    CZIP_TRY(check_buffers(out, in, done));
    return stream(*context, *out, *in, directive, *done);
  });
}
