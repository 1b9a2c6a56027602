// Checks a czip-model-v2, whose structure and shapes the loader has checked.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>

#include "base/text.hpp"
#include "czip/base/little_endian.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/model/format.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "verify/checks.hpp"

namespace czip::tool {
namespace {

Check check_description(const v2::Model& model) {
  const ModelDescription& about = model.description();
  Check check{.name = "model"};
  check.text = about.name + ", " + grouped(model.vocabulary_size()) + " tokens, " +
               (model.has_network() ? "with" : "without") + " a network, hash " +
               to_hex(model.hash()) + ", as the model states";
  check.values = {{"model_name", about.name},      {"description", about.description},
                  {"license", about.license},      {"training_data", about.training_data},
                  {"hash", to_hex(model.hash())},  {"vocabulary", model.vocabulary_size()},
                  {"network", model.has_network()}};
  return check;
}

// squash[i] = round(65536 / (1 + e^(-(i - middle) / 256))), within 1..65535.
Check check_squash(std::span<const std::uint8_t> file) {
  Check check{.name = "squash table", .text = "equals its formula at every entry"};
  const auto tensors = safetensors::File::parse(file);
  const safetensors::TensorView* table = tensors ? tensors->find(v2::kSquashTensor) : nullptr;
  const std::size_t entries = table == nullptr ? 0 : table->bytes.size() / 2;
  const std::size_t middle = entries / 2;
  for (std::size_t i = 0; i < entries; ++i) {
    const double x = static_cast<double>(i) - static_cast<double>(middle);
    const long formula = std::clamp(std::lround(65536 / (1 + std::exp(-x / 256))), 1L, 65535L);
    const long entry = load_le<std::uint16_t>(&table->bytes[2 * i]);
    if (entry == formula) continue;
    check.verdict = Verdict::failure;
    check.text = "entry " + std::to_string(i) + " is " + std::to_string(entry) +
                 ", where the formula gives " + std::to_string(formula);
    break;
  }
  if (entries == 0) check = {check.name, Verdict::failure, "is missing"};
  return check;
}

}  // namespace

Checks check_model_v2(const v2::Model& model, std::span<const std::uint8_t> file,
                      unsigned threads) {
  return {check_description(model), check_squash(file), check_coding(model, threads)};
}

}  // namespace czip::tool
