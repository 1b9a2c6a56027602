// Short texts as base64 and back, in memory: czip --text and czip -i.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/session.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/v2/codec.hpp"
#include "models/model_store.hpp"

namespace czip::tool {

// What a message may have in bytes, unless --max-output says otherwise: it is held in memory.
inline constexpr std::uint64_t kMaxMessageBytes = std::uint64_t{16} << 20;

// Base64 of at most so many digits stands in one line, which mail may have: RFC 5322 allows 998
// characters. Longer base64 is armoured.
inline constexpr std::size_t kLongestBareLine = 998;

// The lines that stand for a compressed file: bare base64 or an armour.
[[nodiscard]] std::string text_of_file(std::span<const std::uint8_t> file);

// Whether a text is such lines, perhaps damaged.
[[nodiscard]] bool is_text_of_file(std::string_view text);

// Whether a text that is no such lines may have been some before it was damaged: a message of a few
// bytes then looks like a path such as /Library.
[[nodiscard]] bool resembles_text_of_file(std::string_view text);

// The file that such lines stand for. Errors: corrupt, truncated.
Result<std::vector<std::uint8_t>> file_of_text(std::string_view text);

// "27 bytes => 14 bytes (20 digits): 51.9 %, 4.148 bits per byte".
[[nodiscard]] std::string describe_message(std::uint64_t text_bytes, std::uint64_t file_bytes);

class MessageCoder {
 public:
  // Loads the model that the arguments name. `session` must outlive the coder.
  static Result<MessageCoder> create(const Session& session);

  // The name of the model that compresses; empty if it has none.
  [[nodiscard]] std::string model_name();

  // See ModelStore.
  void warn_if_unused() const { models_.warn_if_unused(session_->console); }

  // Errors: those of the codecs.
  Result<std::vector<std::uint8_t>> compress(std::string_view text);
  // Errors: those of the codecs, over_limit, invalid_argument (an archive).
  Result<std::vector<std::uint8_t>> decompress(std::span<const std::uint8_t> file);

 private:
  MessageCoder(const Session& session, ModelStore models, int format);
  Result<std::vector<std::uint8_t>> compress_v1(std::span<const std::uint8_t> text);
  Result<std::vector<std::uint8_t>> compress_v2(std::span<const std::uint8_t> text);
  Status decompress_v1(std::span<const std::uint8_t> file, RewindableSink& text);
  Status decompress_v2(std::span<const std::uint8_t> file, ByteSink& text);

  const Session* session_;
  ModelStore models_;
  int format_;  // to write
  // Kept, so that the next message is coded at once.
  std::unique_ptr<v2::CodingContext> context_ = std::make_unique<v2::CodingContext>();
};

}  // namespace czip::tool
