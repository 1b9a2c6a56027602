// Models of format 1: a right one with changes (model_edits.hpp), or, after a first byte of 0, any
// bytes. What is accepted codes and decodes, or fails by value, alike at every SIMD level.
#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v1/model.hpp"
#include "fuzz/codec/model_edits.hpp"
#include "fuzz/fuzz.hpp"
#include "support/v1_seeded_model.hpp"

namespace {

using namespace czip;
using namespace czip::test;

constexpr std::string_view kText = "It was the best of times, it was the worst of times\n\xff\x00z";

const SafetensorsContent& base() {
  static const SafetensorsContent content = make_seeded_content(tiny_model_options());
  return content;
}

Result<Bytes> encoded(const v1::Model& model, SimdLevel simd, v1::Dialect dialect) {
  MemorySink file;
  CZIP_TRY(v1::encode(model, to_bytes(kText), file,
                      {.level = {}, .threads = 1, .simd = simd, .dialect = dialect}));
  return file.bytes();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 16384) return 0;
  FuzzInput input(data, size);
  const std::uint8_t kind = input.byte();
  const v1::Dialect dialect = kind % 2 == 0 ? v1::Dialect::rust : v1::Dialect::i64;
  const Bytes file =
      kind == 0 ? Bytes(input.rest().begin(), input.rest().end()) : edited_model(base(), input);
  const MemoryBound bound((std::size_t{128} << 20) + 16 * file.size());
  const auto model = v1::load_model(file);
  if (!model) {
    insist_error(model.error(), {ErrorCode::corrupt, ErrorCode::truncated, ErrorCode::unsupported,
                                 ErrorCode::model_mismatch, ErrorCode::invalid_argument});
    return 0;
  }
  const auto best = encoded(*model, best_simd_level(), dialect);
  const auto scalar = encoded(*model, SimdLevel::scalar, dialect);
  insist(best.has_value() == scalar.has_value(), "all levels succeed or fail");
  if (!best) {
    insist_error(best.error(),
                 {ErrorCode::unsupported, ErrorCode::invalid_argument, ErrorCode::corrupt});
    return 0;
  }
  insist(*best == *scalar, "all levels give the same file");
  MemorySource source(*best);
  MemorySink text;
  const auto report = v1::decode(*model, source, text, {.dialect = dialect, .threads = 1});
  insist(report.has_value(), "what a model has coded it decodes");
  insist(text.bytes() == to_bytes(kText), "the text comes back");
  return 0;
}
