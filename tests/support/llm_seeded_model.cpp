#include "support/llm_seeded_model.hpp"

#include "czip/import/network/tables.hpp"
#include "signature/models.hpp"
#include "support/results.hpp"

namespace czip::test {
namespace {

// The true tables: tests compare with real numbers.
signature::LlmTables true_tables(const llm::Config& config) {
  const llm::Exp2Table exp2 = importer::exp2_table();
  signature::LlmTables tables{.exp2 = {exp2.begin(), exp2.end()},
                              .gate = importer::gate_table(importer::Activation::silu),
                              .rotary = {}};
  if (config.rotary == 0) return tables;
  const importer::RotaryFrequencies frequencies{
      .base = {.mantissa = 10'000, .exponent = 0}, .elements = config.rotary, .divisors = {}};
  tables.rotary = value_of(importer::rotary_table(frequencies, config.context));
  return tables;
}

}  // namespace

SafetensorsContent make_seeded_llm(const SeededLlmOptions& options) {
  SafetensorsContent content;
  signature::add_llm_tensors(
      {.config = options.config, .extreme = options.extreme, .seed = options.seed},
      true_tables(options.config), content.tensors);
  return content;
}

}  // namespace czip::test
