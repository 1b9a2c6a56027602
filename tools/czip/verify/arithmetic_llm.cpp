// Proves from the weights of a public language model that no accumulator leaves its bound, and that
// every bound of conformance/czip-network-llm.md holds. It reads the weights by itself: of the
// loader, which refuses tensors beyond these bounds, only the shape is taken.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "cli/progress.hpp"
#include "czip/base/little_endian.hpp"
#include "czip/base/parallel.hpp"
#include "czip/engine/integer_math.hpp"
#include "czip/engine/llm/constants.hpp"
#include "czip/engine/llm/functions.hpp"
#include "czip/engine/llm/weights.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "verify/checks.hpp"

namespace czip::tool {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t power(int bits) { return std::uint64_t{1} << bits; }
constexpr auto kActivation = static_cast<std::uint64_t>(llm::kActivationBound);
constexpr std::uint64_t kMantissa = power(llm::kMantissaBits) - 1;

// The bytes of a tensor; none where it is missing, which the loader has refused.
std::span<const std::uint8_t> bytes_of(const safetensors::File& file, const std::string& name) {
  const auto* const tensor = file.find(std::string(llm::kTensorPrefix) + name);
  return tensor == nullptr ? std::span<const std::uint8_t>() : tensor->bytes;
}

template <class T>
std::vector<T> elements(const safetensors::File& file, const std::string& name) {
  const auto bytes = bytes_of(file, name);
  std::vector<T> values(bytes.size() / sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = load_le<T>(&bytes[i * sizeof(T)]);
  return values;
}

template <class T>
std::uint64_t largest(const std::vector<T>& values) {
  std::uint64_t most = 0;
  for (const T value : values) most = std::max(most, magnitude(value));
  return most;
}

// Of the rows of a matrix: the sums of the weights' magnitudes, and of the bytes that stand for
// them.
struct RowSums {
  std::vector<std::uint64_t> weights;
  std::vector<std::uint64_t> bytes;
};

constexpr std::size_t kTile = llm::kTileOutputs * llm::kTileInputs;

// Adds those of the 32 rows that have these tiles.
void add_rows(std::span<const std::uint8_t> tiles, std::span<std::uint64_t> weights,
              std::span<std::uint64_t> bytes) {
  constexpr std::size_t kStep = 256;  // of whose bytes a sum fits 16 bits
  while (tiles.size() >= kTile) {
    std::array<std::uint16_t, kTile> of_weights{};
    std::array<std::uint16_t, kTile> of_bytes{};
    const std::size_t steps = std::min(kStep, tiles.size() / kTile);
    for (std::size_t tile = 0; tile < steps; ++tile)
      for (std::size_t i = 0; i < kTile; ++i) {
        const int byte = tiles[tile * kTile + i];
        const int weight = byte - llm::kWeightOffset;
        of_weights[i] = static_cast<std::uint16_t>(of_weights[i] + (weight < 0 ? -weight : weight));
        of_bytes[i] = static_cast<std::uint16_t>(of_bytes[i] + byte);
      }
    for (std::size_t i = 0; i < kTile; ++i) {
      weights[i / llm::kTileInputs] += of_weights[i];
      bytes[i / llm::kTileInputs] += of_bytes[i];
    }
    tiles = tiles.subspan(steps * kTile);
  }
}

RowSums row_sums(std::span<const std::uint8_t> tiles, std::size_t inputs, unsigned threads) {
  const std::size_t row_bytes = inputs * llm::kTileOutputs;
  const std::size_t tile_rows = tiles.size() / row_bytes;
  RowSums sums;
  sums.weights.resize(tile_rows * llm::kTileOutputs);
  sums.bytes.resize(tile_rows * llm::kTileOutputs);
  // Nothing in it can fail.
  [[maybe_unused]] const Status done =
      parallel_for(thread_count(threads, tile_rows), tile_rows, [&](std::size_t i) {
        const std::size_t first = i * llm::kTileOutputs;
        add_rows(tiles.subspan(i * row_bytes, row_bytes),
                 std::span(sums.weights).subspan(first, llm::kTileOutputs),
                 std::span(sums.bytes).subspan(first, llm::kTileOutputs));
      });
  return sums;
}

class Proof {
 public:
  Proof(const safetensors::File& file, const llm::Config& config, const VerifyCoding& coding)
      : file_(&file),
        c_(config),
        threads_(coding.threads),
        progress_("proving", weight_bytes(), coding.progress) {}

  Checks run() && {
    embedding();
    for (std::uint32_t layer = 0; layer < c_.layers; ++layer) {
      const std::string prefix = "layers." + std::to_string(layer) + ".";
      matrix(prefix + "qkv", c_.width);
      matrix(prefix + "output", c_.query_width());
      matrix(prefix + "up", c_.width);
      matrix(prefix + "down", c_.feed_forward);
    }
    matrix("head", c_.width);
    vectors();
    attention();
    feed_forward();
    frequencies();
    return std::move(checks_);
  }

 private:
  [[nodiscard]] std::uint64_t weight_bytes() const {
    std::uint64_t bytes = 0;
    for (const auto& [name, tensor] : file_->tensors())
      if (name.starts_with(llm::kTensorPrefix)) bytes += tensor.bytes.size();
    return bytes;
  }

  void add(const std::string& name, bool holds, std::string text, Json values) {
    checks_.push_back({"language model " + name, holds ? Verdict::ok : Verdict::failure,
                       std::move(text), std::move(values)});
  }

  int shift(const std::string& name) {
    const auto value = elements<std::uint8_t>(*file_, name);
    return value.empty() ? 0 : value.front();
  }

  void count(std::uint64_t bytes) { progress_.update(done_ += bytes); }

  void embedding() {
    const auto weights = bytes_of(*file_, "embedding");
    const auto scales = elements<std::uint32_t>(*file_, "embedding.scale");
    const int shifted = shift("embedding.shift");
    std::uint64_t product = 0;
    for (std::size_t row = 0; row < scales.size(); ++row) {
      int most = 0;
      for (const std::uint8_t byte : weights.subspan(row * c_.width, c_.width)) {
        const int weight = static_cast<std::int8_t>(byte);
        most = std::max(most, weight < 0 ? -weight : weight);
      }
      product = std::max(product, static_cast<std::uint64_t>(most) * scales[row]);
    }
    count(weights.size());
    const auto positions =
        c_.rotary == 0 ? elements<std::int32_t>(*file_, "positions") : std::vector<std::int32_t>();
    const bool valid = shifted >= 1 && shifted <= llm::kMostEmbeddingShift;
    const std::uint64_t rounded = product + power(valid ? shifted - 1 : 0);
    add("embedding",
        valid && rounded < power(62) && largest(positions) <= std::uint64_t{llm::kBound},
        format("|weight * scale| + half <= %s in all of %s rows, below 2^62",
               grouped(rounded).c_str(), grouped(scales.size()).c_str()) +
            (positions.empty() ? "" : "; |position| <= " + grouped(largest(positions))),
        {{"rows", scales.size()},
         {"largest_product", rounded},
         {"largest_position", largest(positions)}});
  }

  // Proves each row: its accumulator, also with weights taken as bytes, and what the scale makes of
  // it (section 2, product).
  void matrix(const std::string& name, std::uint32_t inputs) {
    const auto tiles = bytes_of(*file_, name + ".weight");
    const auto scales = elements<std::uint32_t>(*file_, name + ".scale");
    const RowSums sums = row_sums(tiles, inputs, threads_);
    const auto heaviest = std::ranges::max_element(sums.weights);
    const std::uint64_t sum = heaviest == sums.weights.end() ? 0 : *heaviest;
    const auto bytes = std::ranges::max_element(sums.bytes);
    const std::uint64_t as_bytes = bytes == sums.bytes.end() ? 0 : kActivation * *bytes;
    const int first = llm::accumulator_shift(inputs);
    std::uint64_t product = 0;
    for (std::size_t row = 0; row < std::min(scales.size(), sums.weights.size()); ++row)
      product = std::max(product, kActivation * sums.weights[row] * scales[row]);
    const std::uint64_t scaled = (product + power(first - 1)) >> first;
    const std::uint64_t bias = largest(elements<std::int32_t>(*file_, name + ".bias"));
    const int last = shift(name + ".shift");
    const bool holds = kActivation * sum < power(30) && as_bytes < power(31) &&
                       product < power(54) && scaled < power(31) &&
                       bias <= std::uint64_t{llm::kBound} && last >= llm::kLeastShift &&
                       last <= llm::kMostShift;
    add("matrix " + name, holds,
        format("|accumulator| <= %s in all of %s rows (row %td), below 2^30; %s with weights as "
               "bytes, below 2^31; * scale <= %s, below 2^54; rounded <= %s, below 2^31",
               grouped(kActivation * sum).c_str(), grouped(scales.size()).c_str(),
               heaviest - sums.weights.begin(), grouped(as_bytes).c_str(), grouped(product).c_str(),
               grouped(scaled).c_str()),
        {{"rows", scales.size()},
         {"row", heaviest - sums.weights.begin()},
         {"sum_of_weights", sum},
         {"largest_accumulator", kActivation * sum},
         {"largest_accumulator_of_bytes", as_bytes},
         {"largest_product", product},
         {"largest_rounded", scaled},
         {"largest_bias", bias}});
    scaled_ = std::max(scaled_, scaled);
    count(tiles.size());
  }

  // quantize, normalize, and the second rounding of a product, whatever the vector.
  void vectors() {
    const std::uint64_t rescaled = scaled_ * kMantissa + power(61);
    const std::uint64_t quantized = (kActivation << 53) + power(52);
    const std::uint64_t squares = std::uint64_t{c_.width} << (2 * llm::kSquaredBits);
    const std::uint64_t total = squares + c_.epsilon;
    add("vectors",
        rescaled < power(63) && quantized < power(60) && squares <= power(62) && total <= power(63),
        format("a product rounded twice <= %s, below 2^63; |y * reciprocal| + half <= %s, below "
               "2^60; %s squares and epsilon <= %s, at most 2^63",
               grouped(rescaled).c_str(), grouped(quantized).c_str(), grouped(c_.width).c_str(),
               grouped(total).c_str()),
        {{"largest_rescaled", rescaled},
         {"largest_quantized", quantized},
         {"largest_sum_of_squares", total}});
  }

  // The largest sum of the magnitudes of a cosine and its sine; 2^14 for heads that are not turned.
  std::uint64_t largest_turn() {
    std::uint64_t most = llm::kRotaryOne;
    if (c_.rotary == 0) return most;
    const auto table = elements<std::int16_t>(*file_, "rotary");
    const std::size_t half = c_.rotary / 2;
    for (std::size_t row = 0; row + c_.rotary <= table.size(); row += c_.rotary)
      for (std::size_t i = row; i < row + half; ++i)
        most = std::max(most, magnitude(table[i]) + magnitude(table[i + half]));
    return most;
  }

  void attention() {
    const std::uint64_t turned =
        std::uint64_t{llm::kQueryBound} * largest_turn() + power(llm::kRotaryBits - 1);
    const std::uint64_t score =
        std::uint64_t{c_.head_size} * llm::kScoredQueryBound * llm::kKeyBound;
    const auto exp2 = elements<std::uint16_t>(*file_, "exp2");
    const bool has_table = exp2.size() == llm::kExp2Entries;
    const std::uint64_t weight =
        has_table ? (std::uint64_t{exp2[0]} * exp2[llm::kExp2Half]) >> llm::kWeightProductShift : 1;
    // The largest score's weight is one of the sum, so factor * sum <= 2^54.
    const std::uint64_t weights = weight * c_.context;
    const std::uint64_t factor =
        power(llm::kAttentionFactorBits) / std::max<std::uint64_t>(1, weight);
    // Each of them is rounded up by at most a half.
    const std::uint64_t values =
        (power(15) + c_.context / 2) * static_cast<std::uint64_t>(llm::kValueBound);
    add("attention",
        has_table && turned < power(31) && score < power(31) && weights < power(39) &&
            factor < power(32) && values < power(31),
        format("turned <= %s, |score| <= %s, below 2^31; sum of %s weights <= %s, below 2^39; "
               "factor <= %s, below 2^32; |sum of weighted values| <= %s, below 2^31",
               grouped(turned).c_str(), grouped(score).c_str(), grouped(c_.context).c_str(),
               grouped(weights).c_str(), grouped(factor).c_str(), grouped(values).c_str()),
        {{"largest_turned", turned},
         {"largest_score", score},
         {"largest_weight_sum", weights},
         {"largest_factor", factor},
         {"largest_weighted_sum", values}});
  }

  void feed_forward() {
    const auto gate = elements<std::uint32_t>(*file_, "gate");
    const std::uint64_t most = largest(gate);
    const std::uint64_t product = std::uint64_t{llm::kHiddenBound} * most;
    const std::uint64_t activation =
        (product + power(llm::kActivationShift - 1)) >> llm::kActivationShift;
    const std::uint64_t gated = activation * std::uint64_t{llm::kHiddenBound};
    // Shifted to this many bits before log2(block) rounds of sums.
    const std::uint64_t transformed = power(llm::kTransformedBits);
    add("feed-forward",
        !gate.empty() && product < power(62) && activation < power(31) && gated < power(54),
        format("|activation| <= %s, below 2^31; * gated <= %s, below 2^54; transformed in blocks "
               "of %s <= %s, below 2^31",
               grouped(activation).c_str(), grouped(gated).c_str(), grouped(c_.block).c_str(),
               grouped(transformed).c_str()),
        {{"largest_activation", activation},
         {"largest_gated", gated},
         {"largest_transformed", transformed}});
  }

  void frequencies() {
    const std::uint64_t most = std::uint64_t{llm::kFirstExp2} * llm::kFirstExp2;
    const std::uint64_t sum = most * c_.vocabulary;
    add("frequencies", sum < power(52),
        format("the sum of %s frequencies <= %s, below 2^52", grouped(c_.vocabulary).c_str(),
               grouped(sum).c_str()),
        {{"largest_frequency_sum", sum}});
  }

  const safetensors::File* file_;
  llm::Config c_;
  unsigned threads_;
  ProgressBar progress_;
  std::uint64_t done_ = 0;    // bytes
  std::uint64_t scaled_ = 0;  // the largest of all matrices
  Checks checks_;
};

}  // namespace

Checks check_language_model_arithmetic(const safetensors::File& file, const VerifyCoding& coding) {
  const auto weights = llm::Weights::parse(file);
  if (!weights) return {{"language model", Verdict::failure, weights.error().message}};
  return Proof(file, weights->config, coding).run();
}

}  // namespace czip::tool
