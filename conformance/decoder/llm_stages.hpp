// What a language model computes on the way (conformance/README.md, "Stages").
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "bytes.hpp"

namespace reference::llm {

struct Row {
  std::size_t stream = 0;
  std::size_t token = 0;
};

// For each row, as a list in JSON: stream, token, position, and hashes of the residuals, the logits
// and the cumulative frequencies.
std::string stages(const Bytes& model, std::size_t window, const std::vector<Row>& rows);

// The text of these ids by the model's tokenizer.
std::string text_of(const Bytes& model, const std::vector<std::uint32_t>& ids);

}  // namespace reference::llm
