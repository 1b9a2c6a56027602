// How a tensor's elements are stored: ggml's block formats, and the plain types that safetensors
// has, too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace czip::importer {

// Those that czip reads, with ggml's numbers.
enum class ElementType : std::uint8_t {
  f32 = 0,
  f16 = 1,
  q4_0 = 2,
  q4_1 = 3,
  q5_0 = 6,
  q5_1 = 7,
  q8_0 = 8,
  q2_k = 10,
  q3_k = 11,
  q4_k = 12,
  q5_k = 13,
  q6_k = 14,
  iq2_xxs = 16,
  iq4_nl = 20,
  bf16 = 30,
};

// Elements lie in blocks that share a scale; a row consists of whole blocks.
struct ElementFacts {
  ElementType type;
  std::string_view name;  // ggml's: "Q4_K"
  std::uint32_t block_elements;
  std::uint32_t block_bytes;
};

[[nodiscard]] const ElementFacts& facts(ElementType type);

// The type of ggml's number; nothing for one that czip does not read.
[[nodiscard]] std::optional<ElementType> element_type(std::uint32_t number);

// ggml's name of any of its numbers, such as "IQ3_S (21)", or "unknown (99)".
[[nodiscard]] std::string ggml_type_name(std::uint32_t number);

// "F32, F16, ...": all types that czip reads.
[[nodiscard]] std::string element_type_names();

}  // namespace czip::importer
