#include "core/reference.hpp"

#include <cstdio>

#include "decoder/container.hpp"
#include "decoder/model.hpp"
#include "decoder/stages.hpp"

std::vector<std::uint8_t> reference_text(const std::vector<std::uint8_t>& model,
                                         const std::vector<std::uint8_t>& file) {
  try {
    const auto decoded = reference::decode_file(reference::parse_model(model), file);
    if (!decoded.ends_well) std::printf("the independent decoder: something follows the text\n");
    return decoded.ends_well ? decoded.text : std::vector<std::uint8_t>{};
  } catch (const reference::Refused& refused) {
    std::printf("the independent decoder: %s\n", refused.what());
    return {};
  }
}

std::string reference_stages(const std::vector<std::uint8_t>& model,
                             const std::vector<std::uint8_t>& file, std::size_t decisions) {
  try {
    return reference::stages(reference::parse_model(model), file, decisions);
  } catch (const reference::Refused& refused) {
    std::printf("the independent decoder: %s\n", refused.what());
    return {};
  }
}
