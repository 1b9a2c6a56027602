#include "v1/metadata.hpp"

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "czip/base/error.hpp"
#include "czip/base/in_quotes.hpp"
#include "czip/engine/v1/constants.hpp"

namespace czip::v1 {
namespace {

// Reads fields one after another and keeps the first error; after an error the values mean nothing.
class ConfigReader {
 public:
  explicit ConfigReader(const Metadata& metadata) : metadata_(metadata) {}

  [[nodiscard]] const Status& status() const { return status_; }

  void refuse(ErrorCode code, std::string message) {
    if (status_) status_ = fail(code, "metadata: " + std::move(message));
  }

  [[nodiscard]] std::optional<std::string_view> text(std::string_view key) const {
    const auto position = metadata_.find(key);
    if (position == metadata_.end()) return std::nullopt;
    return position->second;
  }

  std::optional<std::uint32_t> optional_number(std::string_view key) {
    const auto value = text(key);
    if (!value) return std::nullopt;
    std::uint32_t number = 0;
    const char* const end = value->data() + value->size();
    const auto [stop, status] = std::from_chars(value->data(), end, number);
    if (status != std::errc{} || stop != end) {
      refuse(ErrorCode::corrupt,
             std::string(key) + " is " + in_quotes(*value) + ", not a decimal number of 32 bits");
      return std::nullopt;
    }
    return number;
  }

  // A required number in [1, limit].
  std::uint32_t size(std::string_view key, std::uint32_t limit) {
    const auto number = optional_number(key);
    if (!number) {
      refuse(ErrorCode::corrupt, std::string(key) + " is missing");
      return 0;
    }
    if (*number == 0) refuse(ErrorCode::corrupt, std::string(key) + " is 0");
    if (*number > limit)
      refuse(ErrorCode::unsupported, std::string(key) + " is " + std::to_string(*number) +
                                         ", more than the limit of " + std::to_string(limit));
    return *number;
  }

  // A required number that the format defines for one value only.
  void fixed(std::string_view key, std::uint32_t only_value, std::string_view reason) {
    const std::uint32_t number = size(key, UINT32_MAX);
    if (number != only_value)
      refuse(ErrorCode::unsupported,
             std::string(key) + " is " + std::to_string(number) + ": " + std::string(reason));
  }

 private:
  const Metadata& metadata_;
  Status status_;
};

void check_format(ConfigReader& reader) {
  const auto format = reader.text("format");
  if (!format)
    reader.refuse(ErrorCode::unsupported, "format is missing, expected " + in_quotes(kModelFormat));
  else if (*format != kModelFormat)
    reader.refuse(ErrorCode::unsupported,
                  "format is " + in_quotes(*format) + ", expected " + in_quotes(kModelFormat));
}

std::optional<std::uint32_t> optional_length(ConfigReader& reader, std::string_view key) {
  const auto length = reader.optional_number(key);
  if (length == 0U) reader.refuse(ErrorCode::corrupt, std::string(key) + " is 0");
  return length;
}

// Which of three keys counts must not matter: two that contradict each other make a model that
// another reader would code with another context.
std::uint32_t wanted_context(ConfigReader& reader) {
  const auto log2 = reader.optional_number("context_length_log2");
  const auto length = optional_length(reader, "context_length");
  const auto most = optional_length(reader, "max_seq_len");
  if (log2 && *log2 > 31) {
    reader.refuse(ErrorCode::corrupt,
                  "context_length_log2 is " + std::to_string(*log2) + ", more than 31");
    return 0;
  }
  if (log2 && length && *length != std::uint32_t{1} << *log2)
    reader.refuse(ErrorCode::corrupt, "context_length is " + std::to_string(*length) +
                                          ", but context_length_log2 is " + std::to_string(*log2));
  const std::uint32_t context = log2     ? std::uint32_t{1} << *log2
                                : length ? *length
                                         : most.value_or(kMaxPositions);
  if (most && *most < context)
    reader.refuse(ErrorCode::corrupt, "max_seq_len is " + std::to_string(*most) +
                                          ", less than the context of " + std::to_string(context));
  return context;
}

std::string tokenizer_codec(ConfigReader& reader) {
  const std::string_view codec = reader.text("tokenizer_codec").value_or("zstd");
  if (codec != "zstd" && codec != "brotli")
    reader.refuse(ErrorCode::unsupported,
                  "tokenizer_codec is " + in_quotes(codec) + ", expected 'zstd' or 'brotli'");
  return std::string(codec);
}

}  // namespace

Metadata without_json_quotes(const Metadata& metadata) {
  Metadata result;
  for (const auto& [key, value] : metadata) {
    const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
    result.emplace(key, quoted ? value.substr(1, value.size() - 2) : value);
  }
  return result;
}

Result<NetworkConfig> parse_network_config(const Metadata& metadata) {
  ConfigReader reader(metadata);
  check_format(reader);
  NetworkConfig config;
  config.vocabulary = reader.size("vocab_size", kMaxVocabulary);
  config.layers = reader.size("n_layers", kMaxLayers);
  config.heads = reader.size("n_heads", kMaxWidth / kHeadDim);
  reader.fixed("n_kv_heads", 1, "the format defines attention for one shared key/value head only");
  reader.fixed("head_dim", kHeadDim, "the format defines rotary pairs and scores for 64 only");
  config.d_model = reader.size("d_model", kMaxWidth);
  if (config.d_model != config.heads * kHeadDim)
    reader.refuse(ErrorCode::corrupt,
                  "d_model is " + std::to_string(config.d_model) +
                      ", expected n_heads * head_dim = " + std::to_string(config.heads * kHeadDim));
  config.d_ff = reader.size("d_ff", kMaxWidth);
  config.wanted_context = wanted_context(reader);
  config.rope_theta_q16 = reader.optional_number("rope_theta_q16").value_or(0);
  config.tokenizer_codec = tokenizer_codec(reader);
  CZIP_TRY(reader.status());
  return config;
}

}  // namespace czip::v1
