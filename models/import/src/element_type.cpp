#include "czip/import/element_type.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace czip::importer {
namespace {

using enum ElementType;

constexpr std::array kTypes{
    ElementFacts{f32, "F32", 1, 4},
    ElementFacts{f16, "F16", 1, 2},
    ElementFacts{bf16, "BF16", 1, 2},
    ElementFacts{q8_0, "Q8_0", 32, 34},
    ElementFacts{q4_0, "Q4_0", 32, 18},
    ElementFacts{q4_1, "Q4_1", 32, 20},
    ElementFacts{q5_0, "Q5_0", 32, 22},
    ElementFacts{q5_1, "Q5_1", 32, 24},
    ElementFacts{q2_k, "Q2_K", 256, 84},
    ElementFacts{q3_k, "Q3_K", 256, 110},
    ElementFacts{q4_k, "Q4_K", 256, 144},
    ElementFacts{q5_k, "Q5_K", 256, 176},
    ElementFacts{q6_k, "Q6_K", 256, 210},
    ElementFacts{iq4_nl, "IQ4_NL", 32, 18},
    ElementFacts{iq2_xxs, "IQ2_XXS", 256, 66},
};

// By ggml's number (enum ggml_type in ggml.h); empty where it has none.
constexpr std::array<std::string_view, 43> kGgmlNames{
    "F32",     "F16",   "Q4_0",   "Q4_1",  "",      "",       "Q5_0", "Q5_1",    "Q8_0",
    "Q8_1",    "Q2_K",  "Q3_K",   "Q4_K",  "Q5_K",  "Q6_K",   "Q8_K", "IQ2_XXS", "IQ2_XS",
    "IQ3_XXS", "IQ1_S", "IQ4_NL", "IQ3_S", "IQ2_S", "IQ4_XS", "I8",   "I16",     "I32",
    "I64",     "F64",   "IQ1_M",  "BF16",  "",      "",       "",     "TQ1_0",   "TQ2_0",
    "",        "",      "",       "MXFP4", "NVFP4", "Q1_0",   "Q2_0"};

}  // namespace

const ElementFacts& facts(ElementType type) {
  return *std::ranges::find(kTypes, type, &ElementFacts::type);
}

std::optional<ElementType> element_type(std::uint32_t number) {
  for (const ElementFacts& entry : kTypes)
    if (static_cast<std::uint32_t>(entry.type) == number) return entry.type;
  return std::nullopt;
}

std::string ggml_type_name(std::uint32_t number) {
  std::string name = "unknown";
  if (number < kGgmlNames.size() && !kGgmlNames[number].empty()) name = kGgmlNames[number];
  return name + " (" + std::to_string(number) + ")";
}

std::string element_type_names() {
  std::string names;
  for (const ElementFacts& entry : kTypes) {
    if (!names.empty()) names += ", ";
    names += entry.name;
  }
  return names;
}

}  // namespace czip::importer
