// Compares the tables of a public language model with the functions that they stand for
// (conformance/czip-network-llm.md, section 1). A reader uses a table as it is, within its bounds,
// so one that differs is no failure: every czip computes the same with it.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "czip/base/little_endian.hpp"
#include "czip/engine/integer_math.hpp"
#include "czip/engine/llm/constants.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "verify/checks.hpp"

namespace czip::tool {
namespace {

template <class T>
std::vector<T> elements(const safetensors::File& file, const std::string& name) {
  const auto* const tensor = file.find(std::string(llm::kTensorPrefix) + name);
  std::vector<T> values(tensor == nullptr ? 0 : tensor->bytes.size() / sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = load_le<T>(&tensor->bytes[i * sizeof(T)]);
  return values;
}

Check check_exp2(const safetensors::File& file) {
  constexpr const char* kName = "language model table exp2";
  const auto table = elements<std::uint16_t>(file, "exp2");
  std::uint64_t different = 0;
  bool falls = table.size() == llm::kExp2Entries;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const std::size_t place = i % llm::kExp2Half;
    const double step = i < llm::kExp2Half ? 16 : 256;
    const long exact = std::lround(std::exp2(-static_cast<double>(place) / step) * 65536);
    if (table[i] != std::min(65535L, exact)) ++different;
    falls = falls && table[i] >= llm::kLeastExp2 &&
            (place == 0 ? table[i] == llm::kFirstExp2 : table[i] <= table[i - 1]);
  }
  if (!falls)
    return {kName, Verdict::failure, "does not fall from 65,535 to 32,768 or more in both halves"};
  if (different != 0)
    return {kName,
            Verdict::warning,
            format("%s entries differ from 2^(-i/16) and 2^(-i/256)", grouped(different).c_str()),
            {{"different", different}}};
  return {kName,
          Verdict::ok,
          "32 entries equal min(65535, round(65536 * 2^(-i/16))), then 2^(-i/256)",
          {{"different", different}}};
}

struct Activation {
  const char* name;
  double (*gate)(double g);
};

double silu(double g) { return 1 / (1 + std::exp(-g)); }
double gelu(double g) { return 0.5 * (1 + std::erf(g / std::sqrt(2.0))); }
double gelu_by_tanh(double g) {
  constexpr double kTwoOverPi = 0.63661977236758134308;
  return 0.5 * (1 + std::tanh(std::sqrt(kTwoOverPi) * (g + 0.044715 * g * g * g)));
}

Check check_gate(const safetensors::File& file) {
  constexpr const char* kName = "language model table gate";
  constexpr std::array<Activation, 3> kActivations{
      {{"SiLU", silu}, {"GELU", gelu}, {"GELU by tanh", gelu_by_tanh}}};
  const auto table = elements<std::uint32_t>(file, "gate");
  bool rises = table.size() == llm::kGateEntries && table.front() == llm::kGateOne / 2 &&
               table.back() <= llm::kGateOne;
  for (std::size_t i = 0; i + 1 < table.size(); ++i)
    rises = rises && table[i + 1] >= table[i] && table[i + 1] - table[i] <= llm::kMaxGateRise;
  if (!rises)
    return {kName, Verdict::failure,
            "does not rise from 524,288 to at most 1,048,576, by at most 4,095 each"};
  for (const Activation& activation : kActivations) {
    std::uint64_t farthest = 0;
    for (std::size_t i = 0; i < table.size(); ++i) {
      const double exact = activation.gate(static_cast<double>(i) / 128) * llm::kGateOne;
      farthest = std::max(farthest, magnitude(std::lround(exact) - std::int64_t{table[i]}));
    }
    // Halves may be rounded to either side.
    if (farthest <= 1)
      return {kName,
              Verdict::ok,
              format("%s entries are those of %s, to the last digit", grouped(table.size()).c_str(),
                     activation.name),
              {{"activation", activation.name}, {"farthest", farthest}}};
  }
  return {kName, Verdict::warning, "is of no activation that czip imports; it is used as it is"};
}

Check check_rotary(const safetensors::File& file, std::uint32_t rotary) {
  constexpr const char* kName = "language model table rotary";
  const auto table = elements<std::int16_t>(file, "rotary");
  const std::size_t half = rotary / 2;
  constexpr double kOne = llm::kRotaryOne;
  double farthest = 0;
  std::uint64_t largest = 0;
  std::uint64_t turned_at_start = 0;
  for (std::size_t row = 0; row + rotary <= table.size(); row += rotary)
    for (std::size_t i = row; i < row + half; ++i) {
      const std::int16_t cosine = table[i];
      const std::int16_t sine = table[i + half];
      farthest = std::max(farthest, std::abs(std::hypot(cosine, sine) - kOne));
      largest = std::max({largest, magnitude(cosine), magnitude(sine)});
      if (row == 0 && (cosine != llm::kRotaryOne || sine != 0)) ++turned_at_start;
    }
  const nlohmann::ordered_json values{
      {"pairs", table.size() / 2}, {"largest", largest}, {"farthest_from_circle", farthest}};
  if (largest > std::uint64_t{llm::kRotaryOne})
    return {kName, Verdict::failure, "has elements beyond 16,384", values};
  // Both are rounded by at most a half.
  constexpr double kRounding = 0.75;
  if (farthest > kRounding || turned_at_start != 0)
    return {kName, Verdict::warning,
            format("is not of angles alone: up to %.1f of 16,384 off the circle, %s pairs turned "
                   "at position 0; it is used as it is",
                   farthest, grouped(turned_at_start).c_str()),
            values};
  return {kName, Verdict::ok,
          format("%s pairs of cosine and sine are at most %.2f of 16,384 off the circle",
                 grouped(table.size() / 2).c_str(), farthest),
          values};
}

}  // namespace

Checks check_language_model_tables(const safetensors::File& file, const llm::Config& config) {
  Checks checks{check_exp2(file), check_gate(file)};
  if (config.rotary != 0) checks.push_back(check_rotary(file, config.rotary));
  return checks;
}

}  // namespace czip::tool
