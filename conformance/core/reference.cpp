#include "core/reference.hpp"

#include <cstdio>

#include "decoder/container.hpp"
#include "decoder/llm_stages.hpp"
#include "decoder/model.hpp"
#include "decoder/records.hpp"
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

std::string reference_language_stages(
    const std::vector<std::uint8_t>& model, std::size_t window,
    const std::vector<std::pair<std::size_t, std::size_t>>& rows) {
  std::vector<reference::llm::Row> named;
  named.reserve(rows.size());
  for (const auto& [stream, token] : rows) named.push_back({stream, token});
  try {
    return reference::llm::stages(model, window, named);
  } catch (const reference::Refused& refused) {
    std::printf("the independent decoder: %s\n", refused.what());
    return {};
  }
}

std::string reference_language_text(const std::vector<std::uint8_t>& model,
                                    const std::vector<std::uint32_t>& ids) {
  try {
    return reference::llm::text_of(model, ids);
  } catch (const reference::Refused& refused) {
    std::printf("the independent decoder: %s\n", refused.what());
    return {};
  }
}

std::optional<std::vector<std::uint8_t>> reference_raw_record(
    const std::vector<std::uint8_t>& model, std::size_t profile,
    const std::vector<std::uint8_t>& record) {
  try {
    return reference::decode_raw_record(reference::parse_model(model), profile, record);
  } catch (const reference::Refused&) {
    return std::nullopt;
  }
}

std::optional<std::vector<std::uint8_t>> reference_record(const std::vector<std::uint8_t>& model,
                                                          const std::vector<std::uint8_t>& file,
                                                          std::size_t number) {
  try {
    return reference::decode_record(reference::parse_model(model), file, number);
  } catch (const reference::Refused&) {
    return std::nullopt;
  }
}
