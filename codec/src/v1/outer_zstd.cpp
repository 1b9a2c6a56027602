#include <zstd.h>
#include <zstd_errors.h>

#include <array>
#include <memory>
#include <string>
#include <utility>

#include "czip/base/little_endian.hpp"
#include "io/input_window.hpp"
#include "v1/outer_codec.hpp"

namespace czip::v1 {
namespace {

constexpr int kCompressionLevel = 22;
// At level 22 a payload beyond 256 KiB would get windows and tables of up to 700 MB. Chunk streams
// do not repeat themselves, so small windows and tables lose nothing.
constexpr std::uint64_t kLargePayload = std::uint64_t{256} << 10;
constexpr int kLargePayloadWindowLog = 18;
constexpr int kLargePayloadHashLog = 17;

// Largest window that the reader accepts, 128 MiB: the most that level 22 asks for without long
// mode.
constexpr int kMaxWindowLog = 27;

constexpr std::uint32_t kFrameMagic = 0xfd2fb528;
constexpr std::size_t kMagicBytes = 4;

tl::unexpected<Error> zstd_out_of_memory() {
  return fail(ErrorCode::out_of_memory, "not enough memory for zstd");
}

struct FreeCompressor {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

struct FreeDecompressor {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

class ZstdEncoder final : public OuterEncoder {
 public:
  ZstdEncoder(std::unique_ptr<ZSTD_CCtx, FreeCompressor> context, ByteSink& out)
      : context_(std::move(context)), out_(&out) {}

  Status write(std::span<const std::uint8_t> bytes) override { return run(ZSTD_e_continue, bytes); }
  Status finish() override { return run(ZSTD_e_end, {}); }

 private:
  Status run(ZSTD_EndDirective directive, std::span<const std::uint8_t> bytes) {
    ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
    std::size_t pending = 0;  // bytes that zstd still holds, when the directive is to end
    do {
      ZSTD_outBuffer output{buffer_.data(), buffer_.size(), 0};
      pending = ZSTD_compressStream2(context_.get(), &output, &input, directive);
      if (ZSTD_isError(pending) != 0) return compression_failed(pending);
      CZIP_TRY(out_->write(std::span(buffer_).first(output.pos)));
    } while (directive == ZSTD_e_end ? pending > 0 : input.pos < input.size);
    return {};
  }

  static Status compression_failed(std::size_t code) {
    if (ZSTD_getErrorCode(code) == ZSTD_error_memory_allocation) return zstd_out_of_memory();
    return fail(ErrorCode::internal, std::string("zstd: ") + ZSTD_getErrorName(code));
  }

  std::unique_ptr<ZSTD_CCtx, FreeCompressor> context_;
  ByteSink* out_;
  std::array<std::uint8_t, std::size_t{64} << 10> buffer_{};
};

class ZstdDecoder final : public OuterDecoder {
 public:
  ZstdDecoder(std::unique_ptr<ZSTD_DCtx, FreeDecompressor> context, ByteSource& in)
      : context_(std::move(context)), in_(in) {}

  Result<std::size_t> read(std::span<std::uint8_t> buffer) override {
    ZSTD_outBuffer output{buffer.data(), buffer.size(), 0};
    while (output.pos < output.size && !ended_) {
      CZIP_TRY(started_ ? decompress(output) : check_magic());
    }
    return output.pos;
  }

  [[nodiscard]] const TrailingData& trailing() const override { return trailing_; }

 private:
  // zstd would also take skippable frames and, where it was built so, frames of its early versions.
  Status check_magic() {
    CZIP_TRY(in_.fill(kMagicBytes));
    if (in_.bytes().size() < kMagicBytes) return truncated();
    const auto magic = load_le<std::uint32_t>(in_.bytes().data());
    if (magic != kFrameMagic)
      return fail(ErrorCode::corrupt, "the outer stream is not a zstd frame: its magic is " +
                                          std::to_string(magic) + ", not " +
                                          std::to_string(kFrameMagic));
    started_ = true;
    return {};
  }

