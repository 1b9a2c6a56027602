#include "support/v2_frames.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "czip/base/little_endian.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v2/block/block_coder.hpp"
#include "support/results.hpp"
#include "v2/container/frame_writer.hpp"
#include "v2/container/hashing.hpp"

namespace czip::test {
namespace {

using Text = std::span<const std::uint8_t>;

void add_block(v2::FrameWriter& writer, const v2::Model& model, Text text,
               const BlockRecipe& recipe) {
  v2::BlockHeader block{.text_bytes = static_cast<std::uint32_t>(text.size()),
                        .payload_bytes = static_cast<std::uint32_t>(text.size()),
                        .text_hash = v2::hash64(text),
                        .payload_hash = v2::hash64(text)};
  Bytes payload(text.begin(), text.end());
  const bool repeats = recipe.type != v2::BlockType::stored && recipe.type != v2::BlockType::coded;
  if (repeats) {
    payload.resize(recipe.pattern_bytes);
    block.type = v2::BlockType::repeated;
  }
  if (v2::is_coded(recipe.type)) {
    const auto coded =
        value_of(v2::encode_block(model, recipe.settings, SimdLevel::scalar, payload));
    Bytes with_length;
    if (repeats) {
      with_length.resize(v2::kPatternLengthBytes);
      store_le(with_length.data(), static_cast<std::uint32_t>(recipe.pattern_bytes));
    }
    with_length.insert(with_length.end(), coded.payload.begin(), coded.payload.end());
    if (with_length.size() < payload.size()) {
      payload = with_length;
      block.type = recipe.type;
      block.settings = recipe.settings;
      block.final_range = coded.final_range;
    }
  }
  block.payload_bytes = static_cast<std::uint32_t>(payload.size());
  block.payload_hash = v2::hash64(payload);
  insist(writer.add(block, payload));
}

}  // namespace

Bytes full_frame(const v2::Model& model, Text text, const FullFrameRecipe& recipe) {
  std::size_t largest = 1;
  for (const BlockRecipe& block : recipe.blocks) largest = std::max(largest, block.text_bytes);
  v2::FrameHeader header{.archive = recipe.archive,
                         .level = recipe.level,
                         .model = model.hash(),
                         .block_bytes = recipe.block_bytes != 0
                                            ? recipe.block_bytes
                                            : static_cast<std::uint32_t>(largest)};
  if (recipe.announced) header.text_bytes = text.size();
  MemorySink sink;
  v2::FrameWriter writer(sink, header);
  v2::TextHasher hasher;
  hasher.add(text);
  for (const BlockRecipe& block : recipe.blocks) {
    add_block(writer, model, text.first(block.text_bytes), block);
    text = text.subspan(block.text_bytes);
  }
  if (!text.empty()) throw std::runtime_error("a frame's blocks are not its text");
  insist(writer.finish(hasher.digest()));
  return sink.bytes();
}

Bytes compact_frame(const v2::Model& model, Text text, const CompactFrameRecipe& recipe) {
  v2::CompactHeader header{.archive = recipe.archive,
                           .text_bytes = static_cast<std::uint32_t>(text.size())};
  Bytes payload;
  if (recipe.coded) {
    header.settings = recipe.settings;
    payload = value_of(v2::encode_block(model, recipe.settings, SimdLevel::scalar, text)).payload;
  }
  header.stored = !recipe.coded || payload.size() >= text.size();
  if (header.stored) {
    payload.assign(text.begin(), text.end());
    header.short_kind = recipe.may_short && text.size() <= v2::kMaxShortText;
  }
  header.payload_bytes = static_cast<std::uint32_t>(payload.size());
  const auto hash = v2::hash_bytes(model.hash());
  if (!header.stored)
    std::copy_n(hash.begin(), header.model_hash.size(), header.model_hash.begin());
  const Bytes bytes = v2::serialize(header);
  const Bytes check =
      v2::compact_check(header, bytes, header.stored ? Text{} : Text(payload), text);
  return joined({bytes, check, payload});
}

}  // namespace czip::test
