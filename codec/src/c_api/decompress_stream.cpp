#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "c_api/decompress.hpp"
#include "c_api/format.hpp"
#include "c_api/whole_input.hpp"

namespace czip::c_api {
namespace {

// The stream's input from its first byte on, some of which has been read to tell the format.
class BegunSource final : public ByteSource {
 public:
  BegunSource(std::vector<std::uint8_t> begun, Exchange& exchange)
      : begun_(std::move(begun)), exchange_(&exchange) {}

  Result<std::size_t> read(std::span<std::uint8_t> buffer) override {
    if (taken_ == begun_.size()) return exchange_->read(buffer);
    const std::size_t count = std::min(buffer.size(), begun_.size() - taken_);
    std::copy_n(begun_.begin() + static_cast<std::ptrdiff_t>(taken_), count, buffer.begin());
    taken_ += count;
    return count;
  }

 private:
  std::vector<std::uint8_t> begun_;
  std::size_t taken_ = 0;
  Exchange* exchange_;
};

// As many bytes as tell the format, unless the input is shorter.
Result<std::vector<std::uint8_t>> read_beginning(Exchange& exchange) {
  CZIP_TRY(exchange.begin_part());
  std::vector<std::uint8_t> begun;
  while (begun.size() < kFormatBytes && !v2::has_magic(begun)) {
    std::uint8_t byte = 0;
    CZIP_TRY_ASSIGN(const std::size_t count, exchange.read({&byte, 1}));
    if (count == 0) break;
    begun.push_back(byte);
    if (begun.size() >= kLeastFormatBytes) CZIP_TRY(format_of(begun));  // as soon as it is neither
  }
  return begun;
}

Status decompress_v2(czip_dctx& context, std::vector<std::uint8_t> begun, Exchange& exchange) {
  BegunSource source(std::move(begun), exchange);
  ExchangeSink sink(exchange);
  LimitedSink limited(sink, context.parameters.max_output);
  v2::DecodeOptions options = options_v2(context);
  options.progress = context.callbacks.follow(&exchange);
  CZIP_TRY(v2::decode(finder_of(context), source, limited, options));
  return {};
}

// The text is given when it is known to be right: until then the decoder may take it back.
Status decompress_v1(czip_dctx& context, std::vector<std::uint8_t> begun, Exchange& exchange) {
  CZIP_TRY_ASSIGN(const auto model, model_v1_of(context));
  CZIP_TRY_ASSIGN(const auto file,
                  read_whole(exchange, std::move(begun), context.parameters.memory_limit));
  MemorySource source(file);
  MemorySink text;
  LimitedSink limited(text, context.parameters.max_output);
  v1::DecodeOptions options = options_v1(context);
  options.progress = context.callbacks.follow(&exchange);
  CZIP_TRY(v1::decode(*model->v1(), source, limited, options));
  return exchange.write(text.bytes());
}

Status decompress(czip_dctx& context, Exchange& exchange) {
  const ExecutorScope scope(context.callbacks.threads());
  CZIP_TRY_ASSIGN(auto begun, read_beginning(exchange));
  CZIP_TRY_ASSIGN(const Format format, format_of(begun));
  return format == Format::v1 ? decompress_v1(context, std::move(begun), exchange)
                              : decompress_v2(context, std::move(begun), exchange);
}

}  // namespace
}  // namespace czip::c_api

czip_status czip_dctx_stream(czip_dctx* context, czip_out_buffer* out, czip_in_buffer* in,
                             int directive, int* done) {
  using namespace czip::c_api;
  return guarded([&]() -> czip::Status {
    if (done != nullptr) *done = 0;
    if (context == nullptr) return null_pointer("context");
    CZIP_TRY(check_buffers(out, in, done));
    CZIP_TRY_ASSIGN(const Directive what, directive_of(directive, false));
    const auto code = [context](Exchange& exchange) { return decompress(*context, exchange); };
    return advance(context->stream, code, *out, *in, what, *done);
  });
}
