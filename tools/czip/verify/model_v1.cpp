
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "czip/engine/safetensors/content_hash.hpp"
#include "czip/engine/v1/constants.hpp"
#include "verify/checks.hpp"

namespace czip::tool {
namespace {

constexpr double kDefaultTheta = 10000.0;

Check check_shape(const v1::Weights& network) {
  Check check{.name = "structure"};
  check.text =
      format("vocabulary %u, d_model %u, %u heads, d_ff %u, %zu layers", network.vocabulary,
             network.d_model, network.heads, network.d_ff, network.layers.size());
  check.values = {{"vocabulary", network.vocabulary}, {"d_model", network.d_model},
                  {"heads", network.heads},           {"d_ff", network.d_ff},
                  {"layers", network.layers.size()},  {"positions", network.positions},
                  {"context", network.context}};
  return check;
}

Check check_context(const v1::Weights& network) {
  Check check{.name = "context"};
  check.text =
      format("%u tokens of %u positions in the RoPE tables", network.context, network.positions);
  const bool stated = network.metadata.contains("context_length") ||
                      network.metadata.contains("context_length_log2") ||
                      network.metadata.contains("max_seq_len");
  if (!stated) {
    check.verdict = Verdict::warning;
    check.text += "; the metadata states none, so the tables decide";
  }
  check.values = {{"context", network.context}, {"positions", network.positions}};
  return check;
}

Check check_softmax(const v1::Weights& network) {
  Check check{.name = "output softmax"};
  const bool fits =
      network.target_total > network.vocabulary && network.target_total <= v1::kMaxTargetTotal;
  check.text = format("each of %u frequencies is at least 1, their total %u is at most 2^30",
                      network.vocabulary, network.target_total);
  if (network.softmax_coefficient != v1::kDefaultSoftmaxCoefficient) {
    check.verdict = Verdict::warning;
    check.text += format("; coefficient %u instead of the usual %u", network.softmax_coefficient,
                         v1::kDefaultSoftmaxCoefficient);
  }
  if (!fits) {
    check.verdict = Verdict::failure;
    check.text = format("the total %u cannot hold %u frequencies, or is above 2^30",
                        network.target_total, network.vocabulary);
  }
  check.values = {{"coefficient", network.softmax_coefficient}, {"total", network.target_total}};
  return check;
}

Check check_exp2(const v1::Weights& network) {
  Check check{.name = "table lut.exp2"};
  std::uint64_t different = 0;
  std::string first;
  for (std::size_t i = 0; i < network.exp2_table.size(); ++i) {
    const double exact = std::round(std::exp2(-static_cast<double>(i) / 256) * 65536);
    const auto expected = static_cast<std::uint16_t>(std::min(exact, 65535.0));
    if (network.exp2_table[i] == expected) continue;
    if (different++ == 0)
      first = format("entry %zu is %u instead of %u", i, unsigned{network.exp2_table[i]},
                     unsigned{expected});
  }
  check.values["different"] = different;
  check.text = "256 entries equal min(65535, round(2^(-i/256) * 65536))";
  if (different != 0) {
    check.verdict = Verdict::failure;
    check.text = format("%llu entries differ from the formula, ",
                        static_cast<unsigned long long>(different)) +
                 first;
  }
  return check;
}

double theta_of(const v1::Weights& network) {
  return network.rope_theta_q16 == 0 ? kDefaultTheta
                                     : static_cast<double>(network.rope_theta_q16) / 65536;
}

// Compares one of the two RoPE tables with `function` of the angle.
Check check_rope(const v1::Weights& network, const char* name,
                 const std::vector<std::int16_t>& table, double (*function)(double)) {
  Check check{.name = std::string("table ") + name};
  const double theta = theta_of(network);
  std::uint64_t different = 0;
  std::string first;
  for (std::uint32_t position = 0; position < network.positions; ++position) {
    for (std::uint32_t pair = 0; pair < v1::kRopePairs; ++pair) {
      const double frequency = std::pow(theta, -static_cast<double>(pair) / v1::kRopePairs);
      const double exact = std::round(32768 * function(position * frequency));
      const int expected = static_cast<int>(std::min(exact, 32767.0));
      const int found = table[std::size_t{position} * v1::kRopePairs + pair];
      if (found == expected) continue;
      if (different++ == 0)
        first = format("position %u, pair %u is %d instead of %d", position, pair, found, expected);
    }
  }
  check.values = {{"different", different}, {"theta", theta}};
  check.text = format("%zu entries equal the formula with theta %g", table.size(), theta);
  if (different != 0) {
    check.verdict = Verdict::failure;
    check.text = format("%llu of %zu entries differ from the formula with theta %g, ",
                        static_cast<unsigned long long>(different), table.size(), theta) +
                 first;
  }
  return check;
}

double sine(double angle) { return std::sin(angle); }
double cosine(double angle) { return std::cos(angle); }

}  // namespace

Checks check_configuration(const v1::Model& model) {
  Check hash{.name = "content hash"};
  hash.text = to_hex(model.hash) + " (XXH3-128), as the model states";
  hash.values = {{"hash", to_hex(model.hash)}, {"stated", model.states_hash}};
  if (!model.states_hash) {
    hash.verdict = Verdict::warning;
    hash.text = to_hex(model.hash) +
                " (XXH3-128); the model carries no hash of itself, so compare this one with that "
                "of its source, or pass it to --expect-hash";
  }
  return {check_shape(model.network), check_context(model.network), check_softmax(model.network),
          hash};
}

Checks check_tables(const v1::Weights& network) {
  return {check_exp2(network), check_rope(network, "lut.rope_cos", network.rope_cos, cosine),
          check_rope(network, "lut.rope_sin", network.rope_sin, sine)};
}

}  // namespace czip::tool
