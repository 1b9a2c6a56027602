// The tiny model with a language model of random weights and a small vocabulary.
#pragma once

#include <cstdint>
#include <vector>

#include "czip/codec/v2/model.hpp"
#include "support/bytes.hpp"
#include "support/llm_seeded_model.hpp"

namespace czip::test {

// Its tokens are the 256 bytes and some pairs of letters; ids 296 to 299 have no bytes, and 296
// comes before a text.
inline constexpr std::uint32_t kSeededLlmVocabulary = 300;
inline constexpr std::uint32_t kSeededLlmTokens = 296;

// `model` with such a language model, whatever vocabulary the options say.
[[nodiscard]] std::vector<std::uint8_t> with_language_model_v2(
    const std::vector<std::uint8_t>& model, SeededLlmOptions options = {});
// `model`, which has a language model, with a prior of such tokens.
[[nodiscard]] std::vector<std::uint8_t> with_prior_v2(const std::vector<std::uint8_t>& model,
                                                      const std::vector<std::uint32_t>& tokens);
// The same, with the tokens of a text.
[[nodiscard]] std::vector<std::uint8_t> with_prior_of_text_v2(
    const std::vector<std::uint8_t>& model, const Bytes& text);
[[nodiscard]] std::vector<std::uint8_t> make_tiny_language_model_v2();
[[nodiscard]] const v2::Model& tiny_language_model_v2();

// A text of at least so many bytes that the model's language model predicts: its tokens are the
// likeliest ones, but for one in ten.
[[nodiscard]] Bytes text_of_language_model(const v2::Model& model, std::size_t bytes,
                                           std::uint64_t seed);
// The same of the tiny model's.
[[nodiscard]] Bytes text_of_language_model(std::size_t bytes);

}  // namespace czip::test
