// The string metadata of a czip-model-v1 file as checked numbers.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "czip/base/error.hpp"

namespace czip::v1 {

using Metadata = std::map<std::string, std::string, std::less<>>;

struct NetworkConfig {
  std::uint32_t vocabulary = 0;
  std::uint32_t layers = 0;
  std::uint32_t heads = 0;
  std::uint32_t d_model = 0;
  std::uint32_t d_ff = 0;
  std::uint32_t wanted_context = 0;  // before the RoPE tables limit it
  std::uint32_t rope_theta_q16 = 0;  // 0 when the file does not say
  std::string tokenizer_codec;       // "zstd" or "brotli"
};

// `metadata` without the JSON quotes that some writers keep around the values.
Metadata without_json_quotes(const Metadata& metadata);

// Checks every field that the format defines. `metadata` has no JSON quotes.
Result<NetworkConfig> parse_network_config(const Metadata& metadata);

}  // namespace czip::v1
