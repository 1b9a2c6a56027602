// Models of format 2: a right one with changes (model_edits.hpp), or, after a first byte of 0, any
// bytes. What is accepted codes and decodes, or fails by value, alike at every SIMD level.
#include "czip/codec/v2/block/block_coder.hpp"
#include "czip/codec/v2/codec.hpp"
#include "fuzz/codec/model_edits.hpp"
#include "fuzz/codec/model_v2.hpp"
#include "fuzz/fuzz.hpp"
#include "support/v2_language_model.hpp"
#include "support/v2_tiny_model.hpp"

namespace {

using namespace czip;
using namespace czip::test;

constexpr std::string_view kText =
    "It was the best of times, it was the worst of times\n for (int i = 0;)\n\xff\x00z";

const SafetensorsContent& base() {
  static const SafetensorsContent content = content_of(fuzz_model_file_v2());
  return content;
}

// Some inputs are of a model whose language model has a prior.
bool has_prior(std::uint8_t kind) { return kind >= 160 && kind < 192; }

const SafetensorsContent& base_with_prior() {
  static const SafetensorsContent content =
      content_of(with_prior_v2(fuzz_model_file_v2(), {105, 116, 32, 119, 97, 115, 32, 116}));
  return content;
}

v2::CodingContext& context() {
  static v2::CodingContext context;
  return context;
}

Result<Bytes> encoded(const v2::Model& model, SimdLevel simd, int level) {
  MemorySink file;
  CZIP_TRY(v2::encode(
      model, to_bytes(kText), file,
      {.level = level, .threads = 1, .simd = simd, .progress = {}, .context = &context()}));
  return file.bytes();
}

// A block that the language model codes, whatever level would choose it.
void check_language_model(const v2::Model& model) {
  constexpr v2::BlockSettings kSettings{.streams_log2 = 1, .language_model = true};
  const Bytes text = to_bytes(kText);
  const auto best = v2::encode_block(model, kSettings, best_simd_level(), text);
  const auto scalar = v2::encode_block(model, kSettings, SimdLevel::scalar, text);
  insist(best.has_value() == scalar.has_value(), "all levels succeed or fail");
  if (!best) return insist_error(best.error(), {ErrorCode::unsupported, ErrorCode::corrupt});
  insist(best->payload == scalar->payload && best->final_range == scalar->final_range,
         "all levels give the same block");
  Bytes back(text.size());
  insist(
      v2::decode_block(model, kSettings, best_simd_level(), best->payload, best->final_range, back)
              .has_value() &&
          back == text,
      "what a language model has coded it decodes");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 16384) return 0;
  FuzzInput input(data, size);
  const std::uint8_t kind = input.byte();
  const int level = kind % 3 == 0 ? 1 : kind % 3 == 1 ? 6 : 9;
  Bytes file = kind == 0 ? Bytes(input.rest().begin(), input.rest().end())
                         : edited_model(has_prior(kind) ? base_with_prior() : base(), input);
  if (kind < 224) file = resealed_v2(file);  // the model's own hash
  const MemoryBound bound((std::size_t{192} << 20) + 16 * file.size());
  const auto model = v2::Model::parse(file);
  if (!model) {
    insist_error(model.error(), {ErrorCode::corrupt, ErrorCode::truncated, ErrorCode::unsupported});
    return 0;
  }
  if (kind % 4 == 3) check_language_model(*model);
  const auto best = encoded(*model, best_simd_level(), level);
  const auto scalar = encoded(*model, SimdLevel::scalar, level);
  insist(best.has_value() == scalar.has_value(), "all levels succeed or fail");
  if (!best) {
    insist_error(best.error(), {ErrorCode::unsupported, ErrorCode::corrupt});
    return 0;
  }
  insist(*best == *scalar, "all levels give the same file");
  MemorySource source(*best);
  MemorySink text;
  const auto report =
      v2::decode(*model, source, text, {.threads = 1, .progress = {}, .context = &context()});
  insist(report.has_value(), "what a model has coded it decodes");
  insist(text.bytes() == to_bytes(kText), "the text comes back");
  return 0;
}
