// The checks of `czip verify`: each is a statement with its proof or counterexample.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/io/trailing_data.hpp"
#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v1/model.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/engine/llm/config.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/simd.hpp"
#include "czip/engine/v1/dialect.hpp"
#include "czip/engine/v1/weights.hpp"
#include "io/streams.hpp"

namespace czip::tool {

enum class Verdict : std::uint8_t { ok, warning, failure };

struct Check {
  std::string name;
  Verdict verdict = Verdict::ok;
  std::string text = {};                                             // one line for the reader
  nlohmann::ordered_json values = nlohmann::ordered_json::object();  // the figures behind it
};
using Checks = std::vector<Check>;

// Reports sizes, context, softmax total and content hash.
[[nodiscard]] Checks check_configuration(const v1::Model& model);

// No accumulator of any kernel can overflow, whatever the input.
[[nodiscard]] Checks check_arithmetic(const v1::Weights& network);

// lut.exp2 and the RoPE tables equal their formulas.
[[nodiscard]] Checks check_tables(const v1::Weights& network);

// The tokenizer fits the network and gives back every text.
[[nodiscard]] Checks check_tokenizer(const v1::Model& model);

// How the checks code.
struct VerifyCoding {
  unsigned threads = 0;
  SimdLevel simd = best_simd_level();
  std::uint64_t memory_limit = 0;  // bytes; 0: none
  std::optional<std::uint64_t> max_output{};
  bool progress = false;  // shows progress bars
};

// A check that failed. Error: the data are not to blame, but a limit or the machine.
[[nodiscard]] Result<Check> failed(std::string name, const Error& error);

// A sample goes through the whole codec and back, with the same file at every SIMD level.
[[nodiscard]] Result<Check> check_coding(const v1::Model& model, const VerifyCoding& coding);
[[nodiscard]] Result<Check> check_coding(const v2::Model& model, const VerifyCoding& coding);

// `file` is `text` compressed with `model`, byte for byte inside the outer codec, in `dialect` or,
// without one, in any dialect; and nothing but zeros follows it. Error: see `failed`.
[[nodiscard]] Result<Checks> check_against(const v1::Model& model,
                                           std::span<const std::uint8_t> file,
                                           std::span<const std::uint8_t> text,
                                           std::optional<v1::Dialect> dialect,
                                           const v1::EncodeOptions& options,
                                           const VerifyCoding& coding);

// The text was decoded, and `sink` got the one that was expected. Error: see `failed`.
[[nodiscard]] Result<Check> check_text(const Status& decoded, const CompareSink& sink);

// What stands between frames and behind the last: adds a check where there is something.
void check_trailing(const TrailingData& trailing, Checks& checks);

// Reports what a compression is worth, in bytes.
[[nodiscard]] Check check_size(std::uint64_t text, std::uint64_t file);

// `file` is `text` compressed to CZIPv2 with `model`: it decodes to the text, every hash holds, and
// this czip writes the same bytes; and nothing but zeros and recovery data follow. Error: see
// `failed`.
[[nodiscard]] Result<Checks> check_against(const v2::Model& model,
                                           std::span<const std::uint8_t> file,
                                           std::span<const std::uint8_t> text,
                                           const VerifyCoding& coding);

// No accumulator of the network in `file` can leave its bound, whatever the input.
[[nodiscard]] Checks check_arithmetic(const safetensors::File& file);

// The predictor's tables are what the specification says, and no sum over them leaves its bound.
[[nodiscard]] Checks check_predictor_tables(const v2::Model& model);

// The same for the public language model in `file`, row by row.
[[nodiscard]] Checks check_language_model_arithmetic(const safetensors::File& file,
                                                     const VerifyCoding& coding);

// Its tables keep their bounds, and are those of the functions that they stand for.
[[nodiscard]] Checks check_language_model_tables(const safetensors::File& file,
                                                 const llm::Config& config);

// All of that for a model that has one; also its tokenizer, that all SIMD levels compute the same
// numbers, and a short text through the whole codec. Error: see `failed`.
[[nodiscard]] Result<Checks> check_language_model(const v2::Model& model,
                                                  const VerifyCoding& coding);

// Checks a czip-model-v2: its description and sizes, its tables, its arithmetic, and a sample
// through the whole codec.
[[nodiscard]] Result<Checks> check_model_v2(const v2::Model& model, const VerifyCoding& coding);

// Text in many scripts, every byte value, and sequences that have broken tokenizers.
[[nodiscard]] std::string sample_text();
[[nodiscard]] std::vector<std::uint8_t> sample_bytes();

}  // namespace czip::tool
