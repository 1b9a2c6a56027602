#include "fuzz/codec/reseal_v2.hpp"

#include <algorithm>
#include <optional>
#include <span>

#include "czip/base/little_endian.hpp"
#include "czip/codec/v2/block/block_coder.hpp"
#include "v2/container/container.hpp"

namespace czip::test {
namespace {

using namespace v2;

constexpr std::uint32_t kLargestText = 1 << 14;

class Resealer {
 public:
  Resealer(Bytes& file, Reseal how, const Model& model) : file_(file), how_(how), model_(model) {}

  void run() {
    while (at_ + 2 <= file_.size() && has_magic(left()))
      if (!(file_[at_ + 1] == kFrameMagic[1] ? frame() : compact())) return;
  }

 private:
  [[nodiscard]] std::span<std::uint8_t> left() { return std::span(file_).subspan(at_); }

  void limit(std::size_t offset) {
    const auto claimed = load_le<std::uint32_t>(&file_[offset]);
    if (claimed > kLargestText) store_le(&file_[offset], 1 + claimed % kLargestText);
  }

  [[nodiscard]] std::optional<Bytes> decoded(const BlockSettings& settings,
                                             std::span<const std::uint8_t> payload,
                                             std::uint32_t text_bytes) const {
    if (settings.network && !model_.has_network()) return std::nullopt;
    if (settings.language_model && !model_.has_language_model()) return std::nullopt;
    Bytes text(text_bytes);
    static BlockCoder coder(SimdLevel::scalar);
    if (!coder.decode(model_, settings, payload, kUnknownRange, text)) return std::nullopt;
    return text;
  }

  bool compact() {
    Bytes bytes;
    const auto header = parse_compact_header(left(), bytes);
    if (!header || header->text_bytes > kLargestText) return false;
    const std::size_t check_bytes = header->check_bytes();
    if (left().size() - bytes.size() < check_bytes + header->payload_bytes) return false;
    const auto rest = left().subspan(bytes.size());
    const auto payload = rest.subspan(check_bytes, header->payload_bytes);
    std::optional<Bytes> text = Bytes(payload.begin(), payload.end());
    if (!header->stored) text = decoded(header->settings, payload, header->text_bytes);
    if (text) std::ranges::copy(compact_check(*header, bytes, payload, *text), rest.begin());
    at_ += bytes.size() + check_bytes + header->payload_bytes;
    return true;
  }

  bool frame() {
    using Layout = FrameHeaderLayout;
    if (left().size() < kFrameHeaderBytes) return false;
    limit(at_ + Layout::kBlockBytes);
    if (how_ == Reseal::all)
      std::ranges::copy(hash_bytes(model_.hash()), &file_[at_ + Layout::kModel]);
    const auto header = left().first<kFrameHeaderBytes>();
    store_le(&header[Layout::kCheck], check32(header.first(Layout::kCheck)));
    const auto parsed = parse_frame_header(header);
    if (!parsed) return false;
    frame_ = *parsed;
    trailer_ = {};
    hasher_ = TextHasher();
    at_ += kFrameHeaderBytes;
    while (at_ < file_.size() && file_[at_] != static_cast<std::uint8_t>(BlockType::end))
      if (!block()) return false;
    return at_ < file_.size() && trailer();
  }

  bool block() {
    using Layout = BlockHeaderLayout;
    if (left().size() < kBlockHeaderBytes) return false;
    limit(at_ + Layout::kTextBytes);
    const auto header = left().first<kBlockHeaderBytes>();
    const auto payload_bytes = load_le<std::uint32_t>(&header[Layout::kPayloadBytes]);
    if (left().size() - kBlockHeaderBytes < payload_bytes) return false;
    const auto payload = left().subspan(kBlockHeaderBytes, payload_bytes);
    store_le(&header[Layout::kPayloadHash], hash64(payload));
    if (header[Layout::kType] == static_cast<std::uint8_t>(BlockType::stored)) {
      store_le(&header[Layout::kTextHash], hash64(payload));
      hasher_.add(payload);
    } else if (how_ == Reseal::all) {
      mend_text(header, payload);
    }
    store_le(&header[Layout::kFrameCheck], frame_.check);
    if (how_ == Reseal::all) store_le(&header[Layout::kTextOffset], trailer_.text_bytes);
    store_le(&header[Layout::kCheck], check32(header.first(Layout::kCheck)));
    const auto text_bytes = load_le<std::uint32_t>(&header[Layout::kTextBytes]);
    trailer_.table.push_back(
        {text_bytes, static_cast<std::uint32_t>(kBlockHeaderBytes + payload_bytes)});
    trailer_.text_bytes += text_bytes;
    at_ += kBlockHeaderBytes + payload_bytes;
    return true;
  }

  void mend_text(std::span<std::uint8_t> header, std::span<const std::uint8_t> payload) {
    using Layout = BlockHeaderLayout;
    const auto settings = unpack_settings(header[Layout::kSettings]);
    if (!settings) return;
    const auto text =
        decoded(*settings, payload, load_le<std::uint32_t>(&header[Layout::kTextBytes]));
    if (!text) return;
    store_le(&header[Layout::kTextHash], hash64(*text));
    hasher_.add(*text);
  }

  bool trailer() {
    const std::size_t size = trailer_bytes(trailer_.table.size());
    if (left().size() < size) return false;
    const auto bytes = left().first(size);
    if (how_ == Reseal::all) {
      trailer_.text_hash = hasher_.digest();
      std::ranges::copy(serialize(trailer_, frame_), bytes.begin());
    } else {
      const std::size_t footer = size - kFooterBytes;
      store_le(&bytes[footer + FooterLayout::kFrameCheck], frame_.check);
      store_le(&bytes[footer + FooterLayout::kCheck],
               check32(bytes.first(footer + FooterLayout::kCheck)));
    }
    at_ += size;
    return true;
  }

  Bytes& file_;
  Reseal how_;
  const Model& model_;
  std::size_t at_ = 0;
  FrameHeader frame_;
  Trailer trailer_;
  TextHasher hasher_;
};

}  // namespace

Bytes resealed_frames(Bytes file, Reseal how, const v2::Model& model) {
  Resealer(file, how, model).run();
  return file;
}

}  // namespace czip::test
