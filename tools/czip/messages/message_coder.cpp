#include "messages/message_coder.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "armour/armour.hpp"
#include "armour/armour_sink.hpp"
#include "armour/armour_source.hpp"
#include "armour/base64.hpp"
#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/progress.hpp"
#include "cli/trailing_data.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v1/codec.hpp"
#include "io/limited_sink.hpp"
#include "io/streams.hpp"
#include "v1/options.hpp"
#include "v2/options.hpp"

namespace czip::tool {
namespace {

using Bytes = std::vector<std::uint8_t>;

std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

ArmourKind kind_of(std::string_view text) { return armour_kind(text.substr(0, kArmourPeek)); }

Error with_advice(Error error) {
  error = advise(std::move(error));
  if (error.code == ErrorCode::over_limit &&
      error.message.find("as a message") != std::string::npos)
    error.message += "; --max-output LIMIT allows more";
  return error;
}

}  // namespace

std::string text_of_file(std::span<const std::uint8_t> file) {
  return base64_size(file.size()) <= kLongestBareLine ? to_base64(file) + '\n' : armoured(file);
}

bool is_text_of_file(std::string_view text) { return kind_of(text) != ArmourKind::none; }

bool resembles_text_of_file(std::string_view text) {
  Bytes bytes;
  Base64Decoder decoder;
  for (const char digit : without_padding(without_quoting(text)))
    if (!decoder.add(digit, bytes).empty()) return false;
  return v2::has_magic(bytes);
}

Result<Bytes> file_of_text(std::string_view text) {
  const ArmourKind kind = kind_of(text);
  if (kind == ArmourKind::none)
    return fail(ErrorCode::corrupt, "is no base64 that czip wrote; check that all of it is there");
  return without_armour(as_bytes(text), kind);
}

std::string describe_message(std::uint64_t text_bytes, std::uint64_t file_bytes) {
  std::string text = grouped(text_bytes) + " bytes => " + grouped(file_bytes) + " bytes (" +
                     grouped(base64_size(file_bytes)) + " digits)";
  if (text_bytes != 0) {
    const double share = percent(file_bytes, text_bytes);
    text += format(": %.1f %%, %.3f bits per byte", share, share * 8 / 100);
  }
  return text;
}

MessageCoder::MessageCoder(const Session& session, ModelStore models, int format)
    : session_(&session), models_(std::move(models)), format_(format) {}

Result<MessageCoder> MessageCoder::create(const Session& session) {
  CZIP_TRY_ASSIGN(auto models, ModelStore::open(session.arguments));
  CZIP_TRY_ASSIGN(const auto format, models.format_to_write(session.arguments));
  return MessageCoder(session, std::move(models), format);
}

std::string MessageCoder::model_name() {
  if (format_ == 1) return session_->arguments.model;
  const auto model = models_.for_v2();
  return model ? model->description().name : "";
}

Result<Bytes> MessageCoder::compress(std::string_view text) {
  auto file = format_ == 1 ? compress_v1(as_bytes(text)) : compress_v2(as_bytes(text));
  if (!file) return Failure(with_advice(file.error()));
  return file;
}

Result<Bytes> MessageCoder::compress_v1(std::span<const std::uint8_t> text) {
  CZIP_TRY_ASSIGN(const auto model, models_.for_v1());
  MemorySink file;
  LimitedSink limited(file, session_->arguments.max_output, "--max-output");
  ProgressBar progress("compressing", text.size(), session_->wants_progress());
  v1::EncodeOptions options = encode_options_v1(*session_);
  options.progress = progress.follow();
  CZIP_TRY(v1::encode(*model, text, limited, options));
  if (!session_->arguments.verify) return file.bytes();
  MemorySource source(file.bytes());
  CompareSink same(text);
  v1::DecodeOptions decoding = decode_options_v1(*session_);
  decoding.dialect = options.dialect;
  if (v1::decode(*model, source, same, decoding) && same.equal()) return file.bytes();
  return fail(ErrorCode::internal,
              "what was written does not decode to the text, so nothing was printed; please report "
              "this");
}

Result<Bytes> MessageCoder::compress_v2(std::span<const std::uint8_t> text) {
  CZIP_TRY_ASSIGN(const auto model, models_.for_v2());
  MemorySink file;
  LimitedSink limited(file, session_->arguments.max_output, "--max-output");
  v2::EncodeOptions options = encode_options_v2(*session_);
  options.verify = session_->arguments.verify;
  options.context = context_.get();
  ProgressBar progress("compressing", text.size(), session_->wants_progress());
  options.progress = progress.follow();
  CZIP_TRY(v2::encode(model, text, limited, options));
  return file.bytes();
}

Result<Bytes> MessageCoder::decompress(std::span<const std::uint8_t> file) {
  const auto allowed = session_->arguments.max_output;
  MemorySink text;
  LimitedSink limited(text, allowed.value_or(kMaxMessageBytes),
                      allowed ? "--max-output" : "decompressing as a message");
  const Status decoded =
      v2::has_magic(file) ? decompress_v2(file, limited) : decompress_v1(file, limited);
  if (!decoded) return Failure(with_advice(decoded.error()));
  return text.bytes();
}

Status MessageCoder::decompress_v1(std::span<const std::uint8_t> file, RewindableSink& text) {
  CZIP_TRY_ASSIGN(const auto model, models_.for_v1());
  MemorySource source(file);
  ProgressBar progress("decompressing", 0, session_->wants_progress());
  v1::DecodeOptions options = decode_options_v1(*session_);
  options.progress = progress.follow();
  CZIP_TRY_ASSIGN(const auto report, v1::decode(*model, source, text, options));
  return check_trailing_data(*session_, "the message", report.trailing);
}

Status MessageCoder::decompress_v2(std::span<const std::uint8_t> file, ByteSink& text) {
  if (v2::starts_archive(file))
    return usage_error("is an archive; keep it in a file and extract that with czip -d");
  MemorySource source(file);
  v2::DecodeOptions options = decode_options_v2(*session_);
  options.context = context_.get();
  ProgressBar progress("decompressing", 0, session_->wants_progress());
  options.progress = progress.follow();
  CZIP_TRY_ASSIGN(const auto report, v2::decode(models_.finder(), source, text, options));
  return check_trailing_data(*session_, "the message", report.trailing);
}

}  // namespace czip::tool