  Status decompress(ZSTD_outBuffer& output) {
    ZSTD_inBuffer input{in_.bytes().data(), in_.bytes().size(), 0};
    const std::size_t before = output.pos;
    const std::size_t result = ZSTD_decompressStream(context_.get(), &output, &input);
    if (ZSTD_isError(result) != 0) return decompression_failed(result);
    in_.consume(input.pos);
    if (result == 0) {
      ended_ = true;
      return read_trailing_data();
    }
    if (input.pos > 0 || output.pos > before) return {};
    CZIP_TRY(in_.fill(in_.bytes().size() + 1));
    return in_.bytes().size() > input.size ? Status{} : truncated();
  }

  Status decompression_failed(std::size_t result) const {
    switch (ZSTD_getErrorCode(result)) {
      case ZSTD_error_memory_allocation:
        return zstd_out_of_memory();
      case ZSTD_error_frameParameter_windowTooLarge:
        return fail(ErrorCode::unsupported, "the zstd frame needs a window of more than 2^" +
                                                std::to_string(kMaxWindowLog) + " bytes");
      default:
        return fail(ErrorCode::corrupt, "damaged zstd frame around its byte " +
                                            std::to_string(in_.offset()) + ": " +
                                            ZSTD_getErrorName(result));
    }
  }

  Status truncated() {
    return fail(ErrorCode::truncated, "the file ends inside its zstd frame, after " +
                                          std::to_string(in_.offset() + in_.bytes().size()) +
                                          " bytes of it");
  }

  // Another zstd frame would be part of the payload, which CZIPv1 has in one.
  Status read_trailing_data() {
    const std::uint64_t end = in_.offset();
    CZIP_TRY_ASSIGN(trailing_, in_.read_trailing_data());
    CZIP_TRY(in_.fill(kMagicBytes));
    const std::span<const std::uint8_t> next = in_.bytes();
    if (next.size() < kMagicBytes || load_le<std::uint32_t>(next.data()) != kFrameMagic) return {};
    return fail(ErrorCode::corrupt,
                "the file goes on with another zstd frame after the end of its zstd frame of " +
                    std::to_string(end) + " bytes");
  }

  std::unique_ptr<ZSTD_DCtx, FreeDecompressor> context_;
  InputWindow in_;
  TrailingData trailing_;
  bool started_ = false;
  bool ended_ = false;
};

}  // namespace

Result<std::unique_ptr<OuterEncoder>> create_zstd_encoder(std::uint64_t payload_bytes,
                                                          ByteSink& out) {
  std::unique_ptr<ZSTD_CCtx, FreeCompressor> context(ZSTD_createCCtx());
  if (context == nullptr) return zstd_out_of_memory();
  std::size_t result = ZSTD_CCtx_setPledgedSrcSize(context.get(), payload_bytes);
  const auto set = [&](ZSTD_cParameter parameter, int value) {
    if (ZSTD_isError(result) == 0) result = ZSTD_CCtx_setParameter(context.get(), parameter, value);
  };
  set(ZSTD_c_compressionLevel, kCompressionLevel);
  set(ZSTD_c_checksumFlag, 1);
  if (payload_bytes > kLargePayload) {
    set(ZSTD_c_windowLog, kLargePayloadWindowLog);
    set(ZSTD_c_chainLog, kLargePayloadWindowLog);
    set(ZSTD_c_hashLog, kLargePayloadHashLog);
  }
  if (ZSTD_isError(result) != 0)
    return fail(ErrorCode::internal, std::string("zstd: ") + ZSTD_getErrorName(result));
  return std::make_unique<ZstdEncoder>(std::move(context), out);
}

Result<std::unique_ptr<OuterDecoder>> create_zstd_decoder(ByteSource& in) {
  std::unique_ptr<ZSTD_DCtx, FreeDecompressor> context(ZSTD_createDCtx());
  if (context == nullptr ||
      ZSTD_isError(ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kMaxWindowLog)) != 0)
    return zstd_out_of_memory();
  return std::make_unique<ZstdDecoder>(std::move(context), in);
}

}  // namespace czip::v1
