#include "import/imported_model.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "czip/engine/llm/network.hpp"
#include "czip/engine/llm/state.hpp"
#include "czip/engine/llm/weights.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "import/float_gpt2.hpp"
#include "import/float_llama.hpp"

namespace czip::test {
namespace {

const std::vector<std::uint32_t> kTokens{0, 10, 7, 10, 13, 19, 1, 1};

// Empty where the engine refuses the model.
std::vector<std::int32_t> logits_of(const Bytes& bytes) {
  const auto file = safetensors::File::parse(bytes);
  if (!file) return {};
  auto weights = llm::Weights::parse(*file);
  if (!weights) return {};
  const auto network = llm::Network::create(*std::move(weights), SimdLevel::scalar);
  if (!network) return {};
  auto state = llm::State::create(*network, {});
  if (!state) return {};
  std::vector<llm::Row> rows;
  for (const std::uint32_t token : kTokens) rows.push_back({0, token});
  std::vector<std::int32_t> logits(rows.size() * network->config().vocabulary);
  state->forward(rows, logits);
  return logits;
}

double mean_of(const std::vector<double>& numbers) {
  double sum = 0;
  for (const double number : numbers) sum += number;
  return sum / static_cast<double>(numbers.size());
}

double squares_about_mean(const std::vector<double>& numbers) {
  const double mean = mean_of(numbers);
  double sum = 0;
  for (const double number : numbers) sum += (number - mean) * (number - mean);
  return sum;
}

}  // namespace

double relative_error(const importer::Architecture& architecture,
                      const importer::TensorSet& tensors, const Bytes& imported) {
  const std::vector<std::int32_t> logits = logits_of(imported);
  if (logits.empty()) return 1;
  const auto reference = architecture.family == importer::Family::gpt2
                             ? float_gpt2_logits(architecture, tensors, kTokens)
                             : float_logits(architecture, tensors, kTokens);
  double error = 0;
  double spread = 0;
  std::size_t at = 0;
  for (const std::vector<double>& expected : reference) {
    std::vector<double> differences;
    for (const double logit : expected) differences.push_back(logits[at++] / 65536.0 - logit);
    error += squares_about_mean(differences);
    spread += squares_about_mean(expected);
  }
  return std::sqrt(error / spread);
}

}  // namespace czip::test
