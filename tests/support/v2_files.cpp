#include "support/v2_files.hpp"

#include <algorithm>
#include <stdexcept>

#include "czip/codec/v2/block/block_coder.hpp"
#include "support/v2_tiny_model.hpp"
#include "v2/container/container.hpp"
#include "v2/container/frame_writer.hpp"

namespace czip::test {
namespace {

template <class T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

// The file stays: a model may refer to it.
v2::Model parsed(const Bytes& file) { return value_of(v2::Model::parse(file)); }

void insist(const Status& status) {
  if (!status) throw std::runtime_error(status.error().message);
}

}  // namespace

const v2::Model& tiny_model_v2() {
  static const Bytes file = make_tiny_model_v2();
  static const v2::Model model = parsed(file);
  return model;
}

const v2::Model& other_model_v2() {
  static const Bytes file = make_tiny_model_v2("other");
  static const v2::Model model = parsed(file);
  return model;
}

Bytes encoded_v2(std::span<const std::uint8_t> text, v2::EncodeOptions options) {
  MemorySink sink;
  const auto report = value_of(v2::encode(tiny_model_v2(), text, sink, options));
  if (report.file_bytes != sink.bytes().size() || report.text_bytes != text.size())
    throw std::runtime_error("the report of encode is wrong");
  return sink.bytes();
}

Outcome decode_v2(const Bytes& file, const v2::Model& model, unsigned threads) {
  MemorySource source(file);
  MemorySink sink;
  v2::DecodeOptions options;
  options.threads = threads;
  const auto report = v2::decode(model, source, sink, options);
  if (!report) return {tl::unexpected(report.error()), sink.bytes(), {}};
  return {{}, sink.bytes(), *report};
}

Bytes small_block_frame(std::span<const std::uint8_t> text, const FrameRecipe& recipe) {
  v2::FrameHeader header{.archive = recipe.archive,
                         .level = 1,
                         .model = tiny_model_v2().hash(),
                         .block_bytes = recipe.block_bytes};
  if (recipe.announced) header.text_bytes = text.size();
  MemorySink sink;
  v2::FrameWriter writer(sink, header);
  insist(writer.begin());
  v2::TextHasher hasher;
  hasher.add(text);
  while (!text.empty()) {
    const auto part = text.first(std::min<std::size_t>(text.size(), recipe.block_bytes));
    text = text.subspan(part.size());
    v2::BlockHeader block{.text_bytes = static_cast<std::uint32_t>(part.size()),
                          .payload_bytes = static_cast<std::uint32_t>(part.size()),
                          .text_hash = v2::hash64(part),
                          .payload_hash = v2::hash64(part)};
    const v2::BlockSettings settings{.profile = 0};
    const auto coded =
        value_of(v2::encode_block(tiny_model_v2(), settings, SimdLevel::scalar, part));
    if (coded.payload.size() >= part.size()) {
      insist(writer.add(block, part));
      continue;
    }
    block.type = v2::BlockType::coded;
    block.settings = settings;
    block.payload_bytes = static_cast<std::uint32_t>(coded.payload.size());
    block.payload_hash = v2::hash64(coded.payload);
    block.final_range = coded.final_range;
    insist(writer.add(block, coded.payload));
  }
  insist(writer.finish(hasher.digest()));
  return sink.bytes();
}

}  // namespace czip::test
