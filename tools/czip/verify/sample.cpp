// Checks that a sample text is coded and comes back, in either format.
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/progress.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/engine/simd.hpp"
#include "verify/checks.hpp"

namespace czip::tool {
namespace {

// The highest level that uses no language model.
constexpr int kWithoutLanguageModel = 5;

// Compresses at a SIMD level into `file` and decompresses that into `back`; `before` counts what
// other levels have done.
using CodeAndBack = std::function<Result<void>(SimdLevel, MemorySink& file, MemorySink& back,
                                               std::uint64_t before)>;

// Of all levels, each of which codes the sample and decodes it.
ProgressBar sample_bar(std::size_t text_bytes, const VerifyCoding& coding) {
  return {"coding", 2 * text_bytes * supported_simd_levels().size(), coding.progress};
}

Result<Check> check_levels(const std::vector<std::uint8_t>& text,
                           const CodeAndBack& code_and_back) {
  Check check{.name = "coding", .verdict = Verdict::failure};
  std::vector<std::uint8_t> first;
  std::string levels;
  std::uint64_t before = 0;
  for (const SimdLevel simd : supported_simd_levels()) {
    const std::string name(simd_level_name(simd));
    MemorySink file;
    MemorySink back;
    const auto coded = code_and_back(simd, file, back, before);
    before += 2 * text.size();
    if (levels.empty()) first = file.bytes();
    if (!coded) {
      if (!blames_data(coded.error())) return Failure(advise(coded.error()));
      check.text = name + ": " + coded.error().message;
    } else if (back.bytes() != text) {
      check.text = name + ": the text comes back changed";
    } else if (file.bytes() != first) {
      check.text =
          name + " gives another file than " + std::string(simd_level_name(SimdLevel::scalar));
    }
    if (!check.text.empty()) return check;
    levels += (levels.empty() ? "" : ", ") + name;
  }
  check.verdict = Verdict::ok;
  const double ratio = percent(first.size(), text.size());
  check.text = format("%zu bytes to %zu (%.1f %%) and back, the same file with ", text.size(),
                      first.size(), ratio) +
               levels;
  check.values = {{"sample_bytes", text.size()}, {"file_bytes", first.size()}, {"percent", ratio}};
  return check;
}

}  // namespace

std::string sample_text() {
  std::string text =
      "The quick brown fox doesn't jump over 1,234,567.89 lazy dogs.\r\n\r\n\tdef f(x): return x\n"
      "Falsches Üben von Xylophonmusik quält jeden größeren Zwerg. Où est passé l'été ? ¿Qué?\n"
      "Съешь же ещё этих мягких французских булок. Ξεσκεπάζω την ψυχοφθόρα βδελυγμία.\n"
      "いろはにほへと ちりぬるを 漢字仮名交じり文。我能吞下玻璃而不伤身体。다람쥐 헌 쳇바퀴에\n"
      "نص حكيم له سر قاطع דג סקרן שט בים "
      "हिन्दी ไทย தமிழ் e\u0301 \u200d\u200b\ufeff "
      "👩‍👩‍👧‍👦 🏳️‍🌈\n"
      "<|bos|> <|eos|> <|bos <|eos||>                                    spaces\n\n\n\n\n";
  text.append(300, 'a');
  for (unsigned value = 0; value < 256; ++value) text += static_cast<char>(value);
  // Truncated, overlong and surrogate forms are not UTF-8.
  text += "\xe3\x81 \xf0\x9f\x98 \xc0\x80 \xed\xa0\x80 \xf4\x90\x80\x80 \xff";
  return text;
}

std::vector<std::uint8_t> sample_bytes() {
  const std::string text = sample_text();
  return {text.begin(), text.end()};
}

Result<Check> check_coding(const v1::Model& model, const VerifyCoding& coding) {
  const std::vector<std::uint8_t> text = sample_bytes();
  ProgressBar progress = sample_bar(text.size(), coding);
  return check_levels(text,
                      [&](SimdLevel simd, MemorySink& file, MemorySink& back,
                          std::uint64_t before) -> Result<void> {
                        v1::EncodeOptions encode;
                        encode.simd = simd;
                        encode.threads = coding.threads;
                        encode.memory_limit = coding.memory_limit;
                        encode.progress = progress.follow(before);
                        CZIP_TRY(v1::encode(model, text, file, encode));
                        v1::DecodeOptions decode;
                        decode.simd = simd;
                        decode.threads = coding.threads;
                        decode.memory_limit = coding.memory_limit;
                        decode.dialect = encode.dialect;
                        decode.progress = progress.follow(before + text.size());
                        MemorySource source(file.bytes());
                        CZIP_TRY(v1::decode(model, source, back, decode));
                        return {};
                      });
}

Result<Check> check_coding(const v2::Model& model, const VerifyCoding& coding) {
  const std::vector<std::uint8_t> text = sample_bytes();
  ProgressBar progress = sample_bar(text.size(), coding);
  return check_levels(text,
                      [&](SimdLevel simd, MemorySink& file, MemorySink& back,
                          std::uint64_t before) -> Result<void> {
                        v2::EncodeOptions encode;
                        // With the network; a language model has checks of its own.
                        encode.level =
                            model.has_language_model() ? kWithoutLanguageModel : v2::kMaxLevel;
                        encode.simd = simd;
                        encode.threads = coding.threads;
                        encode.memory_limit = coding.memory_limit;
                        encode.progress = progress.follow(before);
                        CZIP_TRY(v2::encode(model, text, file, encode));
                        MemorySource source(file.bytes());
                        CZIP_TRY(v2::decode(model, source, back,
                                            {.threads = coding.threads,
                                             .simd = simd,
                                             .progress = progress.follow(before + text.size()),
                                             .memory_limit = coding.memory_limit}));
                        return {};
                      });
}

}  // namespace czip::tool
