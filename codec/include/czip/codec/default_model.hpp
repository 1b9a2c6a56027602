// The model built into the czip command.
#pragma once

#include <cstdint>
#include <span>

namespace czip {

// The whole model file, for v2::Model::parse; empty where czip was built without one. Lives as long
// as the program.
[[nodiscard]] std::span<const std::uint8_t> default_model();

}  // namespace czip
