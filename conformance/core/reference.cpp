#include "core/reference.hpp"

#include <cstdio>

#include "decoder/container.hpp"
#include "decoder/model.hpp"

std::vector<std::uint8_t> reference_text(const std::vector<std::uint8_t>& model,
                                         const std::vector<std::uint8_t>& file) {
  try {
    return reference::decode_file(reference::parse_model(model), file);
  } catch (const reference::Refused& refused) {
    std::printf("the independent decoder: %s\n", refused.what());
    return {};
  }
}
