#include "v2/container/earlier_blocks.hpp"

#include <utility>

#include "v2/container/hashing.hpp"

namespace czip::v2 {

EarlierBlocks::EarlierBlocks(ByteSource* file, const FrameHeader& frame) : frame_(frame) {
  if (file != nullptr) reader_.emplace(FrameInput(*file));
  (void)serialize(frame_);  // sets its check
}

std::optional<Record> EarlierBlocks::take(std::span<const std::uint8_t> text) {
  if (!reader_) return std::nullopt;
  Record record;
  const auto found = reader_->next(record);
  if (found && *found && record.kind == RecordKind::block &&
      reader_->frame().check == frame_.check && record.block.text_bytes == text.size() &&
      record.block.text_hash == hash64(text) && record.block.payload_hash == hash64(record.payload))
    return record;
  reader_.reset();
  return std::nullopt;
}

}  // namespace czip::v2
