#include "support/v2_files.hpp"

#include <algorithm>
#include <stdexcept>

#include "support/results.hpp"
#include "support/v2_frames.hpp"
#include "support/v2_tiny_model.hpp"

namespace czip::test {
namespace {

// The file stays: a model may refer to it.
v2::Model parsed(const Bytes& file) { return value_of(v2::Model::parse(file)); }

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
  FullFrameRecipe full{.block_bytes = recipe.block_bytes,
                       .level = 1,
                       .archive = recipe.archive,
                       .announced = recipe.announced,
                       .blocks = {}};
  for (std::size_t at = 0; at < text.size(); at += recipe.block_bytes)
    full.blocks.push_back(
        {.text_bytes = std::min<std::size_t>(text.size() - at, recipe.block_bytes)});
  return full_frame(tiny_model_v2(), text, full);
}

}  // namespace czip::test
