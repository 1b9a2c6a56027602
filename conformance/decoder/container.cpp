#include "container.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "constants.hpp"
#include "xxh3.hpp"

namespace reference {
namespace {

// CRC-16/IBM-3740.
std::uint32_t crc16(const std::uint8_t* bytes, std::size_t size) {
  std::uint32_t crc = 0xffff;
  for (std::size_t i = 0; i < size; ++i) {
    crc ^= std::uint32_t{bytes[i]} << 8;
    for (int bit = 0; bit < 8; ++bit)
      crc = (crc << 1 ^ ((crc & 0x8000) != 0 ? 0x1021u : 0u)) & 0xffff;
  }
  return crc;
}

constexpr std::uint8_t kFormatVersion = 6;  // 1.0-rc2
constexpr std::size_t kFrameHeaderBytes = 38;
constexpr std::size_t kBlockHeaderBytes = 46;
constexpr std::size_t kFooterBytes = 41;
constexpr std::size_t kRecoveryHeaderBytes = 56;
constexpr std::size_t kAttachmentHeaderBytes = 36;
constexpr std::uint64_t kMaxBlockBytes = 67'108'864;
constexpr std::uint64_t kMaxCompactTextBytes = 65'535;
constexpr std::size_t kPatternLengthBytes = 4;

enum BlockType : std::uint8_t { kStored = 1, kCoded = 2, kRepeated = 3, kCodedPattern = 4 };

std::string version_name(unsigned version) {
  if (version == 5) return "1.0-rc1";
  return (version >= 1 && version <= 4 ? "draft " : "version ") + std::to_string(version);
}

Settings parse_settings(unsigned byte) {
  const unsigned streams_log2 = byte >> 3 & 7;
  const bool language_model = (byte & 0x47) == 0x07;
  require((byte & 0x80) == 0 && ((byte & 3) != 3 || language_model) && streams_log2 != 7,
          "a block has unknown settings: " + std::to_string(byte));
  Settings settings;
  settings.streams = std::size_t{1} << streams_log2;
  settings.language_model = language_model;
  if (language_model) return settings;
  settings.profile = byte & 3;
  settings.network = (byte & 4) != 0;
  require(!settings.network || kProfiles[settings.profile].network,
          "a block of profile " + std::to_string(byte & 3) + " claims to be coded with a network");
  settings.x86_branches = (byte & 0x40) != 0;
  return settings;
}

class FileDecoder {
 public:
  FileDecoder(const Model& model, const Bytes& file, Observer* observer)
      : model_(&model), file_(&file), observer_(observer) {}

  DecodedFile decode() {
    require(!file_->empty(), "the file is empty");
    require(begins_frame(), "this is no CZIPv2 frame");
    do {
      if (peek(2, "a frame's magic")[1] == 'C')
        decode_full_frame();
      else
        decode_compact_frame();
      skip_what_is_no_text();
    } while (begins_frame());
    return {std::move(text_), at_ == file_->size()};
  }

 private:
  struct Frame {
    std::uint32_t check;
    unsigned flags;
    std::uint64_t max_text_bytes;  // of a block
    Hash128 model;
    std::optional<std::uint64_t> text_bytes;
  };

  // Whether a frame begins here, if only by the first byte of its magic.
  [[nodiscard]] bool begins_frame() const {
    const std::size_t left = file_->size() - at_;
    return left > 0 && (*file_)[at_] == 0xfc &&
           (left == 1 || (*file_)[at_ + 1] == 'C' || (*file_)[at_ + 1] >= 0x80);
  }
  [[nodiscard]] std::uint64_t record_length(std::size_t at, unsigned at_end) const;
  [[nodiscard]] bool is_attachment_header(std::size_t at) const;
  [[nodiscard]] bool hides(std::size_t at) const;
  [[nodiscard]] std::uint64_t attachment_length(std::size_t at, unsigned at_end) const;
  void skip_what_is_no_text();
  const std::uint8_t* peek(std::uint64_t size, const std::string& what) {
    require(size <= file_->size() - at_, "the file ends inside " + what);
    return file_->data() + at_;
  }
  const std::uint8_t* take(std::uint64_t size, const std::string& what) {
    const std::uint8_t* const bytes = peek(size, what);
    at_ += static_cast<std::size_t>(size);
    return bytes;
  }
  std::size_t take_length();

  void note_archive(bool archive) {
    require(!archive_ || *archive_ == archive, "the file mixes frames of archives and of texts");
    archive_ = archive;
  }
  void require_model(const Hash128& wanted) const {
    require(model_->hash.compare(0, wanted.size(), wanted) == 0,
            "this was made with the model " + hexadecimal(wanted) + ", not with " +
                hexadecimal(model_->hash));
  }

