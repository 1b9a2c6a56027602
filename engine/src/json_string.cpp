#include "czip/engine/json_string.hpp"

#include <nlohmann/json.hpp>

namespace czip {

std::string json_string(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace czip
