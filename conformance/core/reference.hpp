// The independent decoder, seen from a program that includes czip.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// The text of a CZIPv2 file; empty, with a line on standard output, where it is refused.
std::vector<std::uint8_t> reference_text(const std::vector<std::uint8_t>& model,
                                         const std::vector<std::uint8_t>& file);

// The stages of the first decisions of a file, as JSON (conformance/README.md); empty, with a line
// on standard output, where it is refused.
std::string reference_stages(const std::vector<std::uint8_t>& model,
                             const std::vector<std::uint8_t>& file, std::size_t decisions);

// The stages of a model's language model for rows of streams and tokens, and the text of tokens by
// its tokenizer; likewise empty where it is refused.
std::string reference_language_stages(const std::vector<std::uint8_t>& model, std::size_t window,
                                      const std::vector<std::pair<std::size_t, std::size_t>>& rows);
std::string reference_language_text(const std::vector<std::uint8_t>& model,
                                    const std::vector<std::uint32_t>& ids);

// The text of a raw record without a context, and a record of a file by its number
// (conformance/czip-v2-records.md); nullopt where it is refused.
std::optional<std::vector<std::uint8_t>> reference_raw_record(
    const std::vector<std::uint8_t>& model, std::size_t profile,
    const std::vector<std::uint8_t>& record);
std::optional<std::vector<std::uint8_t>> reference_record(const std::vector<std::uint8_t>& model,
                                                          const std::vector<std::uint8_t>& file,
                                                          std::size_t number);
