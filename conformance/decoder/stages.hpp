// What a decoder computes on the way, for a comparison with another one: README.md, "Stages".
#pragma once

#include <string>

#include "container.hpp"

namespace reference {

// JSON: of the tokens that have the first `decisions` decisions of the file's first coded block.
// Throws Refused.
std::string stages(const Model& model, const Bytes& file, std::size_t decisions);

}  // namespace reference