  void decode_full_frame();
  Frame parse_frame_header(const std::uint8_t* bytes);
  void decode_block_of(const Frame& frame, std::uint64_t text_offset, Bytes& table);
  void check_frame_end(const Frame& frame, std::uint64_t blocks, const Bytes& table,
                       std::size_t text_begin);
  void decode_compact_frame();

  const Model* model_;
  const Bytes* file_;
  Observer* observer_;
  std::size_t at_ = 0;
  Bytes text_;
  std::optional<bool> archive_;
};

// Whether the lengths of a block header can be those of a block of its type.
bool lengths_fit(std::uint8_t type, std::size_t text_bytes, std::size_t payload_bytes) {
  if (type == kStored) return payload_bytes == text_bytes;
  if (type == kCoded) return payload_bytes < text_bytes;
  if (type == kRepeated) return payload_bytes >= 1 && payload_bytes < text_bytes;
  // The length of the pattern lies between them.
  return payload_bytes >= kPatternLengthBytes && payload_bytes + 1 < text_bytes;
}

// The length of the recovery record whose header, of its beginning or its end, stands here; 0 if
// none does.
std::uint64_t FileDecoder::record_length(std::size_t at, unsigned at_end) const {
  const std::uint8_t* const header = file_->data() + at;
  if (file_->size() - at < kRecoveryHeaderBytes || header[0] != 0xfc || header[1] != 'R' ||
      header[2] != 'S')
    return 0;
  const std::uint64_t k = header[4];
  const std::uint64_t m = header[5];
  const std::uint64_t shard = integer_at(header + 8, 4);
  const std::uint64_t covered = integer_at(header + 12, 8);
  if (check32(header, 52) != integer_at(header + 52, 4) || header[3] != 1 || k < 1 || m < 1 ||
      k + m > 255 || header[6] != at_end || header[7] != 0 || shard < 16 || shard > 1u << 28 ||
      covered < 1 || covered > std::uint64_t{1} << 48)
    return 0;
  const std::uint64_t shards = (covered + shard - 1) / shard;
  const std::uint64_t parity = m * ((shards + k - 1) / k);
  const std::uint64_t hashes = shards + parity;
  const std::uint64_t table = 4 * hashes + 4 * ((hashes + 59) / 60);
  return 2 * (kRecoveryHeaderBytes + table) + parity * shard;
}

bool FileDecoder::is_attachment_header(std::size_t at) const {
  const std::uint8_t* const header = file_->data() + at;
  return file_->size() - at >= kAttachmentHeaderBytes && header[0] == 0xfc && header[1] == 'A' &&
         header[2] == 'T' && check32(header, 32) == integer_at(header + 32, 4);
}

// Whether a header hides what follows it: 1 at offset 3, its kind, and zeros for length and hash.
bool FileDecoder::hides(std::size_t at) const {
  if (!is_attachment_header(at)) return false;
  const std::vector<std::uint8_t> fields(file_->begin() + static_cast<long>(at) + 3,
                                         file_->begin() + static_cast<long>(at) + 32);
  std::vector<std::uint8_t> mark{1, 'H', 'I', 'D', 'E'};
  mark.resize(fields.size());
  return fields == mark;
}

// The same for an attachment.
std::uint64_t FileDecoder::attachment_length(std::size_t at, unsigned at_end) const {
  if (!is_attachment_header(at) || (*file_)[at + 3] != 1 + at_end) return 0;
  const std::uint64_t content = integer_at(file_->data() + at + 8, 8);
  return content <= std::uint64_t{1} << 48 ? 2 * kAttachmentHeaderBytes + content : 0;
}

// Zeros, recovery records and attachments.
void FileDecoder::skip_what_is_no_text() {
  for (;;) {
    while (at_ < file_->size() && (*file_)[at_] == 0) ++at_;
    const std::size_t left = file_->size() - at_;
    if (left < 2 || (*file_)[at_] != 0xfc) return;
    const bool attachment = (*file_)[at_ + 1] == 'A';
    if (!attachment && (*file_)[at_ + 1] != 'R') return;
    if (hides(at_)) {
      at_ = file_->size();
      return;
    }
    const auto length = [&](std::size_t at, unsigned at_end) {
      return attachment ? attachment_length(at, at_end) : record_length(at, at_end);
    };
    const std::size_t header = attachment ? kAttachmentHeaderBytes : kRecoveryHeaderBytes;
    std::uint64_t size = length(at_, 0);
    // Without its header, it ends where the header of an end leads back to here.
    for (std::size_t end = 0; size == 0 && end < left; ++end)
      if (length(at_ + end, 1) == end + header) size = end + header;
    if (size == 0) return;
    at_ += static_cast<std::size_t>(std::min<std::uint64_t>(size, left));
  }
}

void FileDecoder::decode_full_frame() {
  const Frame frame = parse_frame_header(take(kFrameHeaderBytes, "a frame header"));
  const std::size_t text_begin = text_.size();
  Bytes table;
  std::uint64_t blocks = 0;
  for (; *peek(1, "a frame") != 0; ++blocks) {
    decode_block_of(frame, text_.size() - text_begin, table);
  }
  check_frame_end(frame, blocks, table, text_begin);
}

FileDecoder::Frame FileDecoder::parse_frame_header(const std::uint8_t* bytes) {
  require(bytes[2] == 'Z', "this is no CZIPv2 frame");
  Frame frame;
  frame.check = static_cast<std::uint32_t>(integer_at(bytes + 34, 4));
  // Only if nothing but the version is wrong, it was not another version.
  Bytes of_this_version(bytes, bytes + 34);
  of_this_version[3] = kFormatVersion;
  const bool whole = check32(of_this_version.data(), of_this_version.size()) == frame.check;
  require(bytes[3] == kFormatVersion || whole,
          "a frame is of CZIPv2 " + version_name(bytes[3]) + "; this decoder reads 1.0-rc2");
  require(bytes[3] == kFormatVersion && whole, "a frame header is damaged");
  require(bytes[4] < 4, "a frame has unknown flags: " + std::to_string(bytes[4]));
  frame.flags = bytes[4];
  note_archive((bytes[4] & 2) != 0);
  frame.model.assign(reinterpret_cast<const char*>(bytes) + 6, 16);
  frame.max_text_bytes = integer_at(bytes + 22, 4);
  require(frame.max_text_bytes >= 1 && frame.max_text_bytes <= kMaxBlockBytes,
          "a frame's largest block is out of bounds");
  const std::uint64_t text_bytes = integer_at(bytes + 26, 8);
  if ((bytes[4] & 1) != 0) frame.text_bytes = text_bytes;
  require(frame.text_bytes || text_bytes == 0, "a frame header contradicts itself");
  return frame;
}

void FileDecoder::decode_block_of(const Frame& frame, std::uint64_t text_offset, Bytes& table) {
  const std::uint8_t* const header = take(kBlockHeaderBytes, "a block header");
  require(check32(header, 42) == integer_at(header + 42, 4), "a block header is damaged");
  require(integer_at(header + 30, 4) == frame.check && integer_at(header + 34, 8) == text_offset,
          "a block is not in its frame and place");
  const std::uint8_t type = header[0];
  require(type <= kCodedPattern, "a block has the unknown type " + std::to_string(type));
  const bool coded = type == kCoded || type == kCodedPattern;
  const auto text_bytes = static_cast<std::size_t>(integer_at(header + 2, 4));
  const auto payload_bytes = static_cast<std::size_t>(integer_at(header + 6, 4));
  const auto final_range = static_cast<std::uint32_t>(integer_at(header + 10, 4));
  const std::uint64_t text_hash = integer_at(header + 14, 8);
  const std::uint64_t payload_hash = integer_at(header + 22, 8);
  const bool hashes_fit = type != kStored || payload_hash == text_hash;
  const bool coder_fits = coded ? final_range >= 1u << 24 : final_range == 0 && header[1] == 0;
  require(text_bytes >= 1 && text_bytes <= frame.max_text_bytes &&
              lengths_fit(type, text_bytes, payload_bytes) && hashes_fit && coder_fits,
          "a block header contradicts itself");
  const std::uint8_t* const payload = take(payload_bytes, "a payload");
  require(xxh3_64(payload, payload_bytes) == payload_hash, "a payload is damaged");
  Bytes text(payload, payload + payload_bytes);
  if (coded) {
    const Settings settings = parse_settings(header[1]);
    std::size_t length_bytes = 0;
    std::size_t coded_text_bytes = text_bytes;
    if (type == kCodedPattern) {
      length_bytes = kPatternLengthBytes;
      coded_text_bytes = static_cast<std::size_t>(integer_at(payload, kPatternLengthBytes));
      require(coded_text_bytes > payload_bytes && coded_text_bytes < text_bytes,
              "a coded pattern contradicts its block");
    }
    require_model(frame.model);
    text = decode_block(*model_, settings, payload + length_bytes, payload_bytes - length_bytes,
                        final_range, coded_text_bytes, observer_);
  }
  // Of a pattern, this is the rest of the text.
  const std::size_t pattern_bytes = text.size();
  while (text.size() < text_bytes) text.push_back(text[text.size() - pattern_bytes]);
  require(xxh3_64(text.data(), text.size()) == text_hash, "a block's text has the wrong hash");
  text_.insert(text_.end(), text.begin(), text.end());
  const std::uint64_t entry = text_bytes | std::uint64_t{kBlockHeaderBytes + payload_bytes} << 32;
  for (int i = 0; i < 8; ++i) table.push_back(static_cast<std::uint8_t>(entry >> 8 * i));
}

void FileDecoder::check_frame_end(const Frame& frame, std::uint64_t blocks, const Bytes& table,
                                  std::size_t text_begin) {
  const std::size_t size = 1 + table.size() + kFooterBytes;
  const std::uint8_t* const end = take(size, "a seek table");
  const std::uint8_t* const footer = end + 1 + table.size();
  require(check32(end, size - 4) == integer_at(footer + 37, 4), "a seek table is damaged");
  const std::size_t text_bytes = text_.size() - text_begin;
  require(std::equal(table.begin(), table.end(), end + 1) && integer_at(footer + 33, 4) == blocks &&
              integer_at(footer + 24, 4) == frame.check && footer[28] == frame.flags &&
              frame.model.compare(0, 4, reinterpret_cast<const char*>(footer) + 29, 4) == 0 &&
              integer_at(footer, 8) == text_bytes &&
              frame.text_bytes.value_or(text_bytes) == text_bytes,
          "a seek table contradicts its blocks");
  require(xxh3_128(text_.data() + text_begin, text_bytes) ==
              Hash128(reinterpret_cast<const char*>(footer) + 8, 16),
          "a frame's text has the wrong hash");
}

std::size_t FileDecoder::take_length() {
  std::size_t value = 0;
  for (int i = 0; i < 3; ++i) {
    const std::uint8_t byte = *take(1, "a compact frame");
    value |= static_cast<std::size_t>(byte & 127) << 7 * i;
    if (byte >= 128) continue;
    require(value <= kMaxCompactTextBytes && (byte != 0 || i == 0),
            "a length is not in its shortest form, or too long");
    return value;
  }
  throw Refused("a length is not in its shortest form, or too long");
}

void FileDecoder::decode_compact_frame() {
  const std::size_t begin = at_;
  unsigned kind = take(2, "a compact frame")[1];
  const bool archive = kind == 0x8b;
  if (archive) kind = *take(1, "a compact frame");
  require(kind >= 0x80, "a compact frame has an unknown kind: " + std::to_string(kind));
  const bool short_kind = kind >= 0xc0;
  const bool stored = short_kind || kind == 0x83;
  const std::size_t text_bytes = short_kind ? kind - 0xc0 : take_length();
  std::size_t payload_bytes = text_bytes;
  Settings settings;
  if (!stored) {
    settings = parse_settings(kind & 0x3f);
    payload_bytes = take_length();
    require(payload_bytes < text_bytes, "a compact frame contradicts itself");
    require_model(Hash128(reinterpret_cast<const char*>(take(3, "a compact frame")), 3));
  }
  note_archive(archive);
  Bytes checked(file_->begin() + static_cast<std::ptrdiff_t>(begin),
                file_->begin() + static_cast<std::ptrdiff_t>(at_));
  const std::size_t check_bytes = short_kind ? 2 : 3;
  const std::uint64_t check = integer_at(take(check_bytes, "a compact frame"), check_bytes);
  const std::uint8_t* const payload = take(payload_bytes, "a payload");
  checked.insert(checked.end(), payload, payload + payload_bytes);
  Bytes text(payload, payload + payload_bytes);
  if (!stored) {
    text =
        decode_block(*model_, settings, payload, payload_bytes, kAnyRange, text_bytes, observer_);
    checked.insert(checked.end(), text.begin(), text.end());
  }
  const std::uint32_t expected = short_kind ? crc16(checked.data(), checked.size())
                                            : check32(checked.data(), checked.size()) & 0xffffff;
  require(expected == check, "a compact frame is damaged");
  text_.insert(text_.end(), text.begin(), text.end());
}

}  // namespace

DecodedFile decode_file(const Model& model, const Bytes& file, Observer* observer) {
  return FileDecoder(model, file, observer).decode();
}

}  // namespace reference
