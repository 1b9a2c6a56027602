#include <brotli/decode.h>
#include <brotli/encode.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>

#include "io/input_window.hpp"
#include "v1/brotli_heap.hpp"
#include "v1/outer_codec.hpp"

namespace czip::v1 {
namespace {

// Chunk streams do not repeat themselves, so a window larger than the payload's table of chunk
// lengths buys nothing, and costs the encoder 60 MB instead of 6 and three times the time. Small
// payloads keep the reference's window.
constexpr std::uint64_t kLargePayload = std::uint64_t{64} << 10;
constexpr std::uint32_t kReferenceWindowLog = 22;
constexpr std::uint32_t kLargePayloadWindowLog = 16;

tl::unexpected<Error> brotli_out_of_memory() {
  return fail(ErrorCode::out_of_memory, "not enough memory for brotli");
}

struct DestroyDecoder {
  void operator()(BrotliDecoderState* state) const { BrotliDecoderDestroyInstance(state); }
};

class BrotliEncoder final : public OuterEncoder {
 public:
  explicit BrotliEncoder(ByteSink& out) : out_(&out) {}

  // Must be called once, before anything else.
  Status begin(std::uint64_t payload_bytes) {
    const bool large = payload_bytes > kLargePayload;
    const auto size_hint =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(payload_bytes, std::uint64_t{1} << 30));
    const bool created = heap_.run([&] {
      state_ = BrotliEncoderCreateInstance(BrotliHeap::allocate, BrotliHeap::release, &heap_);
      BrotliEncoderSetParameter(state_, BROTLI_PARAM_QUALITY, BROTLI_MAX_QUALITY);
      BrotliEncoderSetParameter(state_, BROTLI_PARAM_LGWIN,
                                large ? kLargePayloadWindowLog : kReferenceWindowLog);
      if (large) BrotliEncoderSetParameter(state_, BROTLI_PARAM_SIZE_HINT, size_hint);
    });
    return created ? Status{} : brotli_out_of_memory();
  }

  Status write(std::span<const std::uint8_t> bytes) override {
    return run(BROTLI_OPERATION_PROCESS, bytes);
  }
  Status finish() override { return run(BROTLI_OPERATION_FINISH, {}); }

 private:
  Status run(BrotliEncoderOperation operation, std::span<const std::uint8_t> bytes) {
    const std::uint8_t* next_in = bytes.data();
    std::size_t available_in = bytes.size();
    bool again = true;
    while (again) {
      std::uint8_t* next_out = buffer_.data();
      std::size_t available_out = buffer_.size();
      const bool enough_memory = heap_.run([&] {
        // Its only failure is memory, which the heap reports.
        BrotliEncoderCompressStream(state_, operation, &available_in, &next_in, &available_out,
                                    &next_out, nullptr);
      });
      if (!enough_memory) return brotli_out_of_memory();
      const std::size_t produced = buffer_.size() - available_out;
      CZIP_TRY(out_->write(std::span(buffer_).first(produced)));
      again = operation == BROTLI_OPERATION_FINISH
                  ? BrotliEncoderIsFinished(state_) == BROTLI_FALSE
                  : available_in > 0 || BrotliEncoderHasMoreOutput(state_) != BROTLI_FALSE;
    }
    return {};
  }

  BrotliHeap heap_;
  BrotliEncoderState* state_ = nullptr;  // in the heap
  ByteSink* out_;
  std::array<std::uint8_t, std::size_t{64} << 10> buffer_{};
};

class BrotliDecoder final : public OuterDecoder {
 public:
  BrotliDecoder(std::unique_ptr<BrotliDecoderState, DestroyDecoder> state, ByteSource& in)
      : state_(std::move(state)), in_(in) {}

  Result<std::size_t> read(std::span<std::uint8_t> buffer) override {
    std::uint8_t* next_out = buffer.data();
    std::size_t available_out = buffer.size();
    while (available_out > 0 && !ended_) {
      const std::uint8_t* next_in = in_.bytes().data();
      std::size_t available_in = in_.bytes().size();
      const BrotliDecoderResult result = BrotliDecoderDecompressStream(
          state_.get(), &available_in, &next_in, &available_out, &next_out, nullptr);
      in_.consume(in_.bytes().size() - available_in);
      CZIP_TRY(handle(result));
    }
    return buffer.size() - available_out;
  }

  [[nodiscard]] const TrailingData& trailing() const override { return trailing_; }

 private:
  Status handle(BrotliDecoderResult result) {
    switch (result) {
      case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT:
        return {};
      case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT:
        return more_input();
      case BROTLI_DECODER_RESULT_SUCCESS:
        ended_ = true;
        return read_trailing_data();
      case BROTLI_DECODER_RESULT_ERROR:
        break;
    }
    const BrotliDecoderErrorCode code = BrotliDecoderGetErrorCode(state_.get());
    if (code <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES &&
        code >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES)
      return brotli_out_of_memory();
    return fail(ErrorCode::corrupt, "damaged brotli stream around its byte " +
                                        std::to_string(in_.offset()) + ": " +
                                        BrotliDecoderErrorString(code));
  }

  Status more_input() {
    CZIP_TRY(in_.fill(1));
    if (in_.bytes().empty())
      return fail(ErrorCode::truncated, "the file ends inside its brotli stream, after " +
                                            std::to_string(in_.offset()) + " bytes of it");
    return {};
  }

  Status read_trailing_data() {
    CZIP_TRY_ASSIGN(trailing_, in_.read_trailing_data());
    return {};
  }

  std::unique_ptr<BrotliDecoderState, DestroyDecoder> state_;
  InputWindow in_;
  TrailingData trailing_;
  bool ended_ = false;
};

}  // namespace

Result<std::unique_ptr<OuterEncoder>> create_brotli_encoder(std::uint64_t payload_bytes,
                                                            ByteSink& out) {
  auto encoder = std::make_unique<BrotliEncoder>(out);
  CZIP_TRY(encoder->begin(payload_bytes));
  return encoder;
}

Result<std::unique_ptr<OuterDecoder>> create_brotli_decoder(ByteSource& in) {
  std::unique_ptr<BrotliDecoderState, DestroyDecoder> state(
      BrotliDecoderCreateInstance(nullptr, nullptr, nullptr));
  if (state == nullptr) return brotli_out_of_memory();
  return std::make_unique<BrotliDecoder>(std::move(state), in);
}

}  // namespace czip::v1
