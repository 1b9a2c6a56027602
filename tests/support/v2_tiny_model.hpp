// The small czip-model-v2 of conformance/v2, for tests; it was trained on the sources of an early
// czip.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/v2_seeded_network.hpp"

namespace czip::test {

// conformance/v2/tiny.czm; unless `name` is "tiny", with another name in its metadata and one bit
// changed, so that it has another hash.
[[nodiscard]] std::vector<std::uint8_t> make_tiny_model_v2(const std::string& name = "tiny");

// The same with a network of random weights, which costs bits but must be used all the same. The
// vocabulary and the number of groups are the model's, whatever the options say.
[[nodiscard]] std::vector<std::uint8_t> make_tiny_network_model_v2(
    SeededNetworkV2Options options = {});

// `model` with a recurrent network of random weights, which costs bits but must be used all the
// same.
[[nodiscard]] std::vector<std::uint8_t> with_recurrent_network_v2(
    const std::vector<std::uint8_t>& model);

// A model of this content that states its hash: damage to it is found by other checks.
[[nodiscard]] std::vector<std::uint8_t> write_model_v2(const SafetensorsContent& content);
// `file` with its hash put right, if it is a safetensors file at all.
[[nodiscard]] std::vector<std::uint8_t> resealed_v2(const std::vector<std::uint8_t>& file);

}  // namespace czip::test
