// The independent decoder, seen from a program that includes czip.
#pragma once

#include <cstdint>
#include <vector>

// The text of a CZIPv2 file; empty, with a line on standard output, where it is refused.
std::vector<std::uint8_t> reference_text(const std::vector<std::uint8_t>& model,
                                         const std::vector<std::uint8_t>& file);
