#include "v2/container/frame_writer.hpp"

#include <limits>
#include <utility>

namespace czip::v2 {

Status FrameWriter::begin() {
  if (std::exchange(has_begun_, true)) return {};
  return out_->write(header_bytes_);
}

Status FrameWriter::add(const BlockHeader& block, std::span<const std::uint8_t> payload) {
  std::vector<TableEntry>& table = trailer_.table;
  if (table.size() == std::numeric_limits<std::uint32_t>::max())
    return fail(ErrorCode::unsupported,
                "the text takes more than 2^32 - 1 blocks; a higher level makes longer ones");
  CZIP_TRY(begin());
  CZIP_TRY(out_->write(serialize(block, header_, trailer_.text_bytes)));
  CZIP_TRY(out_->write(payload));
  table.push_back(
      {block.text_bytes, static_cast<std::uint32_t>(kBlockHeaderBytes) + block.payload_bytes});
  trailer_.text_bytes += block.text_bytes;
  return {};
}

Status FrameWriter::finish(const Hash128& text_hash) {
  CZIP_TRY(begin());
  trailer_.text_hash = text_hash;
  return out_->write(serialize(trailer_, header_));
}

}  // namespace czip::v2
